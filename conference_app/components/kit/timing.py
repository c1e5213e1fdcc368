"""What a page does by the clock: show something late, look again."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component


class Delayed(Component):
    """Shows its children only after it has been on the page for `seconds`."""

    library = rx.asset("timing.tsx", shared=True).importable_path
    tag = "Delayed"
    seconds: rx.Var[float]


class LookAgain(Component):
    """Fires `on_look` every `seconds` while it is on a page that can be seen: to follow work that others do."""

    library = rx.asset("timing.tsx", shared=True).importable_path
    tag = "LookAgain"
    seconds: rx.Var[float]
    on_look: rx.EventHandler[rx.event.no_args_event_spec]
