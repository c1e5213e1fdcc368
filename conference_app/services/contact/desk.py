"""The staff's side of conversations: the list, an open conversation, an answer. Who may call it is the caller's business.

The list is masked. Opening a conversation is an access that the person sees in the privacy center.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account, Case, ContactMessage, ContactThread
from conference_app.purposes import ANSWER, CALL_BACK, REQUESTS
from conference_app.services import audit, paging
from conference_app.services.audit import AuditTag
from conference_app.services.cases import cases
from conference_app.services.cases.cases import CaseView
from conference_app.services.consent import legal_basis
from conference_app.services.contact import contact_emails, reply_addresses
from conference_app.services.contact import threads as contact
from conference_app.services.emails import secret_requests
from conference_app.services.emails.blocks import note, plain
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import RowRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.mail import outbox
from conference_app.services.paging import Page
from conference_app.services.people import person_fields
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data import masking, personal_rows, staff_accesses
from conference_app.texts import n_

ACCESS = n_("Your messages to us")
ACCESS_WITH_PHONE = n_("Your messages to us, and your phone number")
REASON = n_("Answering your message.")
GONE = n_("This conversation is gone.")


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A conversation in the list."""

    id: str
    who: str
    """Masked."""
    subject: str = field(repr=False)
    last_at: datetime
    messages: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    is_ours: bool
    body: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class OpenThread:
    """A conversation that a member of the staff reads."""

    id: str
    email: str = field(repr=False)
    name: str = field(repr=False)
    subject: str = field(repr=False)
    is_closed: bool
    messages: tuple[Message, ...]
    cases: tuple[CaseView, ...]
    """The requests that were recognised in it."""
    phone: str = field(default="", repr=False)
    """As it is written; empty unless an account has this address and gave a number to be called back."""


def _row(thread: ContactThread, count: int) -> ThreadRow:
    who = masking.initials(thread.name or "") or masking.email(thread.email)
    return ThreadRow(thread.id, who, thread.subject, thread.last_at, count, thread.closed_at is not None)


async def threads(number: int = 1, *, closed: bool = False) -> Page[ThreadRow]:
    """A page of the conversations, open or closed, newest first."""
    state = col(ContactThread.closed_at).is_not(None) if closed else col(ContactThread.closed_at).is_(None)
    query = select(ContactThread).where(state).order_by(col(ContactThread.last_at).desc(), col(ContactThread.id))
    async with database.reading(ANSWER) as db:
        found = await paging.page(db, query, number)
        counts = await _counts(db, [thread.id for thread in found.rows])
    return found.of(lambda thread: _row(thread, counts.get(thread.id, 0)))


async def _counts(db: AsyncSession, thread_ids: list[str]) -> dict[str, int]:
    """How many messages each conversation has."""
    query = select(ContactMessage.thread_id, func.count()).where(col(ContactMessage.thread_id).in_(thread_ids))
    return dict((await db.exec(query.group_by(col(ContactMessage.thread_id)))).all())


async def open_thread(thread_id: str, *, staff_id: str, now: datetime | None = None) -> OpenThread:
    """A conversation in full; that it was read is written down with it. Raises NotFound."""
    async with database.session(ANSWER) as db:
        thread = await db.get(ContactThread, thread_id)
        if thread is None:
            raise NotFound(GONE)
        person, shown = personal_rows.of_email(thread.email_key), await _opened(db, thread)
        what = ACCESS_WITH_PHONE if shown.phone else ACCESS
        await staff_accesses.note(db, person, staff_id=staff_id, what=what, reason=REASON, now=now)
        return shown


async def look_again(thread_id: str) -> OpenThread:
    """A conversation that the caller has open already. Raises NotFound."""
    async with database.reading(ANSWER) as db:
        thread = await db.get(ContactThread, thread_id)
        if thread is None:
            raise NotFound(GONE)
        return await _opened(db, thread)


