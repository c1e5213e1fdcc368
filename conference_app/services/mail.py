"""The one place that sends mail. A letter is queued in the caller's transaction and leaves as a job.

When it leaves, everything is read anew: the recipient's address, the live grant, the template's values. Kept
afterwards are class, template, times and outcome, with the recipient by identifier.

What is guaranteed when a process is killed: a letter is never lost before its text begins to go out, nor sent again
after the outcome is noted. Killed in between (the server may have taken it or not), a newsletter or promotion is
noted as `uncertain` and not sent again; any other letter is sent again with the same Message-ID.
"""

from __future__ import annotations

import asyncio
import enum
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database, texts
from conference_app.config import settings
from conference_app.models import Account, MailLetter
from conference_app.models.columns import new_id
from conference_app.models.person import Address
from conference_app.services import (
    bounces,
    consents,
    jobs,
    letter_rendering,
    mail_message,
    meeting_mail,
    privacy_state,
    signed_links,
    smtp,
)
from conference_app.services.letter_rendering import Choices
from conference_app.services.letters import (
    TEMPLATES,
    AccountRecipient,
    AddressRecipient,
    Context,
    Letter,
    LetterClass,
    NewsletterLetter,
    ParticipantRecipient,
    ParticipantTemplate,
    PromotionLetter,
    Recipient,
    Refs,
    RowRecipient,
    Template,
    Values,
)
from conference_app.services.signed_links import Subject

logger = logging.getLogger(__name__)

JOB = "mail.send"
PRIORITY = {"necessary": 0, "participant": 1, "service": 2, "newsletter": 9, "promotion": 9}
"""What a person waits for goes before mass mail."""
ONCE_AT_MOST = frozenset({"newsletter", "promotion"})
"""Classes that are rather lost than sent twice."""


class Status(enum.StrEnum):
    """What became of a letter."""

    QUEUED = "queued"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    WITHHELD = "withheld"
    """Not sent on purpose: no grant, no address, not wanted any more."""
    REFUSED = "refused"
    """The mail server said no for good."""
    BOUNCED = "bounced"
    """It was taken and came back."""
    UNCERTAIN = "uncertain"
    """The connection or the process broke off while it went out."""
    FAILED = "failed"
    """Given up after many tries."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a recipient is reached now."""

    email: str = field(repr=False)
    language: str
    name: str = field(default="", repr=False)
    """First name, or empty."""
    is_verified: bool = True
    """Whether its owner followed a link we sent there; others get necessary letters only."""


AddressSource = Callable[[AsyncSession, str], Awaitable[Mailbox | None]]
_sources: dict[str, AddressSource] = {}


def address_source(name: str) -> Callable[[AddressSource], AddressSource]:
    """Declare the decorated `async def f(db, row_id) -> Mailbox | None` as what finds a `RowRecipient(name, row_id)`."""

    def keep(find: AddressSource) -> AddressSource:
        _sources[name] = find
        return find

    return keep


async def send(db: AsyncSession, letter: Letter, *, key: str | None = None, run_at: datetime | None = None) -> str:
    """Queue `letter`, to leave at `run_at` (default now) if and when the caller's transaction commits; its identifier.

    The same `key` sends once: while the letter waits its time is replaced, after that nothing happens.
    """
    now = datetime.now(UTC)
    if key is not None:
        known = (await db.exec(select(MailLetter).where(MailLetter.unique_key == key).with_for_update())).first()
        if known is not None:
            if known.status == Status.QUEUED:
                await _plan(db, known.id, letter, run_at)
            return known.id
    row = letter_row(letter, key=key, now=now)
    db.add(MailLetter(**row))
    await db.flush()
    await _plan(db, row["id"], letter, run_at)
    return row["id"]


