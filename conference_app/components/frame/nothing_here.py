"""What stands at addresses that lead nowhere, and at those that are not the caller's: the same words for both."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import button_class
from conference_app.texts import _, localized_path


def nothing_here() -> rx.Component:
    """A heading, what may have happened, and the way to the start page."""
    return rx.fragment(
        rx.el.h1(_("There is nothing at this address.")),
        rx.el.p(
            _(
                "Part of the address may be missing, or what was here is gone. If somebody sent you the link, ask them for it again."
            ),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        rx.el.a(_("Go to the start page"), href=localized_path("/"), class_name=button_class("primary")),
    )
