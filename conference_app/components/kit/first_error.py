"""The focus after a refused form: on what is to be put right first."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class FocusFirstError(Component):
    """After each refused try (a growing number) focuses the first field marked invalid, else the element `fallback`."""

    library = browser_file(__file__, "first_error.tsx")
    tag = "FocusFirstError"
    tries: rx.Var[int]
    fallback: rx.Var[str]
