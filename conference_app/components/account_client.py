"""Python faces of account.tsx: passkeys and the photo."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

_account = rx.asset("account.tsx", shared=True).importable_path


class PasskeyCeremony(Component):
    """Runs navigator.credentials once for each new text of `options` (JSON); `kind` is create or get."""

    library = _account
    tag = "PasskeyCeremony"
    kind: rx.Var[str]
    options: rx.Var[str]
    on_answer: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_give_up: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class PhotoUpload(Component):
    """A file field that posts what is chosen to /account/photo; `on_done` fires when it was taken."""

    library = _account
    tag = "PhotoUpload"
    csrf_token: rx.Var[str]
    too_large: rx.Var[str]
    failed: rx.Var[str]
    error_class: rx.Var[str]
    described_by: rx.Var[str]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]
