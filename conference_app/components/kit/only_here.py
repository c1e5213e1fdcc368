"""Shows what was made for this address, and the shape of what is coming as long as it was made for another."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class OnlyHere(Component):
    """The children once `at` is the path the browser is at; `waiting` until then."""

    library = browser_file(__file__, "only_here.tsx")
    tag = "OnlyHere"
    at: rx.Var[str]
    waiting: rx.Var[Component]
