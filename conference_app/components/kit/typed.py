"""What is typed and not yet sent, kept while the page is loaded again."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class KeepTyped(Component):
    """Keeps what is typed when the page is loaded again; fires `on_stay` every `seconds`, also while nobody looks."""

    library = browser_file(__file__, "typed.tsx")
    tag = "KeepTyped"
    seconds: rx.Var[float]
    on_stay: rx.EventHandler[rx.event.no_args_event_spec]
