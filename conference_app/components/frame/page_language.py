"""The language of the page that is open, and the way to the same page in another."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class PageLanguage(Component):
    """Sets <html lang>; an empty `code` takes it from the address."""

    library = browser_file(__file__, "page_language.tsx")
    tag = "PageLanguage"
    code: rx.Var[str]


class LanguageLink(Component):
    """A link to the present page in language `code`."""

    library = browser_file(__file__, "page_language.tsx")
    tag = "LanguageLink"
    code: rx.Var[str]
    role: rx.Var[str]
