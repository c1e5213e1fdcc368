"""A box over the page that covers nothing that can be pressed."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class Placed(Component):
    """Shows its children over the page, as near to `side` ("top" or "bottom") as covers no button, link or field."""

    library = browser_file(__file__, "placed.tsx")
    tag = "Placed"
    side: rx.Var[str]
    role: rx.Var[str]
