"""Emails of the privacy center: the way in by link, and an erasure planned, taken back, done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account, Address, ContactThread, OutgoingEmail, PrivacyState
from conference_app.purposes import DELIVERY, RIGHTS
from conference_app.services.emails import local_times
from conference_app.services.emails.blocks import button, note, paragraph
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import AccountRecipient, AddressRecipient, RowRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.jobs import queue
from conference_app.services.mail import outbox
from conference_app.services.people import signed_links
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data import legal_holds, personal_rows
from conference_app.texts import n_

LINK_LIFE = timedelta(hours=24)
UNDO_LIFE = timedelta(days=31)
"""Longer than any erasure waits."""
KEEP = "keep"
"""In a link that lives so long: it takes an erasure back, and shows nothing."""
FAREWELL_WAIT = timedelta(hours=1)
"""How long an erasure waits for its last email to leave; then it goes on, and the email is erased too."""
_LEAVING = (outbox.Status.QUEUED, outbox.Status.HANDING_OVER)


def center_path(token: str) -> str:
    """The privacy center of whoever holds this "privacy" token, in the default language."""
    return f"/privacy-center/{token}"


async def recipient_of(
    db: AsyncSession, person: personal_rows.DataOwner
) -> AccountRecipient | AddressRecipient | RowRecipient | None:
    """Where the person is reached: at the account, else at the address, else as whoever wrote to us from it."""
    if person.account_id:
        return AccountRecipient(person.account_id)
    keys = person.email_keys
    if address := (await db.exec(select(Address.id).where(col(Address.email_key).in_(keys)))).first():
        return AddressRecipient(address)
    thread = (await db.exec(select(ContactThread.id).where(col(ContactThread.email_key).in_(keys)).limit(1))).first()
    return RowRecipient("contact", thread) if thread else None


async def _link(db: AsyncSession, context: Context, life: timedelta, use: str = "") -> str:
    match context.recipient:
        case AccountRecipient(account_id):
            token = await signed_links.make_for(db, "privacy", Subject("account", account_id), use, life=life)
        case AddressRecipient(address_id):
            token = await signed_links.make_for(db, "privacy", Subject("address", address_id), use, life=life)
        case RowRecipient("contact", thread_id):
            thread = await db.get(ContactThread, thread_id)
            if thread is None:
                raise ValueError("the conversation is gone")
            token = signed_links.make("privacy", thread.email_key, use, life=life)
        case _:
            raise ValueError("these emails go to accounts, addresses and those who wrote to us")
    return center_path(token)


async def _way_in(db: AsyncSession, context: Context) -> Values:
    has_account = False
    if isinstance(context.recipient, AccountRecipient):
        has_account = await db.get(Account, context.recipient.account_id) is not None
    return {"link": await _link(db, context, LINK_LIFE), "has_account": has_account}


async def _planned(db: AsyncSession, context: Context) -> Values | None:
    row = await db.get(PrivacyState, str(context.refs["state_id"]))
    if row is None or row.erase_due_at is None:
        return None  # taken back before the email left
    when = await local_times.when(db, context, row.erase_due_at)
    is_held = await legal_holds.is_held(db, await _behind(db, row))
    return {"link": await _link(db, context, UNDO_LIFE, KEEP), "when": when, "is_held": is_held}


async def _behind(db: AsyncSession, row: PrivacyState) -> personal_rows.DataOwner:
    """Whose state it is, with the address of an account: a hold may be on either."""
    person = await personal_rows.of_account(db, row.account_id) if row.account_id else None
    return person or personal_rows.DataOwner(row.account_id or "", (row.email_key,) if row.email_key else ())


async def _taken_back(db: AsyncSession, context: Context) -> Values | None:
    row = await db.get(PrivacyState, str(context.refs["state_id"]))
    if row is None or row.erase_due_at is not None:
        return None  # asked for once more before the email left
    return {"link": await _link(db, context, LINK_LIFE)}


async def _farewell(db: AsyncSession, context: Context) -> Values | None:
    row = await db.get(PrivacyState, str(context.refs["state_id"]))
    return None if row is None or row.erase_due_at is None else {}


WAY_IN = register(
    NecessaryTemplate(
        "privacy_link",
        subject=n_("What {brand} keeps about you"),
        purpose=RIGHTS,
        body=(
            paragraph(n_("Somebody, probably you, asked what we keep about this address. This link shows it.")),
            button(n_("See what you keep")),
            paragraph(
                n_("You also have an account. What belongs to it shows in the privacy center after you sign in."),
                when="has_account",
            ),
            note(n_("The link works for 24 hours. If it was not you, do nothing: only you can see this e-mail.")),
        ),
        compose=_way_in,
        sample={"link": "/privacy-center/abc", "has_account": True},
    )
)

ERASURE_PLANNED = register(
    NecessaryTemplate(
        "erasure_planned",
        subject=n_("Your data will be erased"),
        purpose=RIGHTS,
        body=(
            paragraph(n_("You asked us to erase what we keep about you. That happens on {when}.")),
            paragraph(
                n_("Your data is on hold for a legal reason, so this happens once that ends."),
                when="is_held",
            ),
            paragraph(n_("Until then you can cancel it, with this link or by signing in.")),
            button(n_("Keep my data")),
            note(n_("If it was not you who asked, use the link above now, then choose a new password.")),
        ),
        compose=_planned,
        sample={"link": "/privacy-center/abc", "when": "30 November 2026, 12:00 (UTC)", "is_held": True},
    )
)

ERASURE_TAKEN_BACK = register(
    NecessaryTemplate(
        "erasure_taken_back",
        subject=n_("Nothing is erased"),
        purpose=RIGHTS,
        body=(
            paragraph(n_("The erasure of what we keep about you was taken back. All of it is still there.")),
            paragraph(n_("If it was not you, ask for the erasure again, in your privacy center or with this link.")),
            button(n_("See what you keep")),
            note(n_("The link works for 24 hours.")),
        ),
        compose=_taken_back,
        sample={"link": "/privacy-center/abc"},
    )
)

FAREWELL = register(
    NecessaryTemplate(
        "erasure_done",
        subject=n_("Your data is erased"),
        purpose=RIGHTS,
        body=(
            paragraph(n_("The days to think it over have passed: what we keep about you is erased now.")),
            paragraph(n_("Where a law makes something stay, it no longer leads to you. You saw the list before.")),
            note(n_("This is the last e-mail from us. Your address is erased as soon as it is sent.")),
        ),
        compose=_farewell,
        sample={},
    )
)


async def _tell(
    db: AsyncSession, template: NecessaryTemplate, row: PrivacyState, person: personal_rows.DataOwner, key: str
) -> bool:
    """Queue an email about the person's erasure; whether there is anybody to write to."""
    recipient = await recipient_of(db, person)
    if recipient is not None:
        await outbox.send(db, template.message(recipient, state_id=row.id), key=key)
    return recipient is not None


