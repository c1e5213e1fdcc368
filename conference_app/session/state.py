"""What a tab holds of the session: what its pages may show, and the ticket of a sign-in on its way."""

from __future__ import annotations

import reflex as rx

from conference_app.config import settings
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.session.cookies import TICKET_COOKIE
from conference_app.session.marks import public


class SessionState(rx.State):
    """What every page may show of the person: set by the gate before each handler and each hydration."""

    signed_in: bool = False
    first_name: str = ""
    initials: str = ""
    language: str = ""
    time_zone: str = ""
    """The account's, in which its pages say when something is; empty where the browser's counts."""
    csrf_token: str = ""
    is_verified: bool = False
    """Whether the e-mail address is confirmed."""
    may_invite: bool = False
    """Whether the account may let guests in."""
    is_staff: bool = False
    """Whether the way to the staff's pages is shown; each of their handlers asks for itself."""
    _bound: str = ""
    """Whose tab this is: a session's hash, or "visitor"; empty before the first event."""

    @rx.event
    @public
    async def stay(self) -> None:
        """Nothing: that the tab asked is enough for Reflex to keep its State."""

    def _show(self, caller: SignedIn | None, chosen_language: str) -> None:
        wanted = {
            "signed_in": caller is not None,
            "first_name": caller.first_name if caller else "",
            "initials": f"{caller.first_name[:1]}{caller.last_name[:1]}".upper() if caller else "",
            "language": chosen_language or (caller.language if caller else ""),
            "time_zone": caller.time_zone if caller else "",
            "csrf_token": caller.csrf_token if caller else "",
            "is_verified": caller is not None and caller.is_verified,
            "may_invite": caller is not None and caller.may_invite,
            "is_staff": caller is not None and caller.is_staff,
        }
        for name, value in wanted.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


class EntryState(rx.State):
    """Carries a sign-in from its page to the plain route that sets the cookie."""

    ticket: str = rx.Cookie(
        "", name=TICKET_COOKIE, path="/auth", max_age=60, same_site="strict", secure=settings().is_https
    )
