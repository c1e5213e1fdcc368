"""The keys of all meetings of an account: for its organizer's browser, which makes those that are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from conference_app import database
from conference_app.models import Meeting, MeetingKeys
from conference_app.purposes import ENCRYPTION, MEETINGS
from conference_app.services.encryption import meeting_keys
from conference_app.services.encryption.meeting_keys import KeysInUse, PublicKeys
from conference_app.services.limits import rate_limits

_MOST = 500
"""As many meetings as an account may have."""


@dataclass(frozen=True, slots=True)
class KeptMeeting:
    """What is known of the keys of one meeting."""

    id: str
    root: str
    """The root's public key, base64url; empty while it has none."""
    is_certified: bool
    """Whether the root has signed the link's key."""
    needs_certificate: bool
    """Whether the link alone lets people in, so that it has to."""


async def of_account(account_id: str) -> list[KeptMeeting]:
    """All meetings of the account, newest first; at most 500."""
    query = (
        select(Meeting.id, Meeting.starts_locked, MeetingKeys.root_public, MeetingKeys.link_certificate)
        .join(MeetingKeys, col(MeetingKeys.meeting_id) == col(Meeting.id), isouter=True)
        .where(Meeting.account_id == account_id)
        .order_by(col(Meeting.created_at).desc(), col(Meeting.id))
        .limit(_MOST)
    )
    async with database.reading(ENCRYPTION, MEETINGS) as db:
        rows = (await db.exec(query)).all()
    return [
        KeptMeeting(meeting_id, root or "", bool(certificate), not is_locked)
        for meeting_id, is_locked, root, certificate in rows
    ]


async def put(account_id: str, keys: Sequence[tuple[str, PublicKeys]]) -> None:
    """Set the keys of some of the account's meetings, each by its identifier.

    Raises as `meeting_keys.put` does, and TooManyAttempts; those before the one that is refused are kept. What is in use
    (KeysInUse) keeps none of the others from being set.
    """
    await rate_limits.count(rate_limits.MEETING_KEYS_PER_ACCOUNT, account_id)
    used: KeysInUse | None = None
    for meeting_id, public in keys:
        try:
            await meeting_keys.put(account_id, meeting_id, public)
        except KeysInUse as error:
            used = error
    if used is not None:
        raise used
