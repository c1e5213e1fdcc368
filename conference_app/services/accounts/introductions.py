"""What members show of themselves to the people they meet: title, company, institution and photo, if they gave them.

It goes with a member's own name only: who joins under another one shows that name and nothing else. The photo is
fetched by a link that names nobody and holds for one room and one day.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import col, select

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models import Account, AccountPhoto, Meeting
from conference_app.models.columns import lookup_key
from conference_app.purposes import INTRODUCE, MEETINGS
from conference_app.services.accounts import photos
from conference_app.services.consent import person_state
from conference_app.services.people.subjects import Subject
from conference_app.texts import n_

LINK_LIFE = timedelta(days=1)
"""Longer than meetings last; the address of a photo is not kept anywhere."""
_LINK_LENGTH = 400


@dataclass(frozen=True, slots=True)
class Introduction:
    """What the others see beside a member's name."""

    about: str = field(default="", repr=False)
    """Title, company and institution in one line; empty if none was given."""
    has_photo: bool = False


async def of_account(account_id: str) -> Introduction:
    """What this account shows; nothing while the person wants their data kept only (GDPR Art. 18)."""
    given = select(Account.title, Account.company, Account.institution).where(Account.id == account_id)
    photo = select(AccountPhoto.account_id).where(AccountPhoto.account_id == account_id)
    async with database.reading(INTRODUCE) as db:
        if not await person_state.may_use(db, Subject("account", account_id)):
            return Introduction()
        row = (await db.exec(given)).first()
        return Introduction(
            about=", ".join(part for part in row or () if part),
            has_photo=(await db.exec(photo)).first() is not None,
        )


async def name_of(account_id: str) -> str:
    """First and last name of this account; empty while the person wants their data kept only."""
    async with database.reading(INTRODUCE) as db:
        if not await person_state.may_use(db, Subject("account", account_id)):
            return ""
        row = (await db.exec(select(Account.first_name, Account.last_name).where(Account.id == account_id))).first()
    return " ".join(row or ()).strip()


def attributes(shown: Introduction, account_id: str, room: str, *, now: datetime) -> dict[str, str]:
    """The participant's attributes (LiveKit) that carry it into `room`: `about` and `photo`, the path of the picture."""
    told = {"about": shown.about} if shown.about else {}
    return told | ({"photo": f"/room-photo/{_link(account_id, room, now)}"} if shown.has_photo else {})


def _cipher() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(lookup_key("room-photo", "key")))


def _link(account_id: str, room: str, now: datetime) -> str:
    return _cipher().encrypt_at_time(f"{room} {account_id}".encode(), int(now.timestamp())).decode()


async def photo(link: str, *, now: datetime | None = None) -> bytes:
    """The picture behind a link, as WebP. Raises NotFound when the link is old or not ours, the meeting over, the
    picture gone, or its owner wants their data kept only."""
    missing = NotFound(n_("There is no such picture."))
    try:
        seconds = int((now or datetime.now(UTC)).timestamp())
        known = _cipher().decrypt_at_time(link[:_LINK_LENGTH].encode(), int(LINK_LIFE.total_seconds()), seconds)
    except (InvalidToken, binascii.Error, UnicodeError):
        raise missing from None
    room, _space, account_id = known.decode().partition(" ")
    going_on = select(Meeting.id).where(Meeting.room == room, col(Meeting.ended_at).is_(None))
    async with database.reading(MEETINGS) as db:
        is_going_on = (await db.exec(going_on)).first() is not None
        may_show = is_going_on and await person_state.may_use(db, Subject("account", account_id))
    found = await photos.load(account_id) if may_show else None
    if found is None:
        raise missing
    return found
