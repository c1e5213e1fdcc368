"""What people type passes the delivery service in tickets and cards: none of it is stored or logged in clear."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from conference_app.config import Settings
from conference_app.services.encryption.encoding import b64
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.api.encryption.members import Browser, house
from tests.conference_app.joined import admitted, opened, room_of
from tests.conference_app.people import confirmed, session_of
from tests.conference_app.test_canary import files_of, holding
from tests.fakes import FakeRoomAdmin

NAME = "Canary Typedname"
TICKET = json.dumps({"name": NAME})


def led(identity: str) -> dict[str, Any]:
    """What a leader's commit has beside that of a member."""
    return {"sealed": [[identity, b64(b"canary".ljust(80))]], "out": []}


async def says_all(browser: Browser, identity: str, *, is_led: bool) -> None:
    """Commits twice, and shows a card where a leader hands out secrets."""
    if is_led:
        browser.say("card", card=b64(NAME.encode()))
        await browser.hears("cards")
        await browser.hears("cards")
    for epoch in (-1, 0):
        browser.say("turn")
        await browser.hears("turn")
        message = b64(NAME.encode()) if is_led or epoch >= 0 else ""
        fields = led(identity) if is_led else {}
        browser.say("commit", epoch=epoch, message=message, info=b64(NAME.encode()), **fields)
        await browser.hears("accepted")


@pytest.mark.promise("P73")
@pytest.mark.parametrize("is_led", [False, True])
async def test_no_name_that_passes_stands_in_a_file_or_a_log(
    own_sqlite: Settings,
    rooms: FakeRoomAdmin,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    is_led: bool,
) -> None:
    if is_led:
        monkeypatch.setattr(Settings, "media_room_capacity", property(lambda _self: 151))
    host = await confirmed("ann")
    made = await opened(host)
    room = await room_of(made.code)
    organizer = (await admitted(made.code, tab="host", session=await session_of(host))).identity
    guest = (await admitted(made.code, tab="guest", name=NAME)).identity
    rooms.rooms[room] = [guest]
    with caplog.at_level(logging.DEBUG):
        async with house() as home:
            browser = await home.comes(room, organizer)
            await says_all(browser, organizer, is_led=is_led)
            await moderation.hand_over(Caller(host.id), made.code, guest, ticket=TICKET)
            assert (await home.hello(room, guest).hears("state"))["ticket"] == json.loads(TICKET)
            assert "parley.db-wal" in files_of(tmp_path)  # and it is looked at too
            assert holding(tmp_path, b"canary") == []
            await moderation.end(Caller(host.id), made.code)
    assert holding(tmp_path, b"canary") == []
    assert [line for line in caplog.text.lower().splitlines() if "canary" in line] == []
