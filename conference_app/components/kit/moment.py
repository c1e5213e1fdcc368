"""A moment on the clocks of whoever reads it, which only the browser knows."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class Moment(Component):
    """A moment `at` (ISO 8601, UTC) on the clocks of `zone`, or of the browser where that is empty."""

    library = browser_file(__file__, "moment.tsx")
    tag = "Moment"
    at: rx.Var[str]
    zone: rx.Var[str]
    lang: rx.Var[str]
    pattern: rx.Var[str]
