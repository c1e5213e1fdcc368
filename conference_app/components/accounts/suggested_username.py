"""A username made of the address while nobody has chosen one."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class SuggestedUsername(Component):
    """Fills the field `target` from the address typed in the field `source`, until somebody types in `target`."""

    library = browser_file(__file__, "suggested_username.tsx")
    tag = "SuggestedUsername"
    source: rx.Var[str]
    target: rx.Var[str]
