"""Newsletters: staff write them, those who agreed get them, each once.

Sending has two steps. `queueing` writes an email and its job for everybody with a live grant. Then each
email leaves by itself (`mail.delivery`), which looks at the grant again.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, NotFound
from conference_app.models import Newsletter, OutgoingEmail
from conference_app.purposes import ACCOUNT_MAIL, NEWSLETTER
from conference_app.services.consent import live_consents
from conference_app.services.emails import rendering
from conference_app.services.emails.blocks import rich
from conference_app.services.emails.messages import NecessaryTemplate, NewsletterTemplate
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.emails.rendering import Rendered
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.jobs import queue
from conference_app.services.mail import outbox, permission
from conference_app.services.mail.outbox import Status
from conference_app.services.newsletters import drafts, topics
from conference_app.services.newsletters.views import Draft, Stage
from conference_app.texts import language, n_


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


QUEUE_JOB = "newsletter.queue"
PIECE = 1000
"""People asked about in one statement, and emails queued in one transaction."""
_SAMPLE = {"subject": "What is new", "body": "## New\n\nMeetings can now be *planned*.\n\n- one\n- two"}
MESSAGE = register(
    NewsletterTemplate(
        "newsletter",
        subject="{subject}",
        purpose=NEWSLETTER,
        body=(rich("body"),),
        compose=_compose,
        sample=_SAMPLE,
        same_for_all=True,
    )
)
TEST_MESSAGE = register(
    NecessaryTemplate(
        "newsletter_test",
        subject=n_("Test: {subject}"),
        purpose=ACCOUNT_MAIL,
        body=(rich("body"),),
        compose=_compose_test,
        sample=_SAMPLE,
    )
)


def preview(draft: Draft, code: str) -> Rendered:
    """The email as it would look in language `code`, with links that lead nowhere."""
    draft = drafts.checked(draft)
    polish = code == "pl"
    values = {
        "subject": draft.subject_pl if polish else draft.subject_en,
        "body": draft.body_pl if polish else draft.body_en,
    }
    choices = rendering.Choices("/u/sample", "/preferences/sample")
    with language(code):
        return rendering.render(MESSAGE, values, code, choices)


async def audience(topic_id: str = "") -> int:
    """How many a newsletter would be queued for now: those who agree and may get it at this moment."""
    purpose = topics.purpose(topic_id)
    async with database.reading() as db:
        agreeing = await live_consents.live_subjects(db, purpose)
        pieces = [agreeing[first : first + PIECE] for first in range(0, len(agreeing), PIECE)]
        return sum([len(await permission.receivers(db, MESSAGE.email_class, purpose, piece)) for piece in pieces])


async def send_test(newsletter_id: str, account_id: str, code: str) -> None:
    """Send the draft to its writer. Raises NotFound, InvalidInput."""
    async with database.session() as db:
        row = await drafts.of_id(db, newsletter_id)
        drafts.require_texts(row, (code,))
        await outbox.send(db, TEST_MESSAGE.message(AccountRecipient(account_id), language=code, newsletter_id=row.id))


async def check(newsletter_id: str, *, now: datetime | None = None) -> None:
    """Raises NotFound, InvalidInput or ConferenceError for a draft that cannot be sent now; also if nobody would get it."""
    async with database.reading() as db:
        row = await db.get(Newsletter, newsletter_id[:32])
        await _check(db, drafts.waiting(row), now or datetime.now(UTC))
    if await audience(row.topic_id if row and row.topic_id else "") == 0:
        raise ConferenceError(
            n_("Nobody would get this newsletter: there is no one who asked for it and can be written to now.")
        )


async def _check(db: AsyncSession, row: Newsletter, now: datetime) -> None:
    drafts.require_texts(row, ("en", "pl"))
    if row.topic_id:
        await topics.require_open(db, row.topic_id, now)


async def start(newsletter_id: str, *, now: datetime | None = None) -> None:
    """Begin to send a draft to everybody with a live grant. Raises as `check` does."""
    now = now or datetime.now(UTC)
    await check(newsletter_id, now=now)
    async with database.session() as db:
        row = await drafts.of_id(db, newsletter_id)
        await _check(db, row, now)
        row.status, row.started_at = Stage.QUEUING, now
        await queue.enqueue(db, QUEUE_JOB, {"newsletter_id": row.id}, key=f"newsletter:{row.id}", run_at=now)


async def stop(newsletter_id: str) -> None:
    """Let no more emails leave, from this moment. What is out is out. Raises NotFound if it is not being sent."""
    async with database.session() as db:
        going = (col(Newsletter.id) == newsletter_id, col(Newsletter.status).in_((Stage.QUEUING, Stage.SENDING)))
        stopped = await db.exec(
            update(Newsletter).where(*going).values(status=Stage.STOPPED).returning(col(Newsletter.id))
        )
        if stopped.first() is None:
            raise NotFound(n_("This newsletter is not being sent."))
        queued = (col(OutgoingEmail.newsletter_id) == newsletter_id, col(OutgoingEmail.status) == Status.QUEUED)
        held_back = {"status": Status.WITHHELD, "reason": "not_wanted", "changed_at": queue.now()}
        await db.exec(update(OutgoingEmail).where(*queued).values(held_back))


async def send_uncertain_again(newsletter_id: str) -> int:
    """Queue anew the emails that broke off on the way: some people may then get it twice. How many."""
    async with database.session() as db:
        which = (col(OutgoingEmail.newsletter_id) == newsletter_id, col(OutgoingEmail.status) == Status.UNCERTAIN)
        again = (
            await db.exec(
                update(OutgoingEmail).where(*which).values(status=Status.QUEUED).returning(col(OutgoingEmail.id))
            )
        ).all()
        rows = [
            outbox.job_row_of(email_id, {"newsletter_id": newsletter_id}, "newsletter", datetime.now(UTC))
            for (email_id,) in again
        ]
        await queue.enqueue_many(db, rows)
        return len(rows)
