"""What the browser keeps for us: the list of the code's own registry."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.page_frame import visitor_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.surfaces import badge, card
from conference_app.config import settings
from conference_app.services.documents import cookies as cookie_registry
from conference_app.services.documents.cookies import Kept
from conference_app.texts import _, n_


def _entry(one: Kept) -> rx.Component:
    kind = _(cookie_registry.KINDS[one.kind])
    need = badge(_("necessary"), "neutral") if one.is_necessary else badge(_("only with your consent"), "accent")
    return card(
        rx.el.div(
            rx.el.h2(
                one.name,
                custom_attrs={"translate": "no"},
                class_name="notranslate text-base font-semibold font-mono tracking-normal wrap-anywhere min-w-0",
            ),
            need,
            class_name="flex flex-wrap items-center justify-between gap-2",
        ),
        rx.el.p(_(one.purpose), class_name="text-ink mt-2"),
        rx.el.p(f"{kind} · {cookie_registry.life(one)}", class_name="text-sm text-ink-muted mt-1"),
    )


@page(
    "/cookies",
    title=n_("Cookies"),
    description=n_("Everything {brand} keeps in your browser, and why."),
    is_listed=True,
)
def cookies() -> rx.Component:
    brand = settings().brand_name
    return visitor_frame(
        rx.el.article(
            rx.el.h1(_("Cookies")),
            rx.el.p(
                _(
                    "This is everything {brand} keeps in your browser. All of it comes from this server, none of it follows you elsewhere, and nothing is kept for advertising.",
                    brand=brand,
                ),
                class_name="leading-7",
            ),
            rx.el.div(*[_entry(one) for one in cookie_registry.kept()], class_name="grid gap-3"),
            rx.el.h2(_("If you block cookies"), class_name="text-xl mt-4"),
            rx.el.p(
                _(
                    "You can read every public page, choose what we may send you, write to us and join a meeting as a guest. You cannot sign in, and your language, colours and devices are forgotten when you leave."
                ),
                class_name="leading-7",
            ),
            class_name="grid gap-4 max-w-reading mx-auto px-4 py-12 sm:py-16",
        )
    )
