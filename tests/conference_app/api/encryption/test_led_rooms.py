"""Rooms in which a leader seals the secret to each: cards reach all, pieces whom they are for, and guests lead nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.api.encryption import frames, heard, teller
from conference_app.config import Settings
from conference_app.models import EncryptionGroup, EncryptionMember
from conference_app.purposes import ENCRYPTION
from conference_app.services.encryption import cards
from conference_app.services.encryption.cards import Shown
from conference_app.services.encryption.encoding import b64
from conference_app.services.limits import rate_limits
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from conference_app.session.budgets import Budget
from tests.conference_app.api.encryption.members import Browser, House, Meeting, answered, house
from tests.conference_app.joined import admitted
from tests.conference_app.people import session_of
from tests.fakes import FakeRoomAdmin


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "media_room_capacity", property(lambda _self: 151))


@pytest.fixture
async def host(meeting: Meeting) -> str:
    """The identity of the organizer's tab."""
    return (await admitted(meeting.code, tab="host", session=await session_of(meeting.host))).identity


def piece(text: str) -> str:
    return b64(text.encode().ljust(80))


async def comes(home: House, room: str, identity: str, card: str = "") -> tuple[Browser, dict[str, Any]]:
    """Connects, hears all cards, shows its own and hears that too; the state, with the cards in it."""
    browser = home.hello(room, identity)
    state = await browser.hears("state")
    state["cards"] = (await browser.hears("cards"))["cards"]
    if card:
        browser.say("card", card=b64(card.encode()))
        await browser.hears("cards")
    return browser, state


async def leads(leader: Browser, epoch: int, sealed: dict[str, str], out: list[str] | None = None) -> None:
    """Takes its turn and hands out pieces."""
    leader.say("turn")
    assert (await leader.hears("turn"))["gone"] == []
    entry = b64(b"entry %d" % (epoch + 1))
    pieces = [[identity, piece(text)] for identity, text in sealed.items()]
    leader.say("commit", epoch=epoch, message=entry, info=entry, sealed=pieces, out=out or [])
    assert (await leader.hears("accepted"))["epoch"] == epoch + 1


def entry(epoch: int, sealed: str, came: list[str], left: list[str]) -> dict[str, object]:
    words = {"message": b64(b"entry %d" % epoch), "sealed": piece(sealed) if sealed else "", "in": came, "out": left}
    return {"type": "entry", "epoch": epoch, **words}


@pytest.mark.both_databases
async def test_each_hears_of_its_own_piece_and_of_who_is_in(meeting: Meeting, home: House, host: str) -> None:
    leader, _ = await comes(home, meeting.room, host, "host's")
    ada, state = await comes(home, meeting.room, meeting.ada, "ada's")
    assert (state["driver"], state["cards"]) == ("hpke", [[host, b64(b"host's"), False]])
    assert (await leader.hears("cards"))["cards"] == [[meeting.ada, b64(b"ada's"), False]]
    await leads(leader, -1, {host: "h0", meeting.ada: "a0", meeting.eve: "never seen"})
    assert await ada.hears("entry") == entry(0, "a0", [host, meeting.ada], [])
    bob, state = await comes(home, meeting.room, meeting.bob, "bob's")
    assert (state["epoch"], state["info"], state["sealed"]) == (0, b64(b"entry 0"), "")
    assert state["cards"] == [[host, b64(b"host's"), True], [meeting.ada, b64(b"ada's"), True]]
    await leader.hears("cards")
    await ada.hears("cards")
    await leads(leader, 0, {host: "h1", meeting.bob: "b1"}, out=[meeting.ada, meeting.eve])
    assert await ada.hears("entry") == entry(1, "", [meeting.bob], [meeting.ada])
    assert await bob.hears("entry") == entry(1, "b1", [meeting.bob], [meeting.ada])


async def test_who_comes_back_is_told_the_newest_entry_and_its_last_piece(
    meeting: Meeting, home: House, host: str
) -> None:
    leader, _ = await comes(home, meeting.room, host, "host's")
    ada, _ = await comes(home, meeting.room, meeting.ada, "ada's")
    await leader.hears("cards")
    await leads(leader, -1, {host: "h0", meeting.ada: "a0"})
    await leads(leader, 0, {})
    await ada.leave()
    ada, state = await comes(home, meeting.room, meeting.ada)
    assert (state["info"], state["sealed"]) == (b64(b"entry 1"), piece("a0"))
    assert (state["entries"], state["restart"]) == ([], False)
    ada.say("cards")
    assert await ada.hears("cards") == {
        "type": "cards", "cards": [[host, b64(b"host's"), True], [meeting.ada, b64(b"ada's"), True]], "last": True,
    }  # fmt: skip


async def test_who_left_before_being_let_in_is_gone_too(meeting: Meeting, home: House, host: str) -> None:
    leader, _ = await comes(home, meeting.room, host, "host's")
    ada, _ = await comes(home, meeting.room, meeting.ada, "ada's")
    await leader.hears("cards")
    ada.say("bye")
    assert await leader.hears("gone") == {"type": "gone", "identity": meeting.ada}
    _, state = await comes(home, meeting.room, meeting.bob)
    assert (state["gone"], state["cards"]) == ([meeting.ada], [[host, b64(b"host's"), False]])


