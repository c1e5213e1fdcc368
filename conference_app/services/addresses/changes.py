"""Another e-mail address for somebody without an account: asked for by a link to the old one, confirmed at the new one.

Whoever asks learns nothing about the new address: known to us or not, the answer is the same, and as late. Until the
link in its mail is used nothing changes; for a week, the old address takes the change back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound, TooManyAttempts
from conference_app.models import Address, AddressChange
from conference_app.purposes import EMAIL_CHANGE
from conference_app.services import audit
from conference_app.services.addresses import address_emails, address_tokens, holder_details, moves
from conference_app.services.addresses.moves import Moved
from conference_app.services.audit import AuditTag
from conference_app.services.consent import person_state
from conference_app.services.emails.recipients import RowRecipient
from conference_app.services.limits import even_answers, rate_limits
from conference_app.services.mail import outbox
from conference_app.services.people import email_addresses, signed_links
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import export, privacy_emails, privacy_requests
from conference_app.texts import n_

USED = n_("This link has been used, or has expired.")


async def ask(person: DataOwner, email: str, *, now: datetime | None = None) -> None:
    """Send a link to the new address `email` and word to the one the person has.

    An earlier change that waits is dropped. Raises InvalidInput (email), TooManyAttempts.
    """
    now = now or datetime.now(UTC)
    wanted = _checked(email)
    if email_addresses.email_key(wanted) in person.email_keys:
        raise _refused(n_("This is your address already."))
    if (await person_state.read(person)).erase_due_at is not None:
        raise _refused(n_("Your data is about to be erased. Cancel that first."))
    details = await holder_details.held(person)
    if not details.email:
        raise _refused(n_("We keep nothing about your address."))
    await rate_limits.count(rate_limits.ADDRESS_CHANGE_PER_PERSON, person.email_keys[0].hex())
    async with even_answers.evened():
        is_silent = await _is_asked_too_often(wanted, person)
        await _begin(person, details, wanted, is_silent, now)


def _checked(email: str) -> str:
    try:
        return email_addresses.check_email(email)
    except ConferenceError as error:
        raise InvalidInput({"email": error}) from None


def _refused(words: str) -> InvalidInput:
    return InvalidInput({"email": ConferenceError(words)})


async def _is_asked_too_often(email: str, person: DataOwner) -> bool:
    """Whether strangers have had enough mails sent to this address today; the caller is not told."""
    try:
        key, asking = email_addresses.email_key(email).hex(), person.email_keys[0].hex()
        await rate_limits.count_about(rate_limits.ADDRESS_CHANGE_PER_EMAIL, key, asking)
    except TooManyAttempts:
        return True
    return False


async def _begin(
    person: DataOwner, details: holder_details.GuestDetails, wanted: str, is_silent: bool, now: datetime
) -> None:
    change = AddressChange(
        email_key=person.email_keys[0],
        old_email=details.email,
        new_email=wanted,
        language=details.language,
        requested_at=now,
    )
    async with database.session(EMAIL_CHANGE) as db:
        await _drop_waiting(db, person)
        db.add(change)
        await db.flush()
        await _note(db, AuditTag.EMAIL_CHANGE_ASKED, person, now)
        await outbox.send(db, address_emails.NOTICE.message(RowRecipient(address_emails.LEAVING, change.id)))
        if not is_silent:
            await outbox.send(db, address_emails.CONFIRM.message(RowRecipient(address_emails.COMING, change.id)))


async def _drop_waiting(db: AsyncSession, person: DataOwner) -> None:
    waiting = col(AddressChange.email_key).in_(person.email_keys), col(AddressChange.confirmed_at).is_(None)
    await db.exec(delete(AddressChange).where(*waiting))


async def _note(db: AsyncSession, tag: AuditTag, person: DataOwner, now: datetime) -> None:
    """Write it into the history of the person's address; who only wrote to us has none."""
    query = select(Address.id).where(col(Address.email_key).in_(person.email_keys))
    if found := (await db.exec(query)).first():
        await audit.record(db, tag, subject=Subject("address", found), now=now)


async def waiting(person: DataOwner, *, now: datetime | None = None) -> str:
    """The new address that can still be confirmed, or empty."""
    since = (now or datetime.now(UTC)) - address_tokens.CONFIRM_LIFE
    query = select(AddressChange).where(
        col(AddressChange.email_key).in_(person.email_keys),
        col(AddressChange.confirmed_at).is_(None),
        col(AddressChange.requested_at) > since,
    )
    async with database.reading(EMAIL_CHANGE) as db:
        change = (await db.exec(query)).first()
    return change.new_email if change else ""


