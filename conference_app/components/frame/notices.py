"""The corner where short messages appear that are not beside a field; screen readers say them too."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import icon
from conference_app.components.kit.toast import Toast
from conference_app.session import NoticeState
from conference_app.texts import _


def notice_region() -> rx.Component:
    """Where messages appear, beside what can be pressed; once on every page."""
    return Toast.create(
        rx.cond(NoticeState.is_error, icon("circle-alert", 20, "text-danger-ink"), icon("circle-check", 20, "text-ok")),
        rx.el.p(NoticeState.text, class_name="grow text-sm leading-6 wrap-anywhere"),
        serial=NoticeState.serial,
        path=NoticeState.path,
        seconds=rx.cond(NoticeState.is_error, 0, 6),
        close=_("Close"),
        class_name=(
            "w-[calc(100vw-2rem)] sm:w-96 flex items-start gap-3 p-4 rounded-card bg-surface-raised text-ink shadow-float"
        ),
        button_class="text-sm font-medium text-accent-ink rounded-control px-1 leading-6 pointer-coarse:-my-2.5 pointer-coarse:py-2.5",
    )