def letter_row(letter: Letter, *, key: str | None, now: datetime, newsletter_id: str | None = None) -> dict[str, Any]:
    """The columns of a queued letter."""
    recipient = letter.recipient
    row: dict[str, Any] = {
        "id": new_id(),
        "unique_key": key,
        "letter_class": letter.template.letter_class,
        "template": letter.template.name,
        "purpose": letter.template.purpose,
        "language": letter.language,
        "account_id": None,
        "address_id": None,
        "source": "",
        "row_id": "",
        "meeting_id": None,
        "newsletter_id": newsletter_id,
        "status": Status.QUEUED,
        "reason": "",
        "created_at": now,
        "changed_at": now,
    }
    if isinstance(letter, NewsletterLetter | PromotionLetter):
        row["purpose"] = letter.purpose
    match recipient:
        case AccountRecipient(account_id):
            row["account_id"] = account_id
        case AddressRecipient(address_id):
            row["address_id"] = address_id
        case RowRecipient(source, row_id):
            row |= {"source": source, "row_id": row_id}
        case ParticipantRecipient(meeting_id, address_id):
            row |= {"meeting_id": meeting_id, "address_id": address_id}
    return row


async def _plan(db: AsyncSession, letter_id: str, letter: Letter, run_at: datetime | None) -> None:
    payload = {**letter.refs, "letter": letter_id}
    priority = PRIORITY[letter.template.letter_class]
    await jobs.enqueue(db, JOB, payload, key=job_key(letter_id), run_at=run_at, priority=priority)


def job_row(letter_id: str, letter: Letter, *, run_at: datetime) -> dict[str, Any]:
    """The job that sends a queued letter, for `jobs.enqueue_many`."""
    return job_row_of(letter_id, letter.refs, letter.template.letter_class, run_at)


def job_row_of(letter_id: str, refs: Refs, letter_class: LetterClass, run_at: datetime) -> dict[str, Any]:
    """The same for a letter that was kept."""
    payload = {**refs, "letter": letter_id}
    return jobs.row(JOB, payload, key=job_key(letter_id), run_at=run_at, priority=PRIORITY[letter_class])


def job_key(letter_id: str) -> str:
    """The key of the job that sends a letter."""
    return f"mail:{letter_id}"


async def cancel(db: AsyncSession, key: str) -> None:
    """Take back the waiting letter of this `key`, if there is one."""
    waiting = (col(MailLetter.unique_key) == key, col(MailLetter.status) == Status.QUEUED)
    gone = (await db.exec(delete(MailLetter).where(*waiting).returning(col(MailLetter.id)))).all()
    for (letter_id,) in gone:
        await jobs.cancel(db, job_key(letter_id))


# From here on: a letter leaves.


@dataclass(frozen=True, slots=True)
class _Ready:
    """A letter with everything it needs to leave now."""

    letter_id: str
    template: Template
    recipient: Recipient
    language: str
    mailbox: Mailbox = field(repr=False)
    values: Values = field(repr=False)
    choices: Choices = field(repr=False)


class _Withheld(Exception):
    """The letter must not leave; says why in a word."""


@jobs.handler(JOB)
async def _deliver(payload: jobs.Payload) -> None:
    """Send one letter, unless it left already or may not leave."""
    letter_id = str(payload["letter"])
    ready = await _prepare(letter_id, payload)
    if ready is None:
        return
    message = await _written(ready)
    try:
        await _hand_over(ready, message)
    except smtp.Refused as err:
        await _refused(ready, err)
    except smtp.Deferred as err:
        await _not_yet(ready)
        raise jobs.TryAgain from err
    except smtp.Broken as err:
        if ready.template.letter_class in ONCE_AT_MOST:
            await _note(letter_id, Status.UNCERTAIN)
            return
        await _not_yet(ready)
        raise jobs.TryAgain from err


async def _written(ready: _Ready) -> bytes:
    rendered = letter_rendering.render(ready.template, ready.values, ready.language, ready.choices)
    mail = mail_message.build(
        ready.letter_id, ready.template, ready.mailbox.email, rendered, ready.choices, ready.language, jobs.now()
    )
    mail_message.set_extras(mail, ready.values)
    return await asyncio.to_thread(smtp.signed, mail.as_bytes()) if settings().mail.dkim_key else mail.as_bytes()


