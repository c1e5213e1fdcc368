"""Who is not let in, and with which status; what a token for one room is worth in another."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from livekit import rtc

from tests.protocol.people import People, token, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(60)]

STRANGERS: list[tuple[str, dict[str, Any], int]] = [
    ("expired", {"ttl_s": -60}, 401),
    ("foreign secret", {"secret": "another-secret-" * 4}, 401),
    ("no right to join", {"room_join": False}, 401),
]


@pytest.mark.parametrize(("name", "claims", "status"), STRANGERS, ids=[name for name, _, _ in STRANGERS])
async def test_strangers_are_refused_with_the_right_status(
    people: People, name: str, claims: dict[str, Any], status: int
) -> None:
    text = token("ann", people.room_name, **claims)
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{people.media.http_url}/rtc/validate", params={"access_token": text}) as response:
            assert response.status == status
        with pytest.raises(aiohttp.WSServerHandshakeError) as handshake:
            await client.ws_connect(f"{people.media.url}/rtc", params={"access_token": text})
        assert handshake.value.status == status
    room = rtc.Room()
    with pytest.raises(rtc.ConnectError):
        await asyncio.wait_for(room.connect(people.media.url, text), 10)


@pytest.mark.parametrize("text", ["", "junk", "a.b.c"])
async def test_junk_instead_of_a_token_is_refused(people: People, text: str) -> None:
    async with aiohttp.ClientSession() as client:
        url = f"{people.media.http_url}/rtc/validate"
        async with client.get(url, headers={"Authorization": f"Bearer {text}"}) as response:
            assert response.status == 401


async def test_token_for_one_room_never_reaches_another(people: People) -> None:
    ann, ben = [await people.join(name, people.room_name + "-a") for name in ("ann", "ben")]
    intruder, friend = [await people.join(name, people.room_name + "-b") for name in ("eve", "fay")]
    await ann.speak()
    await intruder.me.publish_data(b"hello?", destination_identities=["ann"])
    await intruder.me.publish_data(b"and you?", destination_identities=["fay"])
    await until(lambda: friend.data, "what was said later, to the same room")
    await until(lambda: ben.loudness["ann"] > 3000, "sound in the same room")
    assert intruder.room.name == people.room_name + "-b"
    assert list(intruder.room.remote_participants) == ["fay"]
    assert list(ann.room.remote_participants) == ["ben"]
    assert not ann.data
    assert not intruder.loudness


async def test_hidden_observer_is_seen_by_nobody(people: People) -> None:
    ann = await people.join("ann")
    ghost = await people.join("ghost", hidden=True)
    await ann.speak()
    await until(lambda: ghost.loudness["ann"] > 3000, "sound for the observer")
    assert list(ghost.room.remote_participants) == ["ann"]
    assert not ann.room.remote_participants
    assert not ann.saw("participant_connected")
