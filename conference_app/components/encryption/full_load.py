"""Leaves a page for a plain route, once the browser has noted that the password typed before it is right."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class FullLoad(Component):
    """Loads `route` with the page's query and the browser's time zone, as soon as the page stands."""

    library = browser_file(__file__, "full_load.tsx")
    tag = "FullLoad"
    route: rx.Var[str]
