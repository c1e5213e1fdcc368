"""What staff may see of a person: that they are known here, shortened, and how many rows of which kind. No content.

Nothing is read without a reason that the person can read; the access is written down in the transaction that reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account, Address, Case, ContactThread, LegalHold
from conference_app.purposes import RIGHTS
from conference_app.services.limits import rate_limits
from conference_app.services.people import email_addresses, identity
from conference_app.services.personal_data import legal_holds, masking, personal_rows, staff_accesses
from conference_app.services.personal_data.legal_holds import Hold
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.personal_data.table_names import words_of
from conference_app.texts import n_

WHAT = n_("That you are known here, and how much we hold")
UNKNOWN = n_("Nobody is known here by this name.")
WANTED_LENGTH = 320
NOBODY = "nobody"
"""The number of an account that nobody has: who is unknown is counted as long as who is known."""


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person, masked."""

    person: DataOwner
    name: str
    """Initials; empty for somebody without an account."""
    email: str
    """Shortened; empty if no address is known."""
    is_confirmed: bool
    since: datetime | None
    counts: tuple[tuple[str, int], ...]
    """Title of a kind of rows (a msgid) and how many there are."""
    holds: tuple[Hold, ...]

    @property
    def is_known(self) -> bool:
        """Whether anything is held about them."""
        return bool(self.counts)


async def find(wanted: str, reason: str, *, staff_id: str, now: datetime | None = None) -> PersonView:
    """Whoever has exactly this e-mail address or username. An address that is unknown here is a person without rows.

    Raises InvalidInput (keys: wanted, reason; also for an unknown username) and TooManyAttempts.
    """
    wanted, reason = check_wanted(wanted), legal_holds.check_reason(reason)
    await rate_limits.count(rate_limits.STAFF_SEARCH, staff_id)
    async with database.session(RIGHTS) as db:
        person = await who_is(db, wanted)
        shown = await _view(db, person or DataOwner(NOBODY), wanted)
        if person is not None and shown.is_known:
            await staff_accesses.note(db, person, staff_id=staff_id, what=WHAT, reason=reason, now=now)
    if person is None:
        raise _wrong("wanted", UNKNOWN)
    return shown


async def of_case(case_id: str, reason: str, *, staff_id: str, now: datetime | None = None) -> PersonView:
    """The person behind a request. Raises NotFound and InvalidInput (key: reason)."""
    async with database.session(RIGHTS) as db:
        case = await db.get(Case, case_id)
        person = await _of_subject(db, case) if case is not None else None
        return await _open(db, person, reason, staff_id, now)


async def of_hold(hold_id: str, reason: str, *, staff_id: str, now: datetime | None = None) -> PersonView:
    """The person behind a hold. Raises NotFound and InvalidInput (key: reason)."""
    async with database.session(RIGHTS) as db:
        hold = await db.get(LegalHold, hold_id)
        person = await _of_hold(db, hold) if hold is not None else None
        return await _open(db, person, reason, staff_id, now)


async def look_again(person: DataOwner) -> PersonView:
    """The same for a page that has the person open already."""
    async with database.reading(RIGHTS) as db:
        return await _view(db, person, "")


async def who_is(db: AsyncSession, wanted: str) -> DataOwner | None:
    """The person with this e-mail address (confirmed, if it is an account's) or username; None for an unknown name."""
    if "@" not in wanted:
        key = identity.username_key(wanted)
        found = (await db.exec(select(Account.id).where(Account.username_key == key))).first()
        return await personal_rows.of_account(db, found) if found else None
    key = email_addresses.email_key(wanted)
    found = (await db.exec(select(Account.id).where(Account.email_key == key))).first()
    return await personal_rows.of_account(db, found) if found else personal_rows.of_email(key)


def _wrong(name: str, message: str) -> InvalidInput:
    return InvalidInput({name: ConferenceError(message)})


def check_wanted(text: str) -> str:
    """What to look for: a normalized address, or a username. Raises InvalidInput (key: wanted)."""
    text = text.strip()
    if not text or len(text) > WANTED_LENGTH:
        raise _wrong("wanted", n_("Enter a whole e-mail address or username."))
    if "@" not in text:
        return text
    try:
        return email_addresses.check_email(text)
    except ConferenceError as error:
        raise InvalidInput({"wanted": error}) from None


async def _of_subject(db: AsyncSession, case: Case) -> DataOwner | None:
    if case.subject_kind == "account":
        return await personal_rows.of_account(db, case.subject_id)
    table = Address if case.subject_kind == "address" else ContactThread
    key = (await db.exec(select(table.email_key).where(table.id == case.subject_id))).first()
    return personal_rows.of_email(key) if key is not None else None


async def _of_hold(db: AsyncSession, hold: LegalHold) -> DataOwner | None:
    if hold.account_id is not None:
        return await personal_rows.of_account(db, hold.account_id)
    return personal_rows.of_email(hold.email_key or b"")


async def _open(
    db: AsyncSession, person: DataOwner | None, reason: str, staff_id: str, now: datetime | None
) -> PersonView:
    reason = legal_holds.check_reason(reason)
    if person is None:
        raise NotFound(n_("This person is no longer here."))
    await staff_accesses.note(db, person, staff_id=staff_id, what=WHAT, reason=reason, now=now)
    return await _view(db, person, "")


async def _view(db: AsyncSession, person: DataOwner, typed: str) -> PersonView:
    counts = await personal_rows.count(db, person)
    account = await db.get(Account, person.account_id or NOBODY)
    address = (await db.exec(select(Address).where(col(Address.email_key).in_(person.email_keys)))).first()
    email = account.email if account else address.email if address else typed if "@" in typed else ""
    since = account.created_at if account else address.created_at if address else None
    return PersonView(
        person=person,
        name=masking.initials(account.first_name, account.last_name) if account else "",
        email=masking.email(email) if email else "",
        is_confirmed=bool(account and account.email_verified_at),
        since=since.astimezone(UTC) if since else None,
        counts=tuple((words_of(name).title, number) for name, number in counts.items()),
        holds=tuple(await legal_holds.of_person(db, person)),
    )