async def test_guests_are_given_no_turn_until_they_are_made_hosts(
    meeting: Meeting, home: House, host: str, rooms: FakeRoomAdmin
) -> None:
    leader, _ = await comes(home, meeting.room, host)
    ada, _ = await comes(home, meeting.room, meeting.ada)
    ada.say("turn")
    ada.say("cards")
    await ada.hears("cards")
    await answered(leader)
    assert ada.heard_nothing()
    rooms.rooms[meeting.room] = [meeting.ada]
    await moderation.hand_over(Caller(meeting.host.id), meeting.code, meeting.ada)
    await leads(ada, -1, {meeting.ada: "a0"})


@pytest.mark.parametrize("fields", [{}, {"sealed": []}, {"sealed": {}, "out": []}, {"sealed": [["x"]], "out": []}])
async def test_a_commit_of_the_other_kind_ends_the_socket(
    meeting: Meeting, home: House, host: str, fields: dict[str, object]
) -> None:
    leader, _ = await comes(home, meeting.room, host)
    leader.say("turn")
    await leader.hears("turn")
    leader.say("commit", epoch=-1, message="" if not fields else "AA", info="AA", **fields)
    assert await leader.ended() == "protocol"


async def test_cards_that_come_too_often_end_the_socket(meeting: Meeting, home: House) -> None:
    eve, _ = await comes(home, meeting.room, meeting.eve)
    home.delivery._cards = Budget(per_s=0.001, burst=10)
    for _ in range(12):
        eve.say("card", card=b64(b"eve's"))
    while (message := await eve.message())["type"] == "websocket.send":
        pass
    assert message["type"] == "websocket.close"


async def test_another_process_tells_the_same(meeting: Meeting, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as one, house() as other:
        leader, _ = await comes(one, meeting.room, host, "host's")
        ada, state = await comes(other, meeting.room, meeting.ada, "ada's")
        assert state["cards"] == [[host, b64(b"host's"), False]]
        assert (await leader.hears("cards"))["cards"] == [[meeting.ada, b64(b"ada's"), False]]
        await leads(leader, -1, {host: "h0", meeting.ada: "a0"})
        assert await ada.hears("entry") == entry(0, "a0", [host, meeting.ada], [])


async def test_new_cards_come_together_and_before_the_commit_that_needs_them(
    meeting: Meeting, home: House, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader, _ = await comes(home, meeting.room, host, "host's")
    ada, _ = await comes(home, meeting.room, meeting.ada, "ada's")
    await leader.hears("cards")
    monkeypatch.setattr(teller, "_CARDS_APART", teller.timedelta(days=1))
    ada.say("card", card=b64(b"ada's second"))
    assert (await leader.hears("cards"))["cards"] == [[meeting.ada, b64(b"ada's second"), False]]
    await ada.hears("cards")
    bob = home.hello(meeting.room, meeting.bob)
    await bob.hears("state")
    await bob.hears("cards")
    bob.say("card", card=b64(b"bob's"))
    await leads(leader, -1, {host: "h0"})
    assert (await ada.hears("cards"))["cards"] == [[meeting.bob, b64(b"bob's"), False]]
    assert (await ada.hears("entry"))["in"] == [host]


async def test_a_leader_may_commit_more_often_than_others(meeting: Meeting, home: House, host: str) -> None:
    leader, _ = await comes(home, meeting.room, host)
    for _ in range(rate_limits.ENCRYPTION_COMMITS.amount + 1):
        leader.say("commit", epoch=5, message="AA", info="AA", sealed=[], out=[])
        assert (await leader.hears("refused"))["reason"] == "epoch"


async def test_nothing_of_it_stands_after_the_meeting(meeting: Meeting, home: House, host: str) -> None:
    leader, _ = await comes(home, meeting.room, host, "host's")
    await leads(leader, -1, {host: "h0"})
    async with database.reading(ENCRYPTION) as db:
        row = (await db.exec(select(EncryptionMember))).one()
        assert (row.card, row.sealed_epoch) == (b"host's", 0)
    await moderation.end(Caller(meeting.host.id), meeting.code)
    async with database.reading(ENCRYPTION) as db:
        assert (await db.exec(select(EncryptionMember.identity))).all() == []
        assert (await db.exec(select(EncryptionGroup.room))).all() == []


def test_cards_are_told_in_frames_that_are_read() -> None:
    shown = [Shown(f"guest-{number:020}", b"x" * cards.CARD_LIMIT, is_in=True) for number in range(250)]
    small = [Shown(one.identity, b"x", is_in=True) for one in shown]
    for told, least in ((shown, 4), (small, 2), ([], 1)):
        pages = frames.cards(told, is_whole=True)
        assert len(pages) >= least
        assert max(map(len, pages)) <= heard.FRAME_LIMIT
        assert [page.endswith('"last":true}') for page in pages] == [False] * (len(pages) - 1) + [True]
        assert sum(page.count("guest-") for page in pages) == len(told)
    assert "last" not in frames.cards([], is_whole=False)[0]


async def test_an_installation_for_fewer_people_uses_mls(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Settings, "media_room_capacity", property(lambda _self: 150))
    ada = home.hello(meeting.room, meeting.ada)
    assert (await ada.hears("state"))["driver"] == "mls"
    ada.say("card", card="AA")
    ada.say("cards")  # counts for nothing
    await answered(ada)
    ada.say("turn")
    await ada.hears("turn")
    ada.say("commit", epoch=-1, message="AA", info="AA", sealed=[], out=[])
    assert await ada.ended() == "protocol"
