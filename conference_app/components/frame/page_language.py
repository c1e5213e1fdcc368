"""The language of the page that is open, and the way to the same page in another."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component


class PageLanguage(Component):
    """Sets <html lang>; an empty `code` takes it from the address."""

    library = rx.asset("page_language.tsx", shared=True).importable_path
    tag = "PageLanguage"
    code: rx.Var[str]


class LanguageLink(Component):
    """A link to the present page in language `code`."""

    library = rx.asset("page_language.tsx", shared=True).importable_path
    tag = "LanguageLink"
    code: rx.Var[str]
    role: rx.Var[str]
