"""Turns: first come, first served, one at a time, and never faster than a ring of keys can bear."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.models import EncryptionGroup, EncryptionMember
from conference_app.services.encryption import commit_log, presence, turns
from conference_app.services.encryption.commit_log import Refused
from tests.conference_app.services.encryption.open_room import committed, connected, given, open_room
from tests.fakes import LOOKING, NOON

pytestmark = pytest.mark.both_databases

ALL = ("ann", "bob", "eve")
LATER = NOON + turns.LEASE


async def asked(room: str, *identities: str) -> None:
    for one in identities:
        assert await turns.ask(room, one, f"socket of {one}")


async def test_turns_go_in_the_order_in_which_they_were_asked_for(db: Settings) -> None:
    room = await open_room()
    await connected(room, *ALL)
    await asked(room, "eve", "ann", "eve", "bob")  # asking again changes nothing
    order = []
    for number in range(4):
        turn = await given(room, *ALL, now=NOON + number * turns.LEASE)
        order.append(turn.identity if turn else "")
    assert order == ["eve", "ann", "bob", ""]


async def test_a_turn_lasts_its_lease_and_the_next_keeps_its_distance(db: Settings) -> None:
    room = await open_room()
    await connected(room, *ALL)
    await asked(room, "ann", "bob", "eve")
    assert await given(room, *ALL)
    assert await given(room, *ALL, now=LATER - timedelta(milliseconds=1)) is None
    assert (await given(room, *ALL, now=LATER)) is not None  # Ann's has run out
    await turns.give_back(room, "bob")
    assert await given(room, *ALL, now=LATER + turns.APART - timedelta(milliseconds=1)) is None
    turn = await given(room, *ALL, now=LATER + turns.APART)
    assert turn is not None
    assert turn.identity == "eve"


async def test_a_clock_that_was_set_back_stops_nobody(db: Settings) -> None:
    room = await open_room()
    await connected(room, *ALL)
    await asked(room, "ann", "bob")
    assert await given(room, *ALL)
    assert await given(room, *ALL, now=NOON - timedelta(hours=1))


async def test_a_process_gives_turns_to_its_own_and_overtakes_only_on_purpose(db: Settings) -> None:
    room = await open_room()
    await connected(room, *ALL)
    await asked(room, "ann", "bob")
    assert await given(room, "bob", "eve") is None  # Ann is connected elsewhere, and was first
    turn = await turns.give(room, {"socket of bob"}, now=NOON, overtaking=True)
    assert turn is not None
    assert turn.identity == "bob"
    left = await given(room, "ann", now=LATER)
    assert left is not None
    assert left.identity == "ann"


async def test_two_processes_never_give_the_turn_at_once(db: Settings) -> None:
    room = await open_room()
    many = [f"guest {number}" for number in range(10)]
    await connected(room, *many)
    await asyncio.gather(*[turns.ask(room, one, f"socket of {one}") for one in many])
    numbers = await queue_of(room)
    for step in range(10):
        halves = [given(room, *half, now=NOON + step * turns.LEASE) for half in (many[::2], many[1::2], many)]
        found = [turn.identity for turn in await asyncio.gather(*halves) if turn]
        assert found == [numbers[step]]


async def queue_of(room: str) -> list[str]:
    """Who waits, in order."""
    async with database.reading(*LOOKING) as session:
        rows = (await session.exec(select(EncryptionMember).where(EncryptionMember.room == room))).all()
    waiting = [row for row in rows if row.turn is not None]
    assert len({row.turn for row in waiting}) == len(waiting)
    return [row.identity for row in sorted(waiting, key=lambda row: row.turn or 0)]


async def test_who_was_slow_still_commits_until_another_has_the_turn(db: Settings) -> None:
    room = await open_room()
    await connected(room, *ALL)
    await committed(room, "ann", -1)
    late = NOON + 10 * turns.LEASE
    await asked(room, "bob")
    await given(room, "bob", now=NOON + turns.APART)
    assert await commit_log.append(room, "bob", 0, b"m", b"i", now=late) == 1
    assert await commit_log.append(room, "bob", 1, b"m", b"i", now=late) == Refused("turn", 1)  # one turn, one commit
    await asked(room, "bob", "eve")
    await given(room, "bob", now=late)
    await given(room, "eve", now=late + turns.LEASE)
    assert await commit_log.append(room, "bob", 1, b"m", b"i", now=late) == Refused("turn", 1)


async def test_a_turn_ends_with_its_socket_and_with_a_removal(db: Settings) -> None:
    room = await open_room()
    await connected(room, *ALL)
    await asked(room, "ann", "bob", "eve")
    assert await given(room, *ALL)
    await presence.leave(room, ["socket of ann"], now=NOON)
    assert await queue_of(room) == ["bob", "eve"]
    turn = await given(room, *ALL, now=NOON + turns.APART)
    assert turn is not None
    assert turn.identity == "bob"
    async with database.session() as session:
        await presence.remove(session, room, ["bob", "nobody"])
    assert await commit_log.append(room, "bob", -1, b"", b"i", now=NOON) == Refused("turn", -1)
    assert not await turns.ask(room, "bob", "socket of bob")
    assert await given(room, *ALL, now=NOON + 2 * turns.APART)


async def test_who_is_gone_is_passed_over(db: Settings) -> None:
    room = await open_room()
    await connected(room, "ann")
    await asked(room, "ann")
    later = NOON + presence.STAYS
    await connected(room, "bob", now=later)
    await asked(room, "bob")
    turn = await given(room, *ALL, now=later)
    assert turn is not None
    assert turn.identity == "bob"


async def test_strangers_and_closed_rooms_have_no_turns(db: Settings) -> None:
    room = await open_room()
    await connected(room, "ann")
    assert not await turns.ask(room, "eve", "socket of eve")
    assert not await turns.ask(room, "ann", "an older socket")
    async with database.session() as session:
        await session.exec(delete(EncryptionGroup))
    with pytest.raises(NotFound):
        await turns.ask(room, "ann", "socket of ann")
    with pytest.raises(NotFound):
        await given(room, "ann")
