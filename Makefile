# Thin on purpose: what each command does stands in conference_app/operation/.
BOOTSTRAP = python3 conference_app/operation/bootstrap.py

.PHONY: run test bench doctor media
run:    ; @exec $(BOOTSTRAP) conference_app.operation.run
doctor: ; @exec $(BOOTSTRAP) conference_app.operation.doctor
media:  ; @exec $(BOOTSTRAP) conference_app.operation.run_media
test:   ; @exec $(BOOTSTRAP) --dev conference_app.operation.run_tests $(TESTS)
bench:  ; @exec $(BOOTSTRAP) --dev tests.bench
