"""The page for addresses that lead nowhere. One file serves every language, so it holds each of them."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.footer import footer
from conference_app.components.frame.languages import in_each_language
from conference_app.components.frame.nothing_here import nothing_here
from conference_app.components.frame.page_frame import header
from conference_app.components.frame.page_language import PageLanguage
from conference_app.components.frame.page_registry import page
from conference_app.texts import n_


def _whole() -> rx.Component:
    return rx.el.div(
        header(),
        rx.el.main(nothing_here(), class_name="w-full max-w-reading mx-auto px-4 py-20"),
        footer(),
        class_name="min-h-dvh flex flex-col",
    )


@page("/404", title=n_("Not found"), description=n_("There is nothing at this address."))
def not_found() -> rx.Component:
    return rx.fragment(PageLanguage.create(code=""), in_each_language(_whole))
