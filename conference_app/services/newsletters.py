"""Newsletters: staff write them, those who agreed get them, each once.

Sending has two steps. Queuing writes a letter and its job for everybody with a live grant, in pieces that each commit
whole; a letter's key is made of the newsletter and the address, so that doing it again adds nothing. Then each letter
leaves by itself (`mail`), which looks at the grant again. Both go on where they were when a process was killed.
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account, ConsentEvent, MailLetter, Newsletter
from conference_app.models.mail import LETTER_DAYS
from conference_app.models.person import Address
from conference_app.services import consents, jobs, letter_rendering, letters, mail, newsletter_topics
from conference_app.services.letter_rendering import Rendered
from conference_app.services.letters import AccountRecipient, AddressRecipient, Context, Values, rich
from conference_app.services.mail import Status
from conference_app.services.signed_links import Subject, SubjectKind
from conference_app.texts import language, n_

PIECE = 1000
"""Letters queued in one transaction."""
SUBJECT_LENGTH = 150
BODY_LENGTH = 20_000
STOP_DAYS = 14
"""A stop so soon after a newsletter counts as its effect."""


class Stage(enum.StrEnum):
    """How far a newsletter is."""

    DRAFT = "draft"
    QUEUING = "queuing"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff typed, unchecked."""

    subject_en: str
    subject_pl: str
    body_en: str
    body_pl: str
    topic_id: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a newsletter's letters."""

    queued: int = 0
    sent: int = 0
    withheld: int = 0
    refused: int = 0
    bounced: int = 0
    uncertain: int = 0
    failed: int = 0
    unsubscribed: int = 0

    @property
    def total(self) -> int:
        """Letters written."""
        return self.queued + self.done

    @property
    def done(self) -> int:
        """Letters that have left or never will."""
        return self.sent + self.withheld + self.refused + self.bounced + self.uncertain + self.failed


@dataclass(frozen=True, slots=True)
class NewsletterView:
    """A newsletter for the pages of staff."""

    id: str
    stage: Stage
    draft: Draft
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    counts: Counts


async def _compose(db: AsyncSession, context: Context) -> Values | None:
    row = await db.get(Newsletter, str(context.refs["newsletter_id"]))
    if row is None or (row.status == Stage.STOPPED):
        return None
    return _values(row, context.language)


async def _compose_test(db: AsyncSession, context: Context) -> Values | None:
    row = await db.get(Newsletter, str(context.refs["newsletter_id"]))
    return _values(row, context.language) if row else None


def _values(row: Newsletter, code: str) -> Values:
    polish = code == "pl"
    return {"subject": row.subject_pl if polish else row.subject_en, "body": row.body_pl if polish else row.body_en}


_SAMPLE = {"subject": "What is new", "body": "## New\n\nMeetings can now be *planned*.\n\n- one\n- two"}
LETTER = letters.newsletter(
    "newsletter", subject="{subject}", purpose="newsletter", body=(rich("body"),), compose=_compose, sample=_SAMPLE
)
TEST_LETTER = letters.necessary(
    "newsletter_test",
    subject=n_("Test: {subject}"),
    purpose="newsletter_test",
    body=(rich("body"),),
    compose=_compose_test,
    sample=_SAMPLE,
)


def _checked(draft: Draft) -> Draft:
    """The draft, cut to what is stored. Raises InvalidInput for what is too long."""
    wrong: dict[str, ConferenceError] = {}
    for name, most in (
        ("subject_en", SUBJECT_LENGTH),
        ("subject_pl", SUBJECT_LENGTH),
        ("body_en", BODY_LENGTH),
        ("body_pl", BODY_LENGTH),
    ):
        if len(getattr(draft, name)) > most:
            wrong[name] = ConferenceError(n_("Use at most {most} characters."), most=most)
    if wrong:
        raise InvalidInput(n_("Please look at the marked fields."), wrong)
    return Draft(
        " ".join(draft.subject_en.split()),
        " ".join(draft.subject_pl.split()),
        draft.body_en.replace("\r\n", "\n").strip(),
        draft.body_pl.replace("\r\n", "\n").strip(),
        draft.topic_id,
    )


async def save(draft: Draft, newsletter_id: str = "", *, now: datetime | None = None) -> str:
    """Keep a draft, new or known; its identifier. Raises InvalidInput, NotFound for one that left already."""
    draft, now = _checked(draft), now or datetime.now(UTC)
    async with database.session() as db:
        if draft.topic_id:
            await newsletter_topics.require_open(db, draft.topic_id, now)
        if newsletter_id:
            row = await _draft(db, newsletter_id)
        else:
            row = Newsletter(status=Stage.DRAFT, created_at=now, changed_at=now)
        row.subject_en, row.subject_pl = draft.subject_en, draft.subject_pl
        row.body_en, row.body_pl, row.changed_at = draft.body_en, draft.body_pl, now
        row.topic_id = draft.topic_id or None
        db.add(row)
        return row.id


async def _draft(db: AsyncSession, newsletter_id: str) -> Newsletter:
    row = await db.get(Newsletter, newsletter_id[:32], with_for_update=True)
    if row is None or row.status != Stage.DRAFT:
        raise NotFound(n_("There is no such draft any more."))
    return row


