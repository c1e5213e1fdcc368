"""The moment between a sign-in and its cookie: loads the plain route that sets it, which a page change cannot."""

from __future__ import annotations

import reflex as rx

from conference_app.components.encryption.full_load import FullLoad
from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.frame.page_registry import page
from conference_app.texts import _, n_


@page("/entering", title=n_("One moment"))
def entering() -> rx.Component:
    """Seen for a blink."""
    return narrow_frame(
        FullLoad.create(route="/auth/enter"), rx.el.p(_("One moment, you are being signed in."), role="status")
    )
