"""The newsletter's form on pages of the site; its answer is a plain page (api/newsletters/sign_up)."""

from __future__ import annotations

import reflex as rx

from conference_app import purposes
from conference_app.components.kit.buttons import button_class
from conference_app.components.kit.fields import EMAIL_LENGTH, INPUT
from conference_app.components.kit.plain_elements import PostForm
from conference_app.texts import _, localized_path


def newsletter_form() -> rx.Component:
    """Address, the words one agrees to beside a box that nobody ticks for you, and a button. Works without scripts."""
    return PostForm.create(
        rx.el.div(
            rx.el.label(_("Your e-mail for the newsletter"), html_for="newsletter_email", class_name="sr-only"),
            rx.el.input(
                id="newsletter_email",
                name="email",
                type="email",
                required=True,
                max_length=EMAIL_LENGTH,
                auto_complete="email",
                placeholder=_("Your e-mail"),
                class_name=INPUT,
            ),
            rx.el.button(_("Sign up"), type="submit", class_name=button_class("secondary")),
            class_name="flex gap-2",
        ),
        rx.el.div(
            rx.el.input(
                id="newsletter_agreed",
                name="agreed",
                type="checkbox",
                required=True,
                class_name="size-5 mt-0.5 shrink-0 accent-accent",
            ),
            rx.el.label(
                purposes.words("newsletter"), html_for="newsletter_agreed", class_name="text-sm leading-6 text-ink"
            ),
            class_name="flex gap-3",
        ),
        action=localized_path("/newsletter"),
        method="post",
        class_name="grid gap-3 max-w-form",
    )


def newsletter_section(width: str) -> rx.Component:
    """The form with its heading, for the landing page."""
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.h2(_("Newsletter"), class_name="text-2xl"),
                rx.el.p(
                    _("News about the product, when there is any. One click in any e-mail stops it."),
                    class_name="text-ink-muted mt-2",
                ),
            ),
            newsletter_form(),
            class_name=f"{width} py-12 grid gap-6 md:grid-cols-2 items-start",
        ),
        class_name="border-t border-line",
    )