async def drop(person: DataOwner) -> None:
    """Forget the change that waits."""
    async with database.session() as db:
        await _drop_waiting(db, person)


async def confirm(token: str, *, address: str, now: datetime | None = None) -> str:
    """Use the link in the new address's mail: what we keep is kept under it from now on. A "privacy" token for it.

    Raises NotFound for a link that is used, out of date, made up, or whose address an account has by now;
    TooManyAttempts.
    """
    async with rate_limits.counting_failures(rate_limits.LINK_PER_ADDRESS, rate_limits.network_of(address)):
        now = now or datetime.now(UTC)
        try:
            async with database.session(EMAIL_CHANGE) as db:
                change_id = await address_tokens.redeem(db, "confirm", token, now=now)
                change = await _locked(db, change_id) if change_id else None
                if change is None or change.confirmed_at or await address_emails.has_account(db, change.new_email):
                    raise NotFound(USED)
                outdated = await moves.copies(db, change.old_email, change.new_email)
                await _carry_out(db, change, now)
        except IntegrityError:
            raise NotFound(USED) from None  # somebody else confirmed the same address at this moment
        await export.remove(outdated)
        key = email_addresses.email_key(change.new_email)
        return signed_links.make("privacy", key, life=privacy_emails.LINK_LIFE, now=now)


async def _locked(db: AsyncSession, change_id: str) -> AddressChange | None:
    return await db.get(AddressChange, change_id, with_for_update=True)


async def _carry_out(db: AsyncSession, change: AddressChange, now: datetime) -> None:
    moved = await moves.move(db, change.email_key, change.new_email, now=now)
    change.email_key, change.confirmed_at = email_addresses.email_key(change.new_email), now
    last = max((_turn(one) for one in await _of_key(db, change.email_key) if one.moved is not None), default=0)
    change.moved = replace(moved, turn=int(last) + 1).as_json()
    await db.flush()
    person = of_email(change.email_key)
    await privacy_requests.carried_out(db, "rectify", person, now=now)
    await _note(db, AuditTag.EMAIL_CHANGED, person, now)
    await outbox.send(db, address_emails.NOTICE.message(RowRecipient(address_emails.LEAVING, change.id)))


async def revoke(token: str, *, address: str, now: datetime | None = None) -> None:
    """Use the link in the old address's mail: everything that came from it goes back to it, with what followed undone.

    Raises NotFound, TooManyAttempts.
    """
    async with rate_limits.counting_failures(rate_limits.LINK_PER_ADDRESS, rate_limits.network_of(address)):
        now = now or datetime.now(UTC)
        async with database.session(EMAIL_CHANGE) as db:
            change_id = await address_tokens.redeem(db, "revoke", token, now=now)
            change = await _locked(db, change_id) if change_id else None
            if change is None:
                raise NotFound(USED)
            outdated = await moves.copies(db, change.old_email, change.new_email)
            for one in await _from_here_on(db, change):
                await _undo(db, one, now)
                await db.delete(one)
                await db.flush()
            await _note(db, AuditTag.EMAIL_CHANGE_REVOKED, of_email(email_addresses.email_key(change.old_email)), now)
        await export.remove(outdated)


async def _undo(db: AsyncSession, change: AddressChange, now: datetime) -> None:
    if change.moved is not None and change.confirmed_at is not None:
        moved, since = Moved.of_json(change.moved), change.confirmed_at
        await moves.move_back(db, moved, change.old_email, change.new_email, since=since, now=now)


async def _from_here_on(db: AsyncSession, change: AddressChange) -> list[AddressChange]:
    """The change and those that followed it, the newest first."""
    later = [one for one in await _of_key(db, change.email_key) if _place(one) >= _place(change)]
    return sorted(later, key=_place, reverse=True)


async def _of_key(db: AsyncSession, email_key: bytes) -> Sequence[AddressChange]:
    query = select(AddressChange).where(AddressChange.email_key == email_key)
    return (await db.exec(query.with_for_update())).all()


def _place(change: AddressChange) -> tuple[float, datetime]:
    """In the order of the moves; what was only asked for comes after all of them."""
    return (_turn(change), change.requested_at)


def _turn(change: AddressChange) -> float:
    return math.inf if change.moved is None else Moved.of_json(change.moved).turn
