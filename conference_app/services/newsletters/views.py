"""Newsletters as staff see them: what was written, how far it is, what became of its emails."""

from __future__ import annotations

import enum
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models import ConsentEvent, Newsletter, OutgoingEmail
from conference_app.purposes import DELIVERY
from conference_app.services import paging
from conference_app.services.mail.outbox import Status
from conference_app.services.newsletters import topics
from conference_app.services.paging import Page
from conference_app.texts import n_

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
    """What became of a newsletter's emails."""

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
        """Emails written."""
        return self.queued + self.done

    @property
    def done(self) -> int:
        """Emails that have left or never will."""
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

    @property
    def is_going(self) -> bool:
        """Whether emails are still being queued or sent."""
        return self.stage in (Stage.QUEUING, Stage.SENDING)


async def counts_of(db: AsyncSession, row: Newsletter) -> Counts:
    """What became of the emails so far; once they are forgotten, as it was last counted."""
    query = (
        select(OutgoingEmail.status, func.count())
        .where(OutgoingEmail.newsletter_id == row.id)
        .group_by(OutgoingEmail.status)
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
    got = select(func.coalesce(OutgoingEmail.account_id, OutgoingEmail.address_id)).where(
        OutgoingEmail.newsletter_id == row.id
    )
    query = (
        select(func.count(func.distinct(ConsentEvent.subject_id)))
        .where(ConsentEvent.purpose == topics.purpose(row.topic_id or ""))
        .where(or_(ConsentEvent.kind == "withdrawn", ConsentEvent.kind == "objected"))
        .where(ConsentEvent.occurred_at >= row.started_at)
        .where(ConsentEvent.occurred_at < row.started_at + timedelta(days=STOP_DAYS))
        .where(col(ConsentEvent.subject_id).in_(got))
    )
    return (await db.exec(query)).one()


def _view(row: Newsletter, counts: Counts) -> NewsletterView:
    draft = Draft(row.subject_en, row.subject_pl, row.body_en, row.body_pl, row.topic_id or "")
    return NewsletterView(row.id, Stage(row.status), draft, row.created_at, row.started_at, row.finished_at, counts)


async def get(newsletter_id: str) -> NewsletterView:
    """One newsletter with its counts of this moment. Raises NotFound."""
    async with database.reading(DELIVERY) as db:
        row = await db.get(Newsletter, newsletter_id[:32])
        if row is None:
            raise NotFound(n_("There is no such newsletter."))
        return _view(row, await counts_of(db, row))


async def newest(number: int = 1) -> Page[NewsletterView]:
    """A page of the newsletters and drafts, newest first."""
    query = select(Newsletter).order_by(col(Newsletter.created_at).desc(), col(Newsletter.id))
    async with database.reading(DELIVERY) as db:
        found = await paging.page(db, query, number)
        return found.with_rows([_view(row, await counts_of(db, row)) for row in found.rows])
