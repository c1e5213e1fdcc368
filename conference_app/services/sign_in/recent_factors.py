"""The second factor, asked for again before one is added or removed: by a sign-in that is some minutes old at most.

Once an authenticator app is in force, each sign-in asks for its code, a recovery code or a passkey, so whoever has just
signed in has shown one of them. A passkey alone asks nobody who has the password for anything more at sign-in, and
has no recovery codes for the day it is lost: it asks for nothing more here either.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conference_app import database
from conference_app.errors import NotAllowed
from conference_app.models import Authenticator, SignInSession
from conference_app.purposes import SECOND_FACTOR, SIGN_IN
from conference_app.texts import n_

RECENT = timedelta(minutes=15)
"""How long a sign-in counts."""


class FactorNeeded(NotAllowed):
    """The sign-in is too old, or older than the authenticator app."""

    code = "factor_needed"


async def is_due(account_id: str, session_hash: str, *, now: datetime | None = None) -> bool:
    """Whether the account's session with that `session_hash` has to sign in again first."""
    async with database.reading(SECOND_FACTOR, SIGN_IN) as db:
        authenticator = await db.get(Authenticator, account_id)
        kept = await db.get(SignInSession, bytes.fromhex(session_hash))
    if authenticator is None or authenticator.confirmed_at is None:
        return False
    if kept is None or kept.account_id != account_id:
        return True
    return kept.created_at < max(authenticator.confirmed_at, (now or datetime.now(UTC)) - RECENT)


async def require(account_id: str, session_hash: str, *, now: datetime | None = None) -> None:
    """Raises FactorNeeded when it has to."""
    if await is_due(account_id, session_hash, now=now):
        raise FactorNeeded(n_("To change this, sign in again with a code or a passkey. That counts for 15 minutes."))
