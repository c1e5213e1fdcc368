"""What people write to us, by the form or by mail: kept as threads and thanked once; `desk` answers.

Their addresses stand in `contact_thread` alone; nothing but the answers to that thread ever goes there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from babel.dates import format_datetime
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import LANGUAGES
from conference_app.errors import ConferenceError, InvalidInput
from conference_app.models import ContactMessage, ContactThread
from conference_app.models.columns import new_id
from conference_app.purposes import ANSWER
from conference_app.services.cases import cases
from conference_app.services.consent import live_consents, preferences
from conference_app.services.consent.preferences import ConsentHolder
from conference_app.services.contact import contact_emails, recognised_requests
from conference_app.services.limits import rate_limits
from conference_app.services.people import email_addresses
from conference_app.services.people.typed_text import clean_lines
from conference_app.texts import DEFAULT_LANGUAGE, _, current_language, n_

MESSAGE_LENGTH = 5000
NAME_LENGTH = 100
MAIL_LENGTH = 20_000
"""Characters of a mail that are kept."""


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
    """Empty where there is none: the thread is then called by its moment."""
    body: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    mail_id: str = field(default="", repr=False)
    mail_key: bytes | None = None
    may_be_thanked: bool = True
    language: str = DEFAULT_LANGUAGE
    source: cases.OpenedFrom = "contact form"


def clean_text(text: str, limit: int) -> str:
    """`text` with plain line ends and without what draws nothing, cut at `limit` characters."""
    return clean_lines(text[: 2 * limit])[:limit].strip()


def _title(at: datetime) -> str:
    """What a conversation without a subject is called: its moment tells it apart, and says nothing of what it is about,
    since the staff's list shows titles of conversations that nobody has opened yet.
    """
    return _(
        "Message of {when}", when=format_datetime(at, "d MMMM y, HH:mm:ss 'UTC'", tzinfo=UTC, locale=current_language())
    )


def _check(form: ContactForm) -> tuple[str, str, str]:
    problems: dict[str, ConferenceError] = {}
    name, message, email = clean_text(form.name, NAME_LENGTH * 2).replace("\n", " "), form.message.strip(), ""
    if len(name) > NAME_LENGTH:
        problems["name"] = ConferenceError(n_("Use at most {most} characters."), most=NAME_LENGTH)
    try:
        email = email_addresses.check_email(form.email)
    except ConferenceError as error:
        problems["email"] = error
    if not clean_text(message, MESSAGE_LENGTH):
        problems["message"] = ConferenceError(n_("Write your message."))
    elif len(message) > MESSAGE_LENGTH:
        problems["message"] = ConferenceError(n_("Use at most {most} characters."), most=MESSAGE_LENGTH)
    if problems:
        raise InvalidInput(problems)
    return name, email, clean_text(message, MESSAGE_LENGTH)


async def write(form: ContactForm, *, language: str, address: str, now: datetime | None = None) -> None:
    """Keep what was written on the contact page, and thank by mail.

    Raises InvalidInput (keys: the fields of ContactForm) and TooManyAttempts. `address` is the network address.
    """
    name, email, message = _check(form)
    network = rate_limits.network_of(address)
    await rate_limits.count(rate_limits.CONTACT_PER_ADDRESS, network)
    await rate_limits.count_about(rate_limits.CONTACT_PER_EMAIL, email_addresses.email_key(email).hex(), network)
    await receive(Incoming(email, "", message, name or None), language=language, now=now)


async def receive(
    incoming: Incoming, *, thread_id: str = "", language: str = "", now: datetime | None = None
) -> str | None:
    """Keep a message in its thread (the one given, else the open one of that address, else a new one); its identifier.

    None for a mail that is kept already. A request it holds is done (stopping mails) or opened as a case.
    """
    now = now or datetime.now(UTC)
    async with database.session(ANSWER) as db:
        await database.lock(db, "contact", email_addresses.email_key(incoming.email).hex())
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
        request = recognised_requests.recognise(incoming.subject, incoming.body)
        has_stopped = request == "unsubscribe" and await _stop_all(db, thread.email_key, incoming.source, now)
        if request and request != "unsubscribe":
            await cases.open_case(db, request, thread_id=thread.id, opened_from=incoming.source, now=now)
        await db.flush()
        if incoming.may_be_thanked:
            answer = contact_emails.tell_stopped if has_stopped else contact_emails.thank
            await answer(db, thread, message, now)
    return thread.id


async def _is_kept(db: AsyncSession, mail_key: bytes) -> bool:
    return (await db.exec(select(ContactMessage.id).where(ContactMessage.mail_key == mail_key))).first() is not None


async def _thread_for(
    db: AsyncSession, incoming: Incoming, thread_id: str, language: str, now: datetime
) -> ContactThread:
    key = email_addresses.email_key(incoming.email)
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
        subject=incoming.subject[:200] or _title(now),
        language=language if language in LANGUAGES else incoming.language,
        opened_at=now,
        last_at=now,
    )
    db.add(made)
    await db.flush()
    return made


async def _stop_all(db: AsyncSession, email_key: bytes, source: str, now: datetime) -> bool:
    """Stop whoever asks by writing to us, like by a link: one that somebody else asked for can be undone.

    Whether that ended anything.
    """
    person = ConsentHolder(email_key, tuple(await live_consents.subjects_of_key(db, email_key)), by_link=True)
    ended = await preferences.stop_all_within(db, person, act="asked in words", page=source, now=now)
    return bool(ended)
