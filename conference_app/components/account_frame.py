"""The frame of the account's pages: one heading, and its parts side by side."""

from __future__ import annotations

import reflex as rx

from conference_app.components.page_frame import app_frame
from conference_app.texts import _, localized_path


def _parts() -> tuple[tuple[str, str], ...]:
    return (
        ("/account", _("Your details")),
        ("/account/security", _("Security")),
        ("/account/sessions", _("Devices")),
    )


def _part_link(path: str, title: str, current: str) -> rx.Component:
    return rx.el.a(
        title,
        href=localized_path(path),
        class_name=(
            "h-9 px-3 inline-flex items-center text-sm font-medium rounded-control text-ink-muted hover:text-ink "
            "aria-[current]:bg-surface-raised aria-[current]:text-ink aria-[current]:shadow-card"
        ),
        custom_attrs={"aria-current": "page"} if path == current else {},
    )


def account_frame(*children: rx.Component, part: str) -> rx.Component:
    """A page of the account; `part` is its path."""
    return app_frame(
        rx.el.h1(_("Your account"), class_name="text-[2rem]"),
        rx.el.nav(
            *[_part_link(path, title, part) for path, title in _parts()],
            aria_label=_("Your account"),
            class_name="inline-flex flex-wrap gap-1 p-1 mt-5 mb-8 rounded-control bg-surface-sunken",
        ),
        *children,
        current="/account",
    )
