"""The first page a visitor sees."""

from __future__ import annotations

import reflex as rx

from conference_app.texts import _


def landing() -> rx.Component:
    """The landing page."""
    return rx.el.main(rx.el.h1(_("Meetings that stay between you.")))
