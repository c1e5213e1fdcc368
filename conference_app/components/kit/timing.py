"""What a page does by the clock: show something late, look again."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class Delayed(Component):
    """Shows its children only after it has been on the page for `seconds`."""

    library = browser_file(__file__, "timing.tsx")
    tag = "Delayed"
    seconds: rx.Var[float]


class LookAgain(Component):
    """Fires `on_look` every `seconds` while it is on a page that can be seen: to follow work that others do."""

    library = browser_file(__file__, "timing.tsx")
    tag = "LookAgain"
    seconds: rx.Var[float]
    on_look: rx.EventHandler[rx.event.no_args_event_spec]
