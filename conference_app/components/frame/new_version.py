"""Word of a server that is newer than the open page."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class NewVersion(Component):
    """A bar that shows, with buttons to `load` the page anew or `later`, once the server is newer than the page."""

    library = browser_file(__file__, "new_version.tsx")
    tag = "NewVersion"
    load: rx.Var[str]
    later: rx.Var[str]
    button_class: rx.Var[str]
