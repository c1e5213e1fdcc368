"""Short messages that are not beside a field: said in a corner and to screen readers, driven by state.

Reflex's own toasts run code sent by the server, which the Content-Security-Policy refuses.
"""

from __future__ import annotations

import logging
import re
import secrets
import traceback

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.buttons import icon
from conference_app.components.client import Toast
from conference_app.session import public
from conference_app.texts import _

logger = logging.getLogger(__name__)

_INCIDENT = re.compile(r"[0-9A-F]{8}")


class NoticeState(rx.State):
    """The message shown now; each tab has its own."""

    text: str = ""
    serial: int = 0
    """Another number for each message; 0 before the first."""
    is_error: bool = False

    def say(self, text: str) -> None:
        """Show `text`, already in the page's language. For handlers: `(await self.get_state(NoticeState)).say(…)`."""
        self._show(text, is_error=False)

    def _show(self, text: str, *, is_error: bool) -> None:
        self.text, self.is_error = text, is_error
        self.serial = secrets.randbelow(2**31) + 1

    @rx.event
    @public
    def report_incident(self, incident: str) -> None:
        """Say that our own code failed; `incident` is the number in the server's log."""
        if not _INCIDENT.fullmatch(incident):
            return
        text = _(
            "This did not work because of a mistake on our side. Nothing you typed is lost. Please try again; if it "
            "stays, tell the operator this number: {incident}",
            incident=incident,
        )
        self._show(text, is_error=True)


def report_exception(exception: Exception) -> EventSpec:
    """Reflex's `backend_exception_handler`: logs where it broke, never what somebody typed, and tells the person."""
    incident = secrets.token_hex(4).upper()
    where = "".join(traceback.format_tb(exception.__traceback__))
    logger.error("incident %s: %s\n%s", incident, type(exception).__name__, where)
    return NoticeState.report_incident(incident)


def notice_region() -> rx.Component:
    """The corner where messages appear; once on every page."""
    return Toast.create(
        rx.cond(NoticeState.is_error, icon("circle-alert", 20, "text-danger-ink"), icon("circle-check", 20, "text-ok")),
        rx.el.p(NoticeState.text, class_name="grow text-sm leading-6 wrap-anywhere"),
        serial=NoticeState.serial,
        seconds=rx.cond(NoticeState.is_error, 0, 6),
        close=_("Close"),
        class_name=(
            "fixed z-50 bottom-20 md:bottom-6 inset-x-4 sm:left-auto sm:right-6 sm:w-96 flex items-start gap-3 p-4 "
            "rounded-card bg-surface-raised text-ink shadow-float"
        ),
        button_class="text-sm font-medium text-accent-ink rounded-control px-1 leading-6",
    )
