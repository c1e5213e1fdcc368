"""Python faces of what only the browser can do of an account: passkeys, the photo, the secret of a mailed link."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component


class PasskeyCeremony(Component):
    """Runs navigator.credentials once for each new text of `options` (JSON); `kind` is create or get."""

    library = rx.asset("passkey_ceremony.tsx", shared=True).importable_path
    tag = "PasskeyCeremony"
    kind: rx.Var[str]
    options: rx.Var[str]
    on_answer: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_give_up: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class LinkToken(Component):
    """Reports the secret in the address's fragment (`#token=…`), which it takes out of there, or "" if there is none."""

    library = rx.asset("link_token.tsx", shared=True).importable_path
    tag = "LinkToken"
    on_token: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class PhotoUpload(Component):
    """A file field that posts what is chosen to /account/photo; `on_done` fires when it was taken."""

    library = rx.asset("photo_upload.tsx", shared=True).importable_path
    tag = "PhotoUpload"
    csrf_token: rx.Var[str]
    too_large: rx.Var[str]
    failed: rx.Var[str]
    error_class: rx.Var[str]
    described_by: rx.Var[str]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]
