"""A button whose menu opens and is walked through in the browser."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class Menu(Component):
    """A menu button; children are elements with the role menuitem, menuitemradio or a link of that role."""

    library = browser_file(__file__, "menu.tsx")
    tag = "Menu"
    label: rx.Var[str]
    button_class: rx.Var[str]
    panel_class: rx.Var[str]
    trigger: rx.Var[Component]
