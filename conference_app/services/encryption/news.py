"""What there is to tell the browsers of a room: read at once, for all that one process has."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from conference_app import database
from conference_app.errors import ConferenceError
from conference_app.models import Admission, EncryptionGroup, EncryptionMember
from conference_app.purposes import ENCRYPTION
from conference_app.services.encryption import cards, commit_log, groups, meeting_keys
from conference_app.services.encryption.cards import Shown
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
    ready_epoch: int | None = None
    has_card: bool = False
    """Whether a leader may let them in."""

    def is_gone(self, now: datetime) -> bool:
        """Whether they have to be taken out of the group, or not to be let in."""
        return (self.is_member or self.has_card) and (self.is_removed or self.seen_until <= now)

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
    """All who are connected and the last who were, as long as the limit allows."""
    entries: Sequence[Entry] = ()
    pieces: Mapping[str, tuple[int, bytes]] = field(default_factory=dict[str, tuple[int, bytes]], repr=False)
    """By identity, what a leader has sealed for them in one of `entries`, and in which epoch's."""
    cards: Sequence[Shown] = ()
    card_number: int = 0
    """The number of the newest that `cards` reaches to."""
    tickets: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    """By identity; JSON."""

    def gone(self, now: datetime) -> list[str]:
        """Who has to be taken out of the group, the last to leave first; then who never was in."""
        left = [one for one in self.members if one.is_gone(now)]
        return [one.identity for one in sorted(left, key=lambda one: not one.is_member)[:GONE_TOLD]]

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
    info: bytes = field(default=b"", repr=False)
    """The leader's newest entry, and what was sealed last for this browser; both empty with MLS."""
    sealed: bytes = field(default=b"", repr=False)


async def read(
    room: str,
    after: int | None,
    identities: Collection[str],
    *,
    most: int,
    cards_after: int | None = None,
    now: datetime | None = None,
) -> News | None:
    """The group, with its commits after epoch `after` (None: none of them) and the tickets of `identities` and of
    co-hosts.

    At most `most` members and `GONE_TOLD` others. With the cards after number `cards_after` (None: none of them). None when
    the room is closed.
    """
    async with database.reading(ENCRYPTION) as db:
        await database.read_one_moment(db)
        group = await db.get(EncryptionGroup, room, options=[groups.without_info()])
        if group is None:
            return None
        members = await _members(db, room, most + GONE_TOLD, now or datetime.now(UTC))
        is_new = after is not None and after < group.epoch
        entries = await commit_log.since(db, room, after) if after is not None and is_new else []
        tickets = await _tickets(db, room, identities)
        is_led = group.driver == groups.LED
        pieces = await _pieces(db, room, after) if after is not None and is_new and is_led else {}
        shown = await cards.shown_after(db, room, cards_after) if cards_after is not None and is_led else []
    told = [one for one in entries if one.epoch <= group.epoch]
    turn = group.turn_identity, group.turn_at
    rest = told, pieces, shown, group.cards, tickets
    return News(group.meeting_id, group.driver, group.epoch, *turn, group.changes, members, *rest)


async def _members(db: AsyncSession, room: str, most: int, now: datetime) -> list[Member]:
    of = EncryptionMember
    order = (col(of.seen_until) > now).desc(), col(of.is_member).desc(), col(of.seen_until).desc()
    state = of.is_member, of.is_removed, of.turn, of.ready_epoch, col(of.card_number).is_not(None)
    columns = cast("list[Any]", [of.identity, of.socket, of.seen_until, *state])
    query = cast("Select[Any]", Select(*columns))  # whole rows take thrice as long
    found = await db.exec(query.where(col(of.room) == room).order_by(*order).limit(most))
    return [Member(*row) for row in cast("Sequence[Any]", found.all())]


async def _pieces(db: AsyncSession, room: str, after: int) -> dict[str, tuple[int, bytes]]:
    of = EncryptionMember
    query = select(of.identity, of.sealed_epoch, of.sealed).where(of.room == room, col(of.sealed_epoch) > after)
    return {identity: (epoch or 0, sealed or b"") for identity, epoch, sealed in (await db.exec(query)).all()}


async def _tickets(db: AsyncSession, room: str, identities: Collection[str]) -> dict[str, str]:
    is_told = col(Admission.identity).in_(identities) | col(Admission.may_host)
    theirs = col(Admission.room) == room, is_told, col(Admission.ticket).is_not(None)
    found = (await db.exec(select(Admission.identity, Admission.ticket).where(*theirs))).all()
    return {identity: ticket or "" for identity, ticket in found}


async def welcome(room: str, meeting_id: str, known: int, current: int) -> Welcome:
    """What a browser needs that knows the MLS group up to epoch `known` (-1: not at all)."""
    async with database.reading(ENCRYPTION) as db:
        keys = await meeting_keys.of_meeting(db, meeting_id)
        entries = await commit_log.catch_up(db, room, known, current)
    return Welcome(keys or PublicKeys("", ""), entries or (), entries is None)


async def welcome_to_led(room: str, meeting_id: str, identity: str) -> Welcome:
    """What the browser of `identity` needs where a leader hands out secrets: the newest is enough."""
    async with database.reading(ENCRYPTION) as db:
        keys = await meeting_keys.of_meeting(db, meeting_id)
        group = await db.get(EncryptionGroup, room)
        member = await db.get(EncryptionMember, (room, identity))
    info, sealed = group and group.info, member and member.sealed
    return Welcome(keys or PublicKeys("", ""), (), False, info or b"", sealed or b"")


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
