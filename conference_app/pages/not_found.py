"""The page for addresses that lead nowhere. One file serves every language, so it holds each of them."""

from __future__ import annotations

import reflex as rx

from conference_app.components.buttons import button_class
from conference_app.components.client import PageLanguage
from conference_app.components.page_frame import document_links, header
from conference_app.components.page_registry import page
from conference_app.config import LANGUAGES
from conference_app.texts import _, language, localized_path, n_


def _words(code: str) -> rx.Component:
    with language(code):
        return rx.el.div(
            rx.el.h1(_("There is nothing at this address."), class_name="text-[2rem]"),
            rx.el.p(
                _(
                    "A letter of the link may be missing, or the meeting is over and was deleted. Ask who sent it to you."
                ),
                class_name="text-ink-muted mt-3 mb-8",
            ),
            rx.el.a(_("Go to the start page"), href=localized_path("/"), class_name=button_class("primary")),
            rx.el.footer(document_links(), class_name="mt-16"),
            lang=code,
            class_name=f"only-{code}",
        )


@page("/404", title=n_("Not found"), description=n_("There is nothing at this address."))
def not_found() -> rx.Component:
    return rx.el.div(
        PageLanguage.create(code=""),
        header(),
        rx.el.main(
            *[_words(code) for code in LANGUAGES],
            id="content",
            class_name="max-w-reading mx-auto px-4 py-20",
        ),
    )
