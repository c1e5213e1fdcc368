"""The focus after a refused form: on what is to be put right first."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component


class FocusFirstError(Component):
    """After each refused try (a growing number) focuses the first field marked invalid, else the element `fallback`."""

    library = rx.asset("first_error.tsx", shared=True).importable_path
    tag = "FocusFirstError"
    tries: rx.Var[int]
    fallback: rx.Var[str]
