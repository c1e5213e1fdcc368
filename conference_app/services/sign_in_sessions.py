"""Sign-ins of browsers: a ticket carries a person from the page to the cookie, a session is a row with a hashed id."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a session cookie."""

    account_id: str
    first_name: str
    last_name: str
    username: str
    language: str
    session_hash: str = field(repr=False)
    csrf_token: str = field(repr=False)


async def issue_ticket(account_id: str, client_token: str, *, now: datetime | None = None) -> str:
    """A secret good for one sign-in within 60 seconds. Pages call `session.enter`, which puts it into its cookie."""
    raise NotImplementedError


async def redeem_ticket(ticket: str, *, now: datetime | None = None) -> str | None:
    """The new session's token, or None if the ticket is unknown, used or too old."""
    raise NotImplementedError


async def resolve(session_token: str, *, now: datetime | None = None) -> SignedIn | None:
    """Who holds `session_token`; None if it is unknown, ended or expired."""
    raise NotImplementedError


async def end(session_token: str) -> None:
    """End this session."""
    raise NotImplementedError


async def end_all(account_id: str) -> None:
    """End every session of the account."""
    raise NotImplementedError


def csrf_token(session_token: str) -> str:
    """What every form post of this session must carry in its field `csrf_token`."""
    raise NotImplementedError


def check_csrf(session_token: str, given: str) -> bool:
    """Whether `given` is this session's CSRF token, compared in constant time."""
    raise NotImplementedError
