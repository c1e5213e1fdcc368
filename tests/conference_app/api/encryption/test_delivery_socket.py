"""The delivery service's socket: one order for all, and turns for who wants to commit."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from limits import RateLimitItemPerDay

from conference_app.services.encryption import commit_log, meeting_keys, news, turns
from conference_app.services.encryption.encoding import b64, unb64
from conference_app.services.limits import rate_limits
from tests.conference_app.api.encryption.members import House, Meeting, commits
from tests.conference_app.services.encryption.test_meeting_keys import made_keys


async def test_commits_reach_all_others_in_order(meeting: Meeting, home: House) -> None:
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    await commits(ada, -1)
    turn = await commits(bob, 0)
    assert (turn["info"], turn["gone"]) == (b64(b"info 0"), [])
    assert await ada.hears("entry") == {"type": "entry", "epoch": 1, "message": b64(b"commit 0")}
    await commits(ada, 1)
    assert (await bob.hears("entry"))["epoch"] == 2
    assert ada.heard_nothing()


async def test_the_state_tells_all_that_a_browser_checks(meeting: Meeting, home: House) -> None:
    keys = made_keys()
    await meeting_keys.put(meeting.host.id, meeting.id, keys)
    state = await home.hello(meeting.room, meeting.ada).hears("state")
    server_key = state.pop("server_key")
    Ed25519PublicKey.from_public_bytes(unb64(server_key))
    assert state == {
        "type": "state", "v": 1, "driver": "mls", "room": meeting.room, "identity": meeting.ada,
        "root": keys.root_public, "link_certificate": keys.link_certificate, "epoch": -1, "entries": [],
        "restart": False, "gone": [], "ticket": None,
    }  # fmt: skip


async def test_who_comes_back_is_told_what_was_missed_or_to_begin_anew(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commit_log, "KEPT_EPOCHS", 3)
    ada = await home.comes(meeting.room, meeting.ada)
    for epoch in range(-1, 4):
        await commits(ada, epoch)
    told = []
    for since in (-1, 0, 1, 3, 4, 9):
        bob = home.hello(meeting.room, meeting.bob, since)
        state = await bob.hears("state")
        told.append((since, [one["epoch"] for one in state["entries"]], state["restart"]))
        await bob.leave()
    assert told == [
        (-1, [], False), (0, [], True), (1, [2, 3, 4], False), (3, [4], False), (4, [], False), (9, [], True),
    ]  # fmt: skip


async def test_turns_go_round_and_a_pass_gives_them_on(meeting: Meeting, home: House) -> None:
    ada, bob, eve = [await home.comes(meeting.room, one) for one in (meeting.ada, meeting.bob, meeting.eve)]
    ada.say("turn")
    await ada.hears("turn")
    bob.say("turn")
    bob.say("pass")  # it is not theirs yet: they stay in the queue
    while (await queue_of(meeting.room)) != [meeting.bob]:
        await asyncio.sleep(0.01)
    eve.say("turn")
    ada.say("pass")
    await bob.hears("turn")
    await bob.leave()  # their turn ends with them
    await eve.hears("turn")
    ada.say("commit", epoch=-1, message="", info=b64(b"info"))
    assert await ada.hears("refused") == {"type": "refused", "reason": "turn", "epoch": -1}


async def queue_of(room: str) -> list[str]:
    found = await news.read(room, None, [], most=50)
    return [one.identity for one in found.waiting(datetime.now(UTC))] if found else []


async def test_a_turn_that_nobody_uses_goes_on_by_itself(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "LEASE", timedelta(milliseconds=200))
    ada, bob = await home.comes(meeting.room, meeting.ada), await home.comes(meeting.room, meeting.bob)
    ada.say("turn")
    await ada.hears("turn")
    bob.say("turn")
    await bob.hears("turn")


async def test_commits_that_are_too_large_too_many_or_out_of_turn_are_refused(
    meeting: Meeting, home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_day = RateLimitItemPerDay(rate_limits.ENCRYPTION_COMMITS.amount, 1, "commits")  # however slow the machine is
    monkeypatch.setattr(rate_limits, "ENCRYPTION_COMMITS", a_day)
    ada = await home.comes(meeting.room, meeting.ada)
    await commits(ada, -1)
    reasons = []
    ada.say("turn")
    await ada.hears("turn")
    for size in (commit_log.COMMIT_LIMIT + 1, commit_log.COMMIT_LIMIT):
        ada.say("commit", epoch=0, message=b64(b"x" * size), info=b64(b"x" * commit_log.INFO_LIMIT))
        reasons.append((await ada.hears("refused", "accepted")).get("reason"))
    for epoch in (0, 1):
        ada.say("commit", epoch=epoch, message=b64(b"x"), info=b64(b"x"))
        reasons.append((await ada.hears("refused"))["reason"])
    assert reasons == ["size", None, "epoch", "turn"]
    for _ in range(25):
        ada.say("commit", epoch=0, message=b64(b"x"), info=b64(b"x"))
        await ada.hears("refused")
    ada.say("commit", epoch=1, message=b64(b"x"), info=b64(b"x"))
    assert await ada.hears("refused") == {"type": "refused", "reason": "rate", "epoch": 1}
