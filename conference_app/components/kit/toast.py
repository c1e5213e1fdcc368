"""A short notice that goes away by itself."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class Toast(Component):
    """Shows its children for `seconds` each time `serial` grows; 0 seconds means until closed."""

    library = browser_file(__file__, "toast.tsx")
    tag = "Toast"
    serial: rx.Var[int]
    seconds: rx.Var[int]
    path: rx.Var[str]
    """The page it belongs to, if that is not the present one."""
    close: rx.Var[str]
    button_class: rx.Var[str]