async def discard(newsletter_id: str) -> None:
    """Delete a draft. Raises NotFound."""
    async with database.session() as db:
        await db.delete(await _draft(db, newsletter_id))


def preview(draft: Draft, code: str) -> Rendered:
    """The letter as it would look in language `code`, with links that lead nowhere."""
    draft = _checked(draft)
    polish = code == "pl"
    values = {
        "subject": draft.subject_pl if polish else draft.subject_en,
        "body": draft.body_pl if polish else draft.body_en,
    }
    choices = letter_rendering.Choices("/u/sample", "/preferences/sample")
    with language(code):
        return letter_rendering.render(LETTER, values, code, choices)


async def audience(topic_id: str = "") -> int:
    """How many would get a newsletter now."""
    async with database.reading() as db:
        return len(await consents.live_subjects(db, newsletter_topics.purpose(topic_id)))


async def send_test(newsletter_id: str, account_id: str, code: str) -> None:
    """Send the draft to its writer. Raises NotFound, InvalidInput."""
    async with database.session() as db:
        row = await _draft(db, newsletter_id)
        _require_texts(row, (code,))
        await mail.send(db, TEST_LETTER.letter(AccountRecipient(account_id), language=code, newsletter_id=row.id))


def _require_texts(row: Newsletter, codes: Sequence[str]) -> None:
    names = [f"{part}_{code}" for code in codes for part in ("subject", "body")]
    missing = {name: ConferenceError(n_("Write this in both languages.")) for name in names if not getattr(row, name)}
    if missing:
        raise InvalidInput(n_("Please look at the marked fields."), missing)


async def start(newsletter_id: str, *, now: datetime | None = None) -> None:
    """Begin to send a draft to everybody with a live grant. Raises NotFound, InvalidInput."""
    now = now or datetime.now(UTC)
    async with database.session() as db:
        row = await _draft(db, newsletter_id)
        _require_texts(row, ("en", "pl"))
        if row.topic_id:
            await newsletter_topics.require_open(db, row.topic_id, now)
        row.status, row.started_at = Stage.QUEUING, now
        await jobs.enqueue(db, "newsletter.queue", {"newsletter_id": row.id}, key=f"newsletter:{row.id}", run_at=now)


async def stop(newsletter_id: str) -> None:
    """Let no more letters leave. What is out is out. Raises NotFound if it is not being sent."""
    async with database.session() as db:
        going = (col(Newsletter.id) == newsletter_id, col(Newsletter.status).in_((Stage.QUEUING, Stage.SENDING)))
        stopped = await db.exec(
            update(Newsletter).where(*going).values(status=Stage.STOPPED).returning(col(Newsletter.id))
        )
        if stopped.first() is None:
            raise NotFound(n_("This newsletter is not being sent."))


@jobs.handler("newsletter.queue")
async def _queue(payload: jobs.Payload) -> None:
    """Write a letter for everybody with a live grant; what a killed run has written stays."""
    newsletter_id = str(payload["newsletter_id"])
    async with database.reading() as db:
        row = await db.get(Newsletter, newsletter_id)
        if row is None or row.status != Stage.QUEUING:
            return
        purpose = newsletter_topics.purpose(row.topic_id or "")
        subjects = await consents.live_subjects(db, purpose, now=jobs.now())
    for first in range(0, len(subjects), PIECE):
        async with database.session() as db:
            await _queue_piece(db, newsletter_id, purpose, subjects[first : first + PIECE])
    async with database.session() as db:
        queuing = (col(Newsletter.id) == newsletter_id, col(Newsletter.status) == Stage.QUEUING)
        await db.exec(update(Newsletter).where(*queuing).values(status=Stage.SENDING))
        await jobs.enqueue(
            db, "newsletter.watch", {"newsletter_id": newsletter_id}, key=f"watch:{newsletter_id}", run_at=jobs.now()
        )


async def _queue_piece(db: AsyncSession, newsletter_id: str, purpose: str, subjects: Sequence[Subject]) -> None:
    keys = await _letter_keys(db, newsletter_id, subjects)
    known = set(
        (await db.exec(select(MailLetter.unique_key).where(col(MailLetter.unique_key).in_(keys.values())))).all()
    )
    letter_rows: list[dict[str, Any]] = []
    job_rows: list[dict[str, Any]] = []
    for subject, key in keys.items():
        if key in known:
            continue
        recipient = AccountRecipient(subject.id) if subject.kind == "account" else AddressRecipient(subject.id)
        letter = LETTER.letter(recipient, purpose=purpose, newsletter_id=newsletter_id)
        row = mail.letter_row(letter, key=key, now=jobs.now(), newsletter_id=newsletter_id)
        letter_rows.append(row)
        job_rows.append(mail.job_row(row["id"], letter, run_at=jobs.now()))
    if letter_rows:
        insert = postgresql.insert if db.get_bind().dialect.name == "postgresql" else sqlite.insert
        await db.exec(insert(MailLetter), params=letter_rows)
        await jobs.enqueue_many(db, job_rows)


