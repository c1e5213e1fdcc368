"""What people can ask to hear about; a topic may end, and then every grant for it ends too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import NewsletterTopic
from conference_app.services.consent import ledger, live_consents
from conference_app.services.jobs import queue
from conference_app.texts import n_

GENERAL = "newsletter"
"""The purpose of a newsletter without a topic."""
NAME_LENGTH = 100
PIECE = 200
"""Grants ended in one transaction."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic for the pages of staff."""

    id: str
    name_en: str
    name_pl: str
    ends_at: datetime | None
    is_over: bool


def purpose(topic_id: str) -> str:
    """The consent a newsletter on this topic needs; "" is the general newsletter."""
    return f"topic:{topic_id}" if topic_id else GENERAL


async def add(name_en: str, name_pl: str, ends_at: datetime | None, *, now: datetime | None = None) -> str:
    """A new topic; its identifier. Raises InvalidInput for a name that is missing or too long, or an end in the past."""
    now = now or datetime.now(UTC)
    names = {"name_en": " ".join(name_en.split()), "name_pl": " ".join(name_pl.split())}
    wrong = {
        name: ConferenceError(n_("Use 1 to {most} characters."), most=NAME_LENGTH)
        for name, text in names.items()
        if not 1 <= len(text) <= NAME_LENGTH
    }
    if ends_at is not None and ends_at <= now:
        wrong["ends_at"] = ConferenceError(n_("Choose a day in the future."))
    if wrong:
        raise InvalidInput(wrong)
    async with database.session() as db:
        topic = NewsletterTopic(name_en=names["name_en"], name_pl=names["name_pl"], ends_at=ends_at, created_at=now)
        db.add(topic)
        await db.flush()
        if ends_at is not None:
            await queue.enqueue(db, "topic.end", {"topic_id": topic.id}, key=f"topic:{topic.id}", run_at=ends_at)
        return topic.id


async def running(*, now: datetime | None = None) -> list[Topic]:
    """The topics people can ask for now."""
    now = now or datetime.now(UTC)
    query = (
        select(NewsletterTopic)
        .where(col(NewsletterTopic.closed_at).is_(None))
        .where(or_(col(NewsletterTopic.ends_at).is_(None), col(NewsletterTopic.ends_at) > now))
        .order_by(col(NewsletterTopic.created_at).desc())
        .limit(200)
    )
    async with database.reading() as db:
        return [Topic(row.id, row.name_en, row.name_pl, row.ends_at, False) for row in (await db.exec(query)).all()]


async def require_open(db: AsyncSession, topic_id: str, now: datetime) -> NewsletterTopic:
    """The topic. Raises NotFound if there is none, or it is over."""
    topic = await db.get(NewsletterTopic, topic_id[:32])
    if topic is None or topic.closed_at is not None or (topic.ends_at is not None and topic.ends_at <= now):
        raise NotFound(n_("This topic is over."))
    return topic


async def end(topic_id: str, *, now: datetime | None = None) -> None:
    """End a topic now. Raises NotFound if it is over."""
    now = now or datetime.now(UTC)
    async with database.session() as db:
        topic = await require_open(db, topic_id, now)
        topic.ends_at = now
        await queue.enqueue(db, "topic.end", {"topic_id": topic.id}, key=f"topic:{topic.id}", run_at=now)


@queue.handler("topic.end")
async def _end(payload: queue.Payload) -> None:
    """End every grant of a topic whose time is over."""
    topic_id, now = str(payload["topic_id"]), queue.now()
    async with database.reading() as db:
        topic = await db.get(NewsletterTopic, topic_id)
        if topic is None or topic.closed_at is not None or topic.ends_at is None or topic.ends_at > now:
            return
        before = topic.ends_at - timedelta(seconds=1)
        subjects = await live_consents.live_subjects(db, purpose(topic_id), now=before)
    for first in range(0, len(subjects), PIECE):
        async with database.session() as db:
            for subject in subjects[first : first + PIECE]:
                await ledger.expire(db, subject, purpose(topic_id), now=now)
    async with database.session() as db:
        if topic := await db.get(NewsletterTopic, topic_id):
            topic.closed_at = now
