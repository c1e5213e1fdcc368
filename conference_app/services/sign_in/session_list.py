"""The list of signed-in browsers that an account's owner sees, and ends what is not theirs in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, select

from conference_app import database
from conference_app.config import settings
from conference_app.models import SignInSession
from conference_app.purposes import DEVICES, SIGN_IN
from conference_app.services.audit import AuditTag
from conference_app.services.consent import legal_basis
from conference_app.services.people.subjects import Subject
from conference_app.services.sign_in import security_emails
from conference_app.services.sign_in.sessions import end_others


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A signed-in browser as its owner's list shows it."""

    id: str
    """Names it in this list, and is good for nothing else."""
    browser: str
    """Family, such as Firefox; empty if unknown."""
    system: str
    time_zone: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool


def _list_id(token_hash: bytes) -> str:
    """Names a session to its owner: made from its hash, which nobody can get back from it."""
    key = settings().secrets.session_key.encode()
    return hmac.digest(key, b"session list\0" + token_hash, "sha256").hex()[:24]


async def list_open(account_id: str, current: str = "", *, now: datetime | None = None) -> list[OpenSession]:
    """The account's signed-in browsers, the one with `session_hash` `current` first, then the last seen.

    What they are stays unread while the person has restricted the use of their data, or objects to this one.
    """
    query = (
        select(SignInSession)
        .where(SignInSession.account_id == account_id, SignInSession.expires_at > (now or datetime.now(UTC)))
        .order_by(col(SignInSession.last_seen_at).desc())
    )
    async with database.reading() as db:
        live = await legal_basis.with_basis(db, DEVICES, [Subject("account", account_id)])
        async with database.within(db, SIGN_IN, *live.or_nothing()) as own:
            rows = (await own.exec(query)).all()
    found = [
        OpenSession(
            id=_list_id(row.token_hash),
            browser=(row.browser or "") if live else "",
            system=(row.system or "") if live else "",
            time_zone=(row.time_zone or "") if live else "",
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.token_hash.hex() == current,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.is_current)


async def end_listed(account_id: str, list_id: str) -> bool:
    """End the account's session that its list calls `list_id`; whether there was one."""
    async with database.session() as db:
        rows = (await db.exec(select(SignInSession).where(SignInSession.account_id == account_id))).all()
        for row in rows:
            if hmac.compare_digest(_list_id(row.token_hash), list_id[:24].encode("ascii", "replace").decode()):
                await db.delete(row)
                await security_emails.tell(db, account_id, AuditTag.SESSION_ENDED)
                return True
    return False


async def sign_out_others(account_id: str, keep: str) -> int:
    """End every session but the one with `session_hash` `keep`; how many that were."""
    async with database.session() as db:
        ended = await end_others(db, account_id, keep)
        if ended:
            await security_emails.tell(db, account_id, AuditTag.SESSIONS_ENDED, detail=str(ended))
    return ended
