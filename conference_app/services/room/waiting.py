"""Guests who wait to be let in: their rows say who asks, and the host's page reads them.

A page that waits asks again every `ASK_AGAIN_S` seconds, and so keeps its row. Who gives up takes the row away; that of
a tab that is gone counts no longer after `GONE_AFTER`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, Unavailable
from conference_app.models import Meeting, WaitingGuest
from conference_app.purposes import ENCRYPTION, MEETINGS
from conference_app.services.jobs import wake_ups
from conference_app.services.meetings import meetings
from conference_app.services.room.seats import NETWORK_SHARE
from conference_app.services.room.visitors import Visitor
from conference_app.texts import n_

ASK_AGAIN_S = 20.0
GONE_AFTER = timedelta(seconds=50)
"""Two questions may get lost."""
REFUSED_FOR = timedelta(minutes=1)
"""How long a refusal answers who asks again; after that the host is asked anew."""
MOST = 200
"""Rows of one meeting; `NETWORK_SHARE` of them from one network."""


def list_topic(meeting: Meeting) -> str:
    """The topic that is published when the list of who waits changes: whoever waits need not wake for it."""
    return f"waiting {meeting.id}"


def tell_all(meeting: Meeting) -> None:
    """Wake those who wait and the host's pages, after something was decided and committed."""
    wake_ups.publish(meetings.topic_of(meeting))
    wake_ups.publish(list_topic(meeting))


class Refused(ConferenceError):
    """The host has not let this person in."""

    code = "refused"
    status = 403


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits, as the host sees them."""

    identity: str
    name: str = field(repr=False)
    since: datetime
    leaf_key: str = ""
    proof: str = field(default="", repr=False)
    """As in Visitor."""


async def note(db: AsyncSession, meeting: Meeting, visitor: Visitor, network: str, now: datetime) -> bool:
    """Write down that the visitor waits; whether the host's page did not know it yet.

    Raises Refused when the host has said no a moment ago, Unavailable when the list is full.
    """
    row = await db.get(WaitingGuest, (meeting.id, visitor.identity))
    if row is None:
        await _check_place(db, meeting, network, now)
        row = WaitingGuest(
            meeting_id=meeting.id,
            identity=visitor.identity,
            person=visitor.person,
            network=network,
            name=visitor.name,
            leaf_key=visitor.leaf_key,
            proof=visitor.proof,
            asked_at=now,
            seen_at=now,
        )
        db.add(row)
        return True
    if row.refused_at is not None and row.refused_at > now - REFUSED_FOR:
        raise Refused(n_("The host can't let you in right now. You can ask again in a minute."))
    shown = visitor.name, visitor.leaf_key, visitor.proof
    is_other = (row.name, row.leaf_key, row.proof) != shown
    is_news = row.refused_at is not None or is_other or row.seen_at < now - GONE_AFTER
    if row.refused_at is not None or row.seen_at < now - GONE_AFTER:
        row.asked_at = now
    row.name, row.leaf_key, row.proof = shown
    row.seen_at, row.refused_at = now, None
    return is_news


async def _check_place(db: AsyncSession, meeting: Meeting, network: str, now: datetime) -> None:
    await db.exec(
        delete(WaitingGuest).where(
            col(WaitingGuest.meeting_id) == meeting.id, col(WaitingGuest.seen_at) < now - max(GONE_AFTER, REFUSED_FOR)
        )
    )
    counted = select(func.count()).where(col(WaitingGuest.meeting_id) == meeting.id)
    of_network = (await db.exec(counted.where(col(WaitingGuest.network) == network))).one()
    if of_network >= MOST * NETWORK_SHARE or (await db.exec(counted)).one() >= MOST:
        raise Unavailable(n_("Too many people are waiting for this meeting. Try again in a few minutes."))


async def listed(db: AsyncSession, meeting_id: str, now: datetime) -> list[Waiting]:
    """Who waits for this meeting now, the first first."""
    async with database.within(db, MEETINGS, ENCRYPTION) as own:
        query = select(WaitingGuest).where(*_is_waiting(meeting_id, now))
        rows = (await own.exec(query.order_by(col(WaitingGuest.asked_at), col(WaitingGuest.identity)))).all()
    return [Waiting(row.identity, row.name, row.asked_at, row.leaf_key, row.proof) for row in rows]


async def rows_of(db: AsyncSession, meeting_id: str, now: datetime, identity: str = "") -> Sequence[WaitingGuest]:
    """The rows of those who wait now: of `identity`, or of all."""
    query = select(WaitingGuest).where(*_is_waiting(meeting_id, now))
    return (await db.exec(query.where(WaitingGuest.identity == identity) if identity else query)).all()


def _is_waiting(meeting_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(WaitingGuest.meeting_id) == meeting_id, *is_current(now))


def is_current(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions of a statement: the row is of somebody who waits at `now`."""
    return col(WaitingGuest.refused_at).is_(None), col(WaitingGuest.seen_at) >= now - GONE_AFTER


async def forget(db: AsyncSession, meeting_id: str, identity: str) -> bool:
    """Take away the row of who waits no longer; whether there was one."""
    same = col(WaitingGuest.meeting_id) == meeting_id, col(WaitingGuest.identity) == identity
    gone = await db.exec(delete(WaitingGuest).where(*same).returning(col(WaitingGuest.identity)))
    return gone.first() is not None
