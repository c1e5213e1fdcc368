# Thin on purpose: what each command does stands in conference_app/operation/.
BOOTSTRAP = python3 conference_app/operation/bootstrap.py

.PHONY: run check test bench doctor media rotate-keys lock audit
run:    ; @exec $(BOOTSTRAP) conference_app.operation.run
doctor: ; @exec $(BOOTSTRAP) conference_app.operation.doctor
media:  ; @exec $(BOOTSTRAP) conference_app.operation.run_media
lock:   ; @exec $(BOOTSTRAP) --dev conference_app.operation.lock
audit:  ; @exec $(BOOTSTRAP) --dev conference_app.operation.audit
rotate-keys: ; @exec $(BOOTSTRAP) conference_app.operation.rotate_keys $(KEYS)
check:  ; @exec $(BOOTSTRAP) --dev conference_app.operation.run_tests --check
test:   ; @exec $(BOOTSTRAP) --dev conference_app.operation.run_tests $(TESTS)
bench:  ; @exec $(BOOTSTRAP) --dev tests.bench