async def _letter_keys(db: AsyncSession, newsletter_id: str, subjects: Sequence[Subject]) -> dict[Subject, str]:
    """A key for each, made of the address: who registers while a newsletter is sent does not get it twice."""
    keys: dict[Subject, str] = {}
    tables: tuple[tuple[SubjectKind, type[Account] | type[Address]], ...] = (("account", Account), ("address", Address))
    for kind, table in tables:
        ids = [subject.id for subject in subjects if subject.kind == kind]
        for row_id, email_key in (await db.exec(select(table.id, table.email_key).where(col(table.id).in_(ids)))).all():
            digest = hashlib.sha256(b"newsletter\0" + email_key).hexdigest()[:40]
            keys[Subject(kind, row_id)] = f"newsletter:{newsletter_id}:{digest}"
    return keys


@jobs.handler("newsletter.watch")
async def _watch(payload: jobs.Payload) -> None:
    """Note the end when no letter waits any more, and keep the counts until the letters are forgotten."""
    newsletter_id, now = str(payload["newsletter_id"]), jobs.now()
    async with database.session() as db:
        row = await db.get(Newsletter, newsletter_id, with_for_update=True)
        if row is None:
            return
        counts = await _counts(db, row)
        row.counted = json.dumps({name: getattr(counts, name) for name in Counts.__slots__})
        if row.status == Stage.SENDING and counts.queued == 0:
            row.status, row.finished_at = Stage.SENT, now
    if row.started_at is None or now > row.started_at + timedelta(days=LETTER_DAYS - 2):
        return  # the last count stays
    is_going = row.status == Stage.SENDING
    raise jobs.Postponed(now + (timedelta(seconds=5) if is_going else timedelta(days=1)))


async def _counts(db: AsyncSession, row: Newsletter) -> Counts:
    query = (
        select(MailLetter.status, func.count()).where(MailLetter.newsletter_id == row.id).group_by(MailLetter.status)
    )
    by_status: Counter[str] = Counter(dict((await db.exec(query)).all()))
    if not by_status:
        return Counts(**json.loads(row.counted))
    return Counts(
        queued=by_status[Status.QUEUED] + by_status[Status.HANDING_OVER],
        sent=by_status[Status.SENT],
        withheld=by_status[Status.WITHHELD],
        refused=by_status[Status.REFUSED],
        bounced=by_status[Status.BOUNCED],
        uncertain=by_status[Status.UNCERTAIN],
        failed=by_status[Status.FAILED],
        unsubscribed=await _unsubscribed(db, row),
    )


async def _unsubscribed(db: AsyncSession, row: Newsletter) -> int:
    """How many who got it took their consent back within two weeks. From the ledger: no mail is traced."""
    if row.started_at is None:
        return 0
    got = select(func.coalesce(MailLetter.account_id, MailLetter.address_id)).where(MailLetter.newsletter_id == row.id)
    query = (
        select(func.count(func.distinct(ConsentEvent.subject_id)))
        .where(ConsentEvent.purpose == newsletter_topics.purpose(row.topic_id or ""))
        .where(or_(ConsentEvent.kind == "withdrawn", ConsentEvent.kind == "objected"))
        .where(ConsentEvent.occurred_at >= row.started_at)
        .where(ConsentEvent.occurred_at < row.started_at + timedelta(days=STOP_DAYS))
        .where(col(ConsentEvent.subject_id).in_(got))
    )
    return (await db.exec(query)).one()


async def send_uncertain_again(newsletter_id: str) -> int:
    """Queue anew the letters that broke off on the way: some people may then get it twice. How many."""
    async with database.session() as db:
        which = (col(MailLetter.newsletter_id) == newsletter_id, col(MailLetter.status) == Status.UNCERTAIN)
        again = (
            await db.exec(update(MailLetter).where(*which).values(status=Status.QUEUED).returning(col(MailLetter.id)))
        ).all()
        rows = [
            mail.job_row_of(letter_id, {"newsletter_id": newsletter_id}, "newsletter", datetime.now(UTC))
            for (letter_id,) in again
        ]
        await jobs.enqueue_many(db, rows)
        return len(rows)


def _view(row: Newsletter, counts: Counts) -> NewsletterView:
    draft = Draft(row.subject_en, row.subject_pl, row.body_en, row.body_pl, row.topic_id or "")
    return NewsletterView(row.id, Stage(row.status), draft, row.created_at, row.started_at, row.finished_at, counts)


async def get(newsletter_id: str) -> NewsletterView:
    """One newsletter with its counts of this moment. Raises NotFound."""
    async with database.reading() as db:
        row = await db.get(Newsletter, newsletter_id[:32])
        if row is None:
            raise NotFound(n_("There is no such newsletter."))
        return _view(row, await _counts(db, row))


async def newest(limit: int = 50) -> list[NewsletterView]:
    """The newest newsletters and drafts."""
    async with database.reading() as db:
        rows = (await db.exec(select(Newsletter).order_by(col(Newsletter.created_at).desc()).limit(limit))).all()
        return [_view(row, await _counts(db, row)) for row in rows]
