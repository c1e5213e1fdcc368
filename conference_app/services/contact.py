"""Conversations with people who write to us, by the form or by mail: kept as threads, thanked once, answered by staff.

Their addresses stand in `contact_thread` alone; nothing but the answers to that thread ever goes there.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import LANGUAGES, settings
from conference_app.errors import ConferenceError, InvalidInput, NotFound, TooManyAttempts
from conference_app.models import ContactMessage, ContactThread
from conference_app.models.columns import lookup_key, new_id
from conference_app.services import addresses, cases, contact_requests, letters, mail, preferences, rate_limits
from conference_app.services.letters import Context, RowRecipient, Values, facts, note, paragraph, plain
from conference_app.services.mail import Mailbox
from conference_app.services.preferences import Person
from conference_app.texts import DEFAULT_LANGUAGE, _, n_

MESSAGE_LENGTH = 5000
NAME_LENGTH = 100
MAIL_LENGTH = 20_000
"""Characters of a mail that are kept."""
_TOKEN = re.compile(r"\b([0-9a-f]{32})([0-9a-f]{16})\b")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
MAIL_ID = re.compile(r"<[!-;=?-~]{1,200}>")
"""A Message-ID that may stand in a header of ours."""


@dataclass(frozen=True, slots=True)
class ContactForm:
    """What somebody typed on the contact page, unchecked."""

    name: str = field(repr=False)
    email: str = field(repr=False)
    message: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message that was checked."""

    email: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    mail_id: str = field(default="", repr=False)
    mail_key: bytes | None = None
    may_be_thanked: bool = True
    language: str = DEFAULT_LANGUAGE
    source: cases.OpenedFrom = "contact form"