def _key(what: str, row: PrivacyState, moment: datetime) -> str:
    return f"erasure-{what}:{row.id}:{int(moment.timestamp())}"


async def tell_planned(db: AsyncSession, row: PrivacyState, person: personal_rows.DataOwner) -> None:
    """Say when the erasure is, and how to take it back."""
    if row.erase_due_at is not None:
        await _tell(db, ERASURE_PLANNED, row, person, _key("planned", row, row.erase_due_at))


async def tell_planned_anew(db: AsyncSession, row: PrivacyState, person: personal_rows.DataOwner) -> None:
    """The same once more, for a person who has another address now: the links to the old one lead nowhere."""
    if row.erase_due_at is not None:
        key = _key(f"planned-{person.email_keys[0].hex()[:16]}", row, row.erase_due_at)
        await _tell(db, ERASURE_PLANNED, row, person, key)


async def tell_taken_back(
    db: AsyncSession, row: PrivacyState, person: personal_rows.DataOwner, *, now: datetime
) -> None:
    """Say that nothing is erased."""
    await _tell(db, ERASURE_TAKEN_BACK, row, person, _key("taken-back", row, now))


async def has_said_farewell(db: AsyncSession, row: PrivacyState, person: personal_rows.DataOwner) -> bool:
    """Write the last email, at the first call; whether it is out of the way: left, not to be sent, or waited for.

    It goes before the rows do, since nothing of the address may be kept to send it later.
    """
    key = _key("done", row, row.erase_due_at or queue.now())
    async with database.within(db, DELIVERY) as own:
        message = (await own.exec(select(OutgoingEmail).where(OutgoingEmail.unique_key == key))).first()
    if message is None:
        return not await _tell(db, FAREWELL, row, person, key)
    return message.status not in _LEAVING or queue.now() - message.created_at >= FAREWELL_WAIT
