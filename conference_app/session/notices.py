"""What a tab is told in its corner (`components.frame.notices` draws it), driven by state.

Reflex's own toasts run code sent by the server, which the Content-Security-Policy refuses.
"""

from __future__ import annotations

import re
import secrets

import reflex as rx
from reflex.state import BaseState

from conference_app.session.marks import public
from conference_app.texts import _

_INCIDENT = re.compile(r"[0-9A-F]{8}")


def incident_text(incident: str) -> str:
    """What the person reads about the incident of this number."""
    return _(
        "This did not work because of a mistake on our side. Nothing you typed is lost. Try again; if it happens "
        "again, tell the operator this number: {incident}",
        incident=incident,
    )


class NoticeState(rx.State):
    """The message shown now; each tab has its own."""

    text: str = ""
    serial: int = 0
    """Another number for each message; 0 before the first."""
    is_error: bool = False
    path: str = ""
    """Of the page it belongs to, where that is still to come; it ends with its page."""

    def say(self, text: str, *, on: str = "") -> None:
        """Show `text`, already in the page's language: here, or on the page at the path `on` that comes next."""
        self._show(text, is_error=False, path=on)

    def _show(self, text: str, *, is_error: bool, path: str = "") -> None:
        self.text, self.is_error, self.path = text, is_error, path
        self.serial = secrets.randbelow(2**31) + 1

    def refuse_haste(self) -> None:
        """Say that the gate drops what this tab asks for: far more than a person presses or types."""
        self._show(_("That was a lot at once. Wait a few seconds, then try again."), is_error=True)

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
        text = _("This is not working right now. What you typed is still here. Try again in a few minutes.")
        self._show(text, is_error=True)

    @rx.event
    @public
    def report_refusal(self) -> None:
        """Say that what was asked for is refused: it is gone, or somebody else's."""
        self._show(_("That is no longer there, or not yours. Reload the page to see what is."), is_error=True)


async def say(state: BaseState, text: str, *, on: str = "") -> None:
    """For handlers of any State: `NoticeState.say` in the tab of `state`."""
    (await state.get_state(NoticeState)).say(text, on=on)
