"""The browser's part of making a passkey or signing in with one."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class PasskeyCeremony(Component):
    """Runs navigator.credentials once for each new text of `options` (JSON); `kind` is create or get."""

    library = browser_file(__file__, "passkey_ceremony.tsx")
    tag = "PasskeyCeremony"
    kind: rx.Var[str]
    options: rx.Var[str]
    on_answer: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_give_up: rx.EventHandler[rx.event.passthrough_event_spec(str)]
