"""Short messages that are not beside a field: said in a corner and to screen readers, driven by state.

Reflex's own toasts run code sent by the server, which the Content-Security-Policy refuses.
"""

from __future__ import annotations

import logging
import re
import secrets
import traceback
from collections import deque

import reflex as rx
from reflex_base.event import EventSpec
from reflex_base.event.context import EventContext

from conference_app import database
from conference_app.components.kit.buttons import icon
from conference_app.components.kit.toast import Toast
from conference_app.errors import ConferenceError
from conference_app.session import public
from conference_app.texts import _

logger = logging.getLogger(__name__)

_broken: deque[str] = deque(maxlen=1000)
"""Reflex's numbers of the events that broke lately; those of their answers name them."""
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

    def clear(self) -> None:
        """Show nothing any more: what was said is done with on the page that comes next."""
        self.serial = 0

    def _show(self, text: str, *, is_error: bool) -> None:
        self.text, self.is_error = text, is_error
        self.serial = secrets.randbelow(2**31) + 1

    @rx.event
    @public
    def report_incident(self, incident: str) -> None:
        """Say that our own code failed; `incident` is the number in the server's log."""
        if not _INCIDENT.fullmatch(incident):
            return
        self._show(incident_text(incident), is_error=True)

    @rx.event
    @public
    def report_failure(self) -> None:
        """Say that the database is away or full: what was asked for can be asked for again later."""
        text = _("This does not work at the moment. What you typed is still here. Please try again in a few minutes.")
        self._show(text, is_error=True)

    @rx.event
    @public
    def report_refusal(self) -> None:
        """Say that what was asked for is refused: it is gone, or somebody else's."""
        self._show(_("That is not there any more, or not yours. Reload the page to see what is."), is_error=True)


def report_exception(exception: Exception) -> EventSpec | None:
    """Reflex's `backend_exception_handler`: logs where it broke, never what somebody typed, and tells the person.

    A refusal is no mistake of ours: anybody can bring it about, so it leaves neither an error nor a trace in the log;
    nor does a database that is away.
    """
    if isinstance(exception, ConferenceError):
        logger.info("a handler refused: %s", exception.code)
        return _event(NoticeState.report_refusal())
    if noted_failure(exception):
        return _event(NoticeState.report_failure()) if _can_be_told() else None
    incident = noted_incident(exception)
    return _event(NoticeState.report_incident(incident)) if _can_be_told() else None


def _can_be_told() -> bool:
    """Whether the running event is no answer to one that broke: telling so is an event too, and what broke the first,
    such as a database that is away, breaks it as well. Told anew each time, that would never end.
    """
    try:
        event = EventContext.get()
    except LookupError:  # Reflex calls for something that is no event
        return True
    _broken.append(event.txid)
    return event.parent_txid not in _broken


def _event(called: object) -> EventSpec:
    """What the call of a handler's name makes outside of a State; the library's types know the handler only."""
    if not isinstance(called, EventSpec):
        raise TypeError("a handler was run instead of named")
    return called


def noted_failure(exception: Exception) -> bool:
    """Whether it was the database that failed, which the log then says in one line: the mistake is not in our code."""
    failure = database.failure_of(exception)
    if failure:
        logger.warning("the database failed somebody: %s", failure)
    return failure != ""


def noted_incident(exception: Exception) -> str:
    """Logs where our own code broke, without the exception's words; the number to find it by."""
    incident = secrets.token_hex(4).upper()
    where = "".join(traceback.format_tb(exception.__traceback__))
    logger.error("incident %s: %s\n%s", incident, type(exception).__name__, where)
    return incident


def incident_text(incident: str) -> str:
    """What the person reads."""
    return _(
        "This did not work because of a mistake on our side. Nothing you typed is lost. Please try again; if it "
        "stays, tell the operator this number: {incident}",
        incident=incident,
    )


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
        button_class="text-sm font-medium text-accent-ink rounded-control px-1 leading-6 pointer-coarse:-my-2.5 pointer-coarse:py-2.5",
    )