async def _hand_over(ready: _Ready, message: bytes) -> None:
    async with smtp.conversation() as talk:
        await talk.address(bounces.envelope_sender(ready.letter_id), mail_message.ascii_address(ready.mailbox.email))
        if not await _begin(ready):
            return
        await talk.hand_over(message)
        await _note(ready.letter_id, Status.SENT)


async def _prepare(letter_id: str, payload: Mapping[str, str | int]) -> _Ready | None:
    """Everything read anew, in one transaction that may also write (links' tokens). None: nothing is to be sent."""
    async with database.session() as db:
        row = await db.get(MailLetter, letter_id, with_for_update=True)
        if row is None or row.status not in (Status.QUEUED, Status.HANDING_OVER):
            return None
        if row.status == Status.HANDING_OVER and row.letter_class in ONCE_AT_MOST:
            row.status, row.changed_at = Status.UNCERTAIN, jobs.now()
            return None
        try:
            return await _made(db, row, payload)
        except _Withheld as why:
            row.status, row.reason, row.changed_at = Status.WITHHELD, str(why), jobs.now()
            return None


async def _made(db: AsyncSession, row: MailLetter, payload: Mapping[str, str | int]) -> _Ready:
    template = TEMPLATES.get(row.template)
    recipient = recipient_of(row)
    if template is None or template.letter_class != row.letter_class:
        raise _Withheld("unknown_template")
    mailbox = await _allowed(db, row, template, recipient)
    language = row.language or mailbox.language
    refs = {name: value for name, value in payload.items() if name != "letter"}
    with texts.language(language):
        context = Context(recipient, refs, texts.current_language(), mailbox.name, jobs.now(), row.id)
        values = await template.compose(db, context) if template.compose else refs
    if values is None:
        raise _Withheld("not_wanted")
    choices = await _choices(db, row, template)
    return _Ready(row.id, template, recipient, language, mailbox, {"name": mailbox.name, **values}, choices)


def recipient_of(row: MailLetter) -> Recipient:
    """The recipient of a kept letter, as it was addressed."""
    if row.meeting_id is not None:
        return ParticipantRecipient(row.meeting_id, row.address_id or "")
    if row.account_id is not None:
        return AccountRecipient(row.account_id)
    if row.address_id is not None:
        return AddressRecipient(row.address_id)
    return RowRecipient(row.source, row.row_id)


async def _allowed(db: AsyncSession, row: MailLetter, template: Template, recipient: Recipient) -> Mailbox:
    """Where the letter may go. Raises _Withheld."""
    await _require_grant(db, row.purpose, template, recipient)
    mailbox = await mailbox_of(db, recipient)
    if mailbox is None:
        raise _Withheld("no_address")
    if not mailbox.is_verified and template.letter_class != "necessary":
        raise _Withheld("not_verified")
    subject = subject_of(recipient)
    if template.letter_class != "necessary" and subject and not await privacy_state.may_use(db, subject):
        raise _Withheld("restricted")
    if await bounces.is_bad(db, mailbox.email):
        raise _Withheld("bad_address")
    return mailbox


async def _require_grant(db: AsyncSession, purpose: str, template: Template, recipient: Recipient) -> None:
    match template.letter_class:
        case "necessary" | "service":
            if isinstance(recipient, ParticipantRecipient):
                raise _Withheld("wrong_recipient")
        case "newsletter" | "promotion":
            subject = subject_of(recipient)
            if subject is None or not await consents.has_live(db, subject, purpose, now=jobs.now()):
                raise _Withheld("no_grant")
        case "participant":
            if not isinstance(template, ParticipantTemplate) or not isinstance(recipient, ParticipantRecipient):
                raise _Withheld("wrong_recipient")
            meeting, address = recipient.meeting_id, recipient.address_id
            if not await meeting_mail.wants(db, meeting_id=meeting, address_id=address, occasion=template.occasion):
                raise _Withheld("no_grant")


