"""The frame of the account's pages: one heading, and its parts side by side."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.app_frame import app_frame
from conference_app.components.kit.part_links import part_links
from conference_app.texts import _


def _parts() -> tuple[tuple[str, str], ...]:
    return (
        ("/account", _("Your details")),
        ("/account/security", _("Security")),
        ("/account/sessions", _("Devices")),
        ("/preferences", _("E-mails")),
    )


def account_frame(*children: rx.Component, part: str) -> rx.Component:
    """A page of the account; `part` is its path."""
    return app_frame(
        rx.el.h1(_("Your account"), class_name="mb-5"),
        part_links(_("Your account"), _parts(), part),
        *children,
        current="/account",
    )