def clean_text(text: str, limit: int) -> str:
    """`text` with plain line ends and without what draws nothing, cut at `limit` characters."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:limit].strip()


def _check(form: ContactForm) -> tuple[str, str, str]:
    problems: dict[str, ConferenceError] = {}
    name, message, email = clean_text(form.name, NAME_LENGTH * 2).replace("\n", " "), form.message.strip(), ""
    if len(name) > NAME_LENGTH:
        problems["name"] = ConferenceError(n_("Use at most {most} characters."), most=NAME_LENGTH)
    try:
        email = addresses.check_email(form.email)
    except ConferenceError as error:
        problems["email"] = error
    if not clean_text(message, MESSAGE_LENGTH):
        problems["message"] = ConferenceError(n_("Write your message."))
    elif len(message) > MESSAGE_LENGTH:
        problems["message"] = ConferenceError(n_("Use at most {most} characters."), most=MESSAGE_LENGTH)
    if problems:
        raise InvalidInput(n_("Some fields need another look."), problems)
    return name, email, clean_text(message, MESSAGE_LENGTH)


async def write(form: ContactForm, *, language: str, address: str, now: datetime | None = None) -> None:
    """Keep what was written on the contact page, and thank by mail.

    Raises InvalidInput (keys: the fields of ContactForm) and TooManyAttempts. `address` is the network address.
    """
    name, email, message = _check(form)
    await rate_limits.count(rate_limits.CONTACT_PER_ADDRESS, rate_limits.network_of(address))
    await rate_limits.count(rate_limits.CONTACT_PER_EMAIL, addresses.email_key(email).hex())
    incoming = Incoming(email, _("Your message to {brand}", brand=settings().brand_name), message, name or None)
    await receive(incoming, language=language, now=now)


async def receive(
    incoming: Incoming, *, thread_id: str = "", language: str = "", now: datetime | None = None
) -> str | None:
    """Keep a message in its thread (the one given, else the open one of that address, else a new one); its identifier.

    None for a mail that is kept already. A request it holds is done (stopping mails) or opened as a case.
    """
    now = now or datetime.now(UTC)
    async with database.session() as db:
        if incoming.mail_key and await _is_kept(db, incoming.mail_key):
            return None
        thread = await _thread_for(db, incoming, thread_id, language, now)
        message = ContactMessage(
            thread_id=thread.id,
            direction="in",
            body=incoming.body,
            mail_id=incoming.mail_id or None,
            mail_key=incoming.mail_key,
            at=now,
        )
        db.add(message)
        thread.last_at, thread.closed_at = now, None
        request = contact_requests.recognise(incoming.subject, incoming.body)
        if request and request != "unsubscribe":
            await cases.open_case(db, request, thread_id=thread.id, opened_from=incoming.source, now=now)
        await db.flush()
        if incoming.may_be_thanked:
            await _thank(db, thread, message, now)
    if request == "unsubscribe":
        await _stop_all(thread.email_key, incoming.source, now)
    return thread.id


async def _is_kept(db: AsyncSession, mail_key: bytes) -> bool:
    return (await db.exec(select(ContactMessage.id).where(ContactMessage.mail_key == mail_key))).first() is not None


async def _thread_for(
    db: AsyncSession, incoming: Incoming, thread_id: str, language: str, now: datetime
) -> ContactThread:
    key = addresses.email_key(incoming.email)
    open_one = select(ContactThread).where(ContactThread.email_key == key, col(ContactThread.closed_at).is_(None))
    given = await db.get(ContactThread, thread_id) if thread_id else None
    found = given or (await db.exec(open_one.order_by(col(ContactThread.last_at).desc()))).first()
    if found is not None and found.email_key == key:
        return found
    made = ContactThread(
        id=new_id(),
        email=incoming.email,
        email_key=key,
        name=incoming.name,
        subject=incoming.subject[:200],
        language=language if language in LANGUAGES else incoming.language,
        opened_at=now,
        last_at=now,
    )
    db.add(made)
    await db.flush()
    return made


async def _stop_all(email_key: bytes, source: str, now: datetime) -> None:
    """Whoever asks by writing to us is stopped like by a link: a stop that somebody else asked for can be undone."""
    async with database.reading() as db:
        subjects = await preferences.consents.subjects_of_key(db, email_key)
    person = Person(email_key, tuple(subjects), by_link=True)
    await preferences.stop_all(person, act="asked in words", page=source, now=now)


async def _thank(db: AsyncSession, thread: ContactThread, message: ContactMessage, now: datetime) -> None:
    """Queue the one automatic answer of a thread (RFC 3834), not to somebody who got several today."""
    if thread.thanked_at is not None:
        return
    thread.thanked_at = now
    try:
        await rate_limits.count(rate_limits.THANKS_PER_EMAIL, thread.email_key.hex())
    except TooManyAttempts:
        return
    letter = _THANKS.letter(RowRecipient("contact", thread.id), language=thread.language, message=message.id or 0)
    await mail.send(db, letter, key=f"contact-thanks:{thread.id}")


# Addresses and identifiers by which an answer finds its thread.


def _mark(thread_id: str) -> str:
    key = settings().secrets.session_key.encode()
    return hmac.digest(key, f"contact\0{thread_id}".encode(), "sha256").hex()[:16]


def reply_address(thread_id: str) -> str:
    """Where answers to this thread go; others cannot make one up. 56 characters before the @ (RFC 5321 allows 64)."""
    return f"contact+{thread_id}{_mark(thread_id)}@{settings().mail.domain}"


def mail_id_of(thread_id: str, number: int | str) -> str:
    """The Message-ID of a mail of ours in the thread."""
    return f"<contact.{thread_id}{_mark(thread_id)}.{number}@{settings().mail.domain}>"


def thread_in(text: str) -> str:
    """The thread that an address, a reference or a subject of ours names; empty for anything else."""
    for found in _TOKEN.finditer(text[:4000]):
        if hmac.compare_digest(_mark(found.group(1)), found.group(2)):
            return found.group(1)
    return ""


def mail_key(mail_id: str) -> bytes:
    """The look-up key of a Message-ID, or of a whole mail that has none."""
    return lookup_key("mail id", mail_id)


# What staff see and do.


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread in the list."""

    id: str
    email: str = field(repr=False)
    name: str = field(repr=False)
    subject: str = field(repr=False)
    last_at: datetime
    messages: int
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One message as staff see it."""

    is_ours: bool
    body: str = field(repr=False)
    at: datetime


async def threads(*, closed: bool = False, limit: int = 100) -> list[ThreadRow]:
    """The newest threads, open or closed. For staff; who may call it is the caller's business."""
    query = select(ContactThread, func.count(col(ContactMessage.id))).join(ContactMessage)
    state = col(ContactThread.closed_at).is_not(None) if closed else col(ContactThread.closed_at).is_(None)
    order = col(ContactThread.last_at).desc()
    async with database.reading() as db:
        rows = (await db.exec(query.where(state).group_by(col(ContactThread.id)).order_by(order).limit(limit))).all()
    return [
        ThreadRow(row.id, row.email, row.name or "", row.subject, row.last_at, count, row.closed_at is not None)
        for row, count in rows
    ]