async def _opened(db: AsyncSession, thread: ContactThread) -> OpenThread:
    own = select(ContactMessage).where(ContactMessage.thread_id == thread.id).order_by(col(ContactMessage.id))
    messages = [Message(row.direction == "out", row.body, row.at) for row in (await db.exec(own)).all()]
    async with database.within(db, REQUESTS) as requests:
        rows = (
            await requests.exec(select(Case).where(Case.subject_id == thread.id).order_by(col(Case.opened_at)))
        ).all()
        found = await cases.views(requests, rows)
    return OpenThread(
        thread.id,
        thread.email,
        thread.name or "",
        thread.subject,
        thread.closed_at is not None,
        tuple(messages),
        tuple(found),
        await _phone(db, thread.email_key),
    )


async def _phone(db: AsyncSession, email_key: bytes) -> str:
    """The number to call back at; empty for who gave none, objects to it, or has restricted the use of their data."""
    account_id = (await db.exec(select(Account.id).where(Account.email_key == email_key))).first()
    live = await legal_basis.with_basis(db, CALL_BACK, [Subject("account", account_id)]) if account_id else None
    if not live:
        return ""
    async with database.within(db, live) as calls:
        phone = (await calls.exec(select(Account.phone).where(Account.id == account_id))).first()
    return person_fields.shown_phone(phone) if phone else ""


async def reply(thread_id: str, text: str, *, staff_id: str, now: datetime | None = None) -> None:
    """Answer by mail in the same conversation. Raises NotFound, and InvalidInput without a text or with one that asks for a secret."""
    body = contact.clean_text(text, contact.MESSAGE_LENGTH)
    problem = secret_requests.problem(body) if body else ConferenceError(n_("Write your answer."))
    if problem:
        raise InvalidInput({"reply": problem})
    now = now or datetime.now(UTC)
    async with database.session(ANSWER) as db:
        thread = await db.get(ContactThread, thread_id)
        if thread is None:
            raise NotFound(GONE)
        message = ContactMessage(thread_id=thread.id, direction="out", body=body, at=now)
        db.add(message)
        await db.flush()
        message.mail_id = reply_addresses.mail_id_of(thread.id, message.id or 0)
        message.mail_key = reply_addresses.mail_key(message.mail_id)
        thread.last_at = now
        answer = _REPLY.message(RowRecipient("contact", thread.id), language=thread.language, message=message.id or 0)
        await outbox.send(db, answer, key=f"contact-reply:{message.id}")
        await audit.record(db, AuditTag.STAFF_MESSAGE_ANSWERED, account_id=staff_id, detail=thread.id, now=now)


async def close(thread_id: str, *, staff_id: str, now: datetime | None = None) -> None:
    """Put a conversation away; a new message of the person opens it again. Raises NotFound."""
    async with database.session(ANSWER) as db:
        thread = await db.get(ContactThread, thread_id)
        if thread is None:
            raise NotFound(GONE)
        thread.closed_at = thread.closed_at or now or datetime.now(UTC)
        await audit.record(db, AuditTag.STAFF_MESSAGES_CLOSED, account_id=staff_id, detail=thread.id, now=now)


async def _compose(db: AsyncSession, context: Context) -> Values | None:
    async with database.within(db, ANSWER) as own:
        message = await own.get(ContactMessage, int(context.refs["message"]))
        thread = await own.get(ContactThread, message.thread_id) if message else None
        if message is None or thread is None:
            return None
        values = {"text": message.body, "about": thread.subject, "message_id": message.mail_id or ""}
        return {**values, **await contact_emails.threading(own, message)}


_REPLY = register(
    NecessaryTemplate(
        "contact_reply",
        subject=n_("Re: {about}"),
        purpose=ANSWER,
        body=(plain("text"), note(n_("You can reply to this e-mail. It stays in the same conversation."))),
        compose=_compose,
        sample={"text": "Good morning,\nwe have looked into it.", "about": "A question"},
    )
)
