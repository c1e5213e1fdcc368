"""What there is to tell the browsers of a room: read at once, for all that one process has."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError
from conference_app.models import Admission, EncryptionGroup, EncryptionMember
from conference_app.purposes import ENCRYPTION
from conference_app.services.encryption import commit_log, groups, meeting_keys
from conference_app.services.encryption.commit_log import Entry
from conference_app.services.encryption.meeting_keys import PublicKeys
from conference_app.texts import n_

GONE_TOLD = 256
"""The last to leave of whom anybody is told; a group has 150 members at most, and who left is soon out of it."""
TICKET_LIMIT = 4096
"""Characters of a ticket."""
TICKETS_LIMIT = 200 * TICKET_LIMIT
"""Of those for all who may wait."""
_UNFIT = n_("Those keys do not fit together. Reload the page and try again.")


@dataclass(frozen=True, slots=True)
class Member:
    """A browser that is or was connected."""

    identity: str
    socket: str
    seen_until: datetime
    is_member: bool
    is_removed: bool
    turn: int | None
    ready_epoch: int | None

    def is_gone(self, now: datetime) -> bool:
        """Whether they have to be taken out of the group."""
        return self.is_member and (self.is_removed or self.seen_until <= now)

    def is_waiting(self, now: datetime) -> bool:
        """Whether they wait for their turn."""
        return self.turn is not None and not self.is_removed and self.seen_until > now


@dataclass(frozen=True, slots=True)
class News:
    """A room's group at one moment."""

    meeting_id: str
    driver: str
    epoch: int
    turn_identity: str
    turn_at: datetime | None
    changes: int
    members: Sequence[Member]
    """The last seen first; with all who are connected."""
    entries: Sequence[Entry] = ()
    tickets: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    """By identity; JSON."""

    def gone(self, now: datetime) -> list[str]:
        """Who has to be taken out of the group, the last to leave first."""
        return [one.identity for one in self.members if one.is_gone(now)][:GONE_TOLD]

    def is_all_ready(self, now: datetime) -> bool:
        """Whether all who follow the group and are not gone have the keys of its epoch; False while nobody follows it."""
        following = [
            one for one in self.members if one.is_member and one.ready_epoch is not None and not one.is_gone(now)
        ]
        return bool(following) and all(one.ready_epoch == self.epoch for one in following)

    def waiting(self, now: datetime) -> list[Member]:
        """Who waits for their turn, in order."""
        return sorted((one for one in self.members if one.is_waiting(now)), key=lambda one: one.turn or 0)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a browser that has just connected is told beside the news."""

    keys: PublicKeys
    entries: Sequence[Entry]
    must_restart: bool
    """Whether it has missed more than there is to be told, and joins anew."""


async def read(room: str, after: int | None, identities: Collection[str], *, most: int) -> News | None:
    """The group, with its commits after epoch `after` (None: none of them) and the tickets of `identities`.

    At most `most` members and `GONE_TOLD` others. None when the room is closed.
    """
    async with database.reading(ENCRYPTION) as db:
        await database.read_one_moment(db)
        group = await db.get(EncryptionGroup, room, options=[groups.without_info()])
        if group is None:
            return None
        members = await _members(db, room, most + GONE_TOLD)
        has_new = after is not None and after < group.epoch
        entries = await commit_log.since(db, room, after) if after is not None and has_new else []
        tickets = await _tickets(db, room, identities)
    told = [one for one in entries if one.epoch <= group.epoch]
    turn = group.turn_identity, group.turn_at
    return News(group.meeting_id, group.driver, group.epoch, *turn, group.changes, members, told, tickets)


async def _members(db: AsyncSession, room: str, most: int) -> list[Member]:
    query = select(EncryptionMember).where(EncryptionMember.room == room).options(*groups.without_pieces())
    rows = (await db.exec(query.order_by(col(EncryptionMember.seen_until).desc()).limit(most))).all()
    return [_member(row) for row in rows]


def _member(row: EncryptionMember) -> Member:
    return Member(row.identity, row.socket, row.seen_until, row.is_member, row.is_removed, row.turn, row.ready_epoch)


async def _tickets(db: AsyncSession, room: str, identities: Collection[str]) -> dict[str, str]:
    theirs = col(Admission.room) == room, col(Admission.identity).in_(identities), col(Admission.ticket).is_not(None)
    found = (await db.exec(select(Admission.identity, Admission.ticket).where(*theirs))).all()
    return {identity: ticket or "" for identity, ticket in found}


async def welcome(room: str, meeting_id: str, known: int, current: int) -> Welcome:
    """What a browser needs that knows the group up to epoch `known` (-1: not at all)."""
    async with database.reading(ENCRYPTION) as db:
        keys = await meeting_keys.of_meeting(db, meeting_id)
        entries = await commit_log.catch_up(db, room, known, current)
    return Welcome(keys or PublicKeys("", ""), entries or (), entries is None)


def checked_tickets(tickets: str) -> dict[str, str]:
    """Tickets by identity, out of JSON; none for "". Raises ConferenceError unless each is one."""
    if not tickets:
        return {}
    try:
        parsed = json.loads(tickets) if len(tickets) <= TICKETS_LIMIT else None
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise ConferenceError(_UNFIT)
    given = cast("dict[str, Any]", parsed)
    return {identity: checked_ticket(json.dumps(ticket)) for identity, ticket in given.items()}


def checked_ticket(ticket: str) -> str:
    """`ticket`, if it is a JSON object that is not too long: browsers check what it says. Raises ConferenceError."""
    try:
        parsed = json.loads(ticket) if len(ticket) <= TICKET_LIMIT else None
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise ConferenceError(_UNFIT)
    return json.dumps(cast("dict[str, Any]", parsed))