async def messages(thread_id: str) -> list[Message]:
    """The messages of a thread, oldest first; none for a thread that does not exist. For staff."""
    query = select(ContactMessage).where(ContactMessage.thread_id == thread_id).order_by(col(ContactMessage.id))
    async with database.reading() as db:
        return [Message(row.direction == "out", row.body, row.at) for row in (await db.exec(query)).all()]


async def reply(thread_id: str, text: str, *, now: datetime | None = None) -> None:
    """Answer by mail in the same thread. Raises NotFound, and InvalidInput without a text. For staff."""
    body = clean_text(text, MESSAGE_LENGTH)
    if not body:
        raise InvalidInput(n_("Some fields need another look."), {"reply": ConferenceError(n_("Write your answer."))})
    now = now or datetime.now(UTC)
    async with database.session() as db:
        thread = await db.get(ContactThread, thread_id)
        if thread is None:
            raise NotFound(n_("This conversation is gone."))
        message = ContactMessage(thread_id=thread.id, direction="out", body=body, at=now)
        db.add(message)
        await db.flush()
        message.mail_id = mail_id_of(thread.id, message.id or 0)
        message.mail_key = mail_key(message.mail_id)
        thread.last_at = now
        letter = _REPLY.letter(RowRecipient("contact", thread.id), language=thread.language, message=message.id or 0)
        await mail.send(db, letter, key=f"contact-reply:{message.id}")


async def close(thread_id: str, *, now: datetime | None = None) -> None:
    """Put a thread away; a new message of the person opens it again. Raises NotFound. For staff."""
    async with database.session() as db:
        thread = await db.get(ContactThread, thread_id)
        if thread is None:
            raise NotFound(n_("This conversation is gone."))
        thread.closed_at = thread.closed_at or now or datetime.now(UTC)


# Our two letters.


@mail.address_source("contact")
async def _mailbox(db: AsyncSession, row_id: str) -> Mailbox | None:
    thread = await db.get(ContactThread, row_id)
    return Mailbox(thread.email, thread.language, thread.name or "") if thread else None


async def _threading(db: AsyncSession, message: ContactMessage) -> dict[str, object]:
    """The headers that keep a thread together in mail programs (RFC 5322 section 3.6.4)."""
    earlier = select(ContactMessage.mail_id).where(
        ContactMessage.thread_id == message.thread_id, col(ContactMessage.id) < (message.id or 0)
    )
    known = (await db.exec(earlier.order_by(col(ContactMessage.id)))).all()
    ids = [one for one in known if one and MAIL_ID.fullmatch(one)]
    if message.direction == "in" and message.mail_id:
        ids.append(message.mail_id)
    headers = {"Reply-To": reply_address(message.thread_id)}
    if ids:
        headers |= {"In-Reply-To": ids[-1], "References": " ".join(ids[-3:])}
    return {"headers": headers}


async def _compose_thanks(db: AsyncSession, context: Context) -> Values | None:
    message = await db.get(ContactMessage, int(context.refs["message"]))
    if message is None:
        return None
    controller = settings().controller
    lines = [(_("E-mail"), controller.email), (_("Phone"), controller.phone), (_("Address"), controller.address)]
    return {
        "facts": lines,
        "message_id": mail_id_of(message.thread_id, "thanks"),
        **await _threading(db, message),
    }


async def _compose_reply(db: AsyncSession, context: Context) -> Values | None:
    message = await db.get(ContactMessage, int(context.refs["message"]))
    thread = await db.get(ContactThread, message.thread_id) if message else None
    if message is None or thread is None:
        return None
    values = {"text": message.body, "about": thread.subject, "message_id": message.mail_id or ""}
    return {**values, **await _threading(db, message)}


_THANKS = letters.necessary(
    "contact_thanks",
    subject=n_("Thank you for writing to us"),
    purpose="contact",
    body=(
        paragraph(n_("Your message has arrived. A person reads it and answers at this address.")),
        paragraph(n_("You can also reach us like this:")),
        facts("facts"),
        note(n_("This is the only automatic answer. Your address is used for this conversation and nothing else.")),
    ),
    compose=_compose_thanks,
    sample={"facts": [("E-mail", "privacy@example.com")]},
    automatic_reply=True,
)
_REPLY = letters.necessary(
    "contact_reply",
    subject=n_("Re: {about}"),
    purpose="contact",
    body=(plain("text"), note(n_("You can answer this mail. It stays in the same conversation."))),
    compose=_compose_reply,
    sample={"text": "Good morning,\nwe have looked into it.", "about": "A question"},
)
