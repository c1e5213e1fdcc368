"""A field for a password that can be shown."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class PasswordInput(Component):
    """An <input> for a password with a button to show it. Props of an input are passed on."""

    library = browser_file(__file__, "password_input.tsx")
    tag = "PasswordInput"
    name: rx.Var[str]
    auto_complete: rx.Var[str]
    max_length: rx.Var[int]
    min_length: rx.Var[int]
    required: rx.Var[bool]
    show: rx.Var[str]
    hide: rx.Var[str]
    button_class: rx.Var[str]
    on_change: rx.EventHandler[rx.event.input_event]