def subject_of(recipient: Recipient) -> Subject | None:
    """The person whose consent counts; None for recipients that cannot have given one."""
    match recipient:
        case AccountRecipient(account_id):
            return Subject("account", account_id)
        case AddressRecipient(address_id):
            return Subject("address", address_id)
        case RowRecipient() | ParticipantRecipient():
            return None


async def mailbox_of(db: AsyncSession, recipient: Recipient) -> Mailbox | None:
    """Where `recipient` is reached now; None if there is no such person any more."""
    match recipient:
        case AccountRecipient(account_id):
            account = await db.get(Account, account_id)
            if account is None:
                return None
            return Mailbox(account.email, account.language, account.first_name, account.email_verified_at is not None)
        case AddressRecipient(address_id) | ParticipantRecipient(_, address_id):
            address = await db.get(Address, address_id)
            return Mailbox(address.email, address.language) if address else None
        case RowRecipient(source, row_id):
            find = _sources.get(source)
            return await find(db, row_id) if find else None


async def _choices(db: AsyncSession, row: MailLetter, template: Template) -> Choices:
    """The links to stop such mails, in every letter that can be stopped."""
    if template.letter_class in ("newsletter", "promotion"):
        subject = subject_of(recipient_of(row))
        if subject is None:
            raise _Withheld("wrong_recipient")
        stop = await signed_links.make_for(db, "unsubscribe", subject, row.purpose)
        choose = await signed_links.make_for(db, "preferences", subject)
        return Choices(signed_links.unsubscribe_path(stop), signed_links.preferences_path(choose))
    if isinstance(template, ParticipantTemplate) and template.occasion in ("reminder", "follow_up"):
        subject = Subject("address", row.address_id or "")
        stop = await signed_links.make_for(db, "unsubscribe", subject, f"meeting:{row.meeting_id}")
        return Choices(signed_links.unsubscribe_path(stop))
    return Choices()


async def _begin(ready: _Ready) -> bool:
    """Note that the text goes out now; False if, in this last look, the letter may not leave any more."""
    async with database.session() as db:
        row = await db.get(MailLetter, ready.letter_id, with_for_update=True)
        if row is None or row.status not in (Status.QUEUED, Status.HANDING_OVER):
            return False
        try:
            mailbox = await _allowed(db, row, ready.template, ready.recipient)
        except _Withheld as why:
            row.status, row.reason, row.changed_at = Status.WITHHELD, str(why), jobs.now()
            return False
        if mailbox.email != ready.mailbox.email:
            raise smtp.Deferred("the address has just changed")
        row.status, row.changed_at = Status.HANDING_OVER, jobs.now()
        return True


async def _note(letter_id: str, status: Status, reason: str = "") -> None:
    async with database.session() as db:
        changed = {"status": status, "reason": reason, "changed_at": jobs.now()}
        await db.exec(update(MailLetter).where(col(MailLetter.id) == letter_id).values(changed))


async def _not_yet(ready: _Ready) -> None:
    if jobs.is_last_attempt():
        await _note(ready.letter_id, Status.FAILED)
    else:
        await _note(ready.letter_id, Status.QUEUED)


async def _refused(ready: _Ready, err: smtp.Refused) -> None:
    logger.info("letter %s was refused: %s", ready.letter_id, err.code)
    await _note(ready.letter_id, Status.REFUSED, err.code)
    if err.about_recipient and bounces.says_unknown(err.code):
        async with database.session() as db:
            await bounces.mark(db, ready.mailbox.email, err.code, jobs.now())


async def take_report(report: bounces.Report, *, now: datetime | None = None) -> bool:
    """Note what a delivery report says; whether it was about a letter we know. A permanent one marks the address."""
    now = now or datetime.now(UTC)
    async with database.session() as db:
        row = await db.get(MailLetter, report.letter_id, with_for_update=True)
        if row is None:
            return False
        if report.is_permanent:
            row.status, row.reason, row.changed_at = Status.BOUNCED, report.code, now
            mailbox = await mailbox_of(db, recipient_of(row))
            if mailbox is not None and bounces.says_unknown(report.code):
                await bounces.mark(db, mailbox.email, report.code, now)
        return True
