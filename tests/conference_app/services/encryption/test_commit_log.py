"""The log of commits: one for each epoch, in order, bounded, and gone with the room."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, update
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.models import EncryptionCommit, EncryptionGroup, EncryptionMember, SQLModel
from conference_app.services.encryption import commit_log, groups, news
from conference_app.services.encryption.commit_log import Refused
from conference_app.services.meetings import meetings
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.joined import opened, room_of
from tests.conference_app.people import confirmed
from tests.conference_app.services.encryption.open_room import committed, connected, given, open_room
from tests.fakes import LOOKING, NOON, FakeRoomAdmin

pytestmark = pytest.mark.both_databases


async def log_of(room: str, after: int = -1) -> list[int]:
    async with database.reading(*LOOKING) as db:
        return [one.epoch for one in await commit_log.since(db, room, after)]


async def count(table: type[SQLModel]) -> int:
    async with database.reading(*LOOKING) as db:
        return (await db.exec(select(func.count()).select_from(table))).one()


async def test_each_commit_leads_to_the_next_epoch(db: Settings) -> None:
    room = await open_room()
    await connected(room, "ann", "bob")
    for epoch, who in enumerate(("ann", "bob", "ann"), start=-1):
        assert await committed(room, who, epoch, NOON + timedelta(seconds=epoch)) == epoch + 1
    assert await log_of(room) == [1, 2]  # the creation has no commit
    assert await log_of(room, 1) == [2]
    found = await news.read(room, 0, [], most=50)
    assert found is not None
    assert (found.epoch, [one.message for one in found.entries]) == (2, [b"commit 0", b"commit 1"])
    assert {one.identity for one in found.members if one.is_member} == {"ann", "bob"}


async def test_of_twenty_commits_at_once_one_is_taken(db: Settings) -> None:
    room = await open_room()
    await connected(room, "ann")
    await committed(room, "ann", -1)
    async with database.session() as session:  # whoever believes to have the turn, the epoch decides
        await session.exec(update(EncryptionGroup).values(turn_identity="ann"))
    tries = [commit_log.append(room, "ann", 0, b"commit %d" % number, b"info", now=NOON) for number in range(20)]
    said = await asyncio.gather(*tries)
    assert [one for one in said if one == 1] == [1]
    assert {one for one in said if one != 1} == {Refused("epoch", 1)}
    assert await log_of(room) == [1]


async def test_the_table_itself_has_one_commit_an_epoch(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await open_room()
    await connected(room, "ann")
    await committed(room, "ann", -1)
    await committed(room, "ann", 0, NOON + timedelta(seconds=1))
    async with database.session() as session:
        await session.exec(update(EncryptionGroup).values(turn_identity="ann", epoch=0))
    assert await commit_log.append(room, "ann", 0, b"other", b"info", now=NOON) == Refused("epoch", 0)
    assert await log_of(room) == [1]


async def test_who_has_no_turn_or_the_wrong_epoch_or_too_much_is_refused(db: Settings) -> None:
    room = await open_room()
    await connected(room, "ann", "bob")
    await committed(room, "ann", -1)
    assert await commit_log.append(room, "bob", 0, b"m", b"i", now=NOON) == Refused("turn", 0)
    assert await commit_log.append(room, "bob", 3, b"m", b"i", now=NOON) == Refused("epoch", 0)
    assert await commit_log.append(room, "bob", -1, b"", b"i", now=NOON) == Refused("epoch", 0)
    large = b"x" * (commit_log.COMMIT_LIMIT + 1), b"x" * (commit_log.INFO_LIMIT + 1)
    for message, info in ((large[0], b"i"), (b"m", large[1]), (b"m", b"")):
        assert await commit_log.append(room, "ann", 0, message, info, now=NOON) == Refused("size", 0)
    with pytest.raises(NotFound):
        await commit_log.append("no room", "ann", 0, b"m", b"i", now=NOON)


async def test_old_commits_are_forgotten_and_who_missed_them_joins_anew(
    db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit_log, "KEPT_EPOCHS", 3)
    room = await open_room()
    await connected(room, "ann")
    for epoch in range(-1, 5):
        await committed(room, "ann", epoch, NOON + timedelta(seconds=epoch))
    assert await log_of(room) == [3, 4, 5]
    async with database.reading(*LOOKING) as session:
        missed = [await commit_log.catch_up(session, room, known, 5) for known in (-1, 1, 2, 4, 5, 6)]
    assert [None if one is None else [entry.epoch for entry in one] for one in missed] == [
        [], None, [3, 4, 5], [5], [], None,
    ]  # fmt: skip


async def test_who_has_missed_too_much_joins_anew(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await open_room()
    await connected(room, "ann")
    for epoch in range(-1, 3):
        await committed(room, "ann", epoch, NOON + timedelta(seconds=epoch))
    found = []
    for limit in (3 * len(b"commit 0"), 3 * len(b"commit 0") - 1):
        monkeypatch.setattr(commit_log, "CATCH_UP_LIMIT", limit)
        async with database.reading(*LOOKING) as session:
            found.append(await commit_log.catch_up(session, room, 0, 3))
    assert found[0] is not None
    assert (len(found[0]), found[1]) == (3, None)


@pytest.mark.parametrize("is_over", [True, False])
async def test_everything_goes_when_the_room_closes(db: Settings, rooms: FakeRoomAdmin, is_over: bool) -> None:
    ann = await confirmed()
    made = await opened(ann)
    room = await room_of(made.code)
    await connected(room, "ann")
    await committed(room, "ann", -1)
    await committed(room, "ann", 0, NOON + timedelta(seconds=1))
    if is_over:
        await moderation.end(Caller(ann.id), made.code)
    else:
        async with database.session(*LOOKING) as session:
            meeting = await meetings.own_row(session, ann.id, made.code, is_locked=True)
            await meetings.close_row(session, meeting, NOON, is_over=False)
    assert [await count(one) for one in (EncryptionGroup, EncryptionCommit, EncryptionMember)] == [0, 0, 0]
    assert await news.read(room, None, [], most=50) is None
    with pytest.raises(NotFound):
        await connected(room, "ann")


async def test_everything_goes_with_the_meeting(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    room = await room_of(made.code)
    await connected(room, "ann")
    await committed(room, "ann", -1)
    await committed(room, "ann", 0, NOON + timedelta(seconds=1))
    await meetings.delete(ann.id, made.code)
    assert [await count(one) for one in (EncryptionGroup, EncryptionCommit, EncryptionMember)] == [0, 0, 0]


async def test_a_room_that_is_not_open_has_no_group(db: Settings) -> None:
    for room in ("nothing", await room_of((await opened(await confirmed())).code) + "x"):
        with pytest.raises(NotFound):
            await connected(room, "ann")
    assert await count(EncryptionGroup) == 0


async def test_two_who_come_first_share_one_group(db: Settings) -> None:
    room = await open_room()
    await asyncio.gather(*[connected(room, f"guest {number}") for number in range(8)])
    assert (await count(EncryptionGroup), await count(EncryptionMember)) == (1, 8)
    before = (await groups.changes_of([room, "closed"]))[room]
    await given(room, "guest 1")
    assert await groups.changes_of([room, "closed"]) == {room: before}
