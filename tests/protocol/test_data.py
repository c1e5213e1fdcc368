"""Data between official clients: packets, streams, remote calls, addressees, and rooms kept apart."""

from __future__ import annotations

import asyncio

import pytest
from livekit import rtc

from tests.protocol.people import HEIGHT, PATIENCE_S, WIDTH, People, Person, token, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(60)]


def payloads(person: Person) -> list[bytes]:
    return [bytes(packet.data) for packet in person.data]


async def connected(sender: Person, receiver: Person) -> None:
    """Both channels are open: a first packet went through."""
    await sender.me.publish_data(b"first", reliable=True)
    await until(lambda: b"first" in payloads(receiver), "first packet")


@pytest.mark.parametrize("reliable", [True, False])
async def test_packets_reach_everybody_else_in_the_room(people: People, reliable: bool) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    stranger = await people.join("ben", people.room_name + "-other")
    await connected(ann, ben)
    for number in range(20):
        await ann.me.publish_data(b"%d" % number, reliable=reliable, topic="t")
    await until(lambda: len(payloads(ben)) == 21, "packets")
    assert payloads(ben)[1:] == [b"%d" % number for number in range(20)]
    packet = ben.data[-1]
    assert packet.participant is not None
    assert (packet.participant.identity, packet.topic) == ("ann", "t")
    assert payloads(ann) == []
    assert payloads(stranger) == []


async def test_only_those_named_receive(people: People) -> None:
    ann, ben, cleo = [await people.join(name) for name in ("ann", "ben", "cleo")]
    await connected(ann, ben)
    await ann.me.publish_data(b"for cleo", destination_identities=["cleo"])
    await ann.me.publish_data(b"for all")
    await until(lambda: b"for all" in payloads(ben), "packet for all")
    await until(lambda: b"for all" in payloads(cleo), "packet for all")
    assert b"for cleo" in payloads(cleo)
    assert b"for cleo" not in payloads(ben)


async def test_who_may_not_send_is_not_heard(people: People) -> None:
    ann, ben, mute = (
        await people.join("ann"),
        await people.join("ben"),
        await people.join("mute", can_publish_data=False),
    )
    before = await people.refused("data_packets_dropped")
    await asyncio.wait_for(mute.me.publish_data(b"forbidden"), PATIENCE_S)
    async with asyncio.timeout(PATIENCE_S):
        while await people.refused("data_packets_dropped") == before:
            await asyncio.sleep(0.05)
    await connected(ann, ben)
    assert payloads(ben) == [b"first"]


async def test_long_text_arrives_whole_and_in_order(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    reading: list[asyncio.Task[str]] = []

    def receive(reader: rtc.TextStreamReader, sender: str) -> None:
        reading.append(asyncio.create_task(reader.read_all()))

    ben.room.register_text_stream_handler("chat", receive)
    await connected(ann, ben)
    long = "żółw " * 40_000
    await ann.me.send_text("short", topic="chat")
    await ann.me.send_text(long, topic="chat")
    await until(lambda: len(reading) == 2, "texts")
    assert await asyncio.wait_for(asyncio.gather(*reading), 20) == ["short", long]


async def test_remote_call_and_its_answer(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")

    async def greet(call: rtc.RpcInvocationData) -> str:
        return f"hello {call.caller_identity}, {call.payload}"

    ben.me.register_rpc_method("greet", greet)
    await connected(ann, ben)
    answer = await ann.me.perform_rpc(destination_identity="ben", method="greet", payload="welcome")
    assert answer == "hello ann, welcome"


async def test_what_is_sent_while_somebody_joins_is_not_lost(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    await connected(ann, ben)

    async def count() -> None:
        for number in range(100):
            await ann.me.publish_data(b"%d" % number)
            await asyncio.sleep(0.01)

    counting = asyncio.create_task(count())
    await until(lambda: len(payloads(ben)) > 10, "first numbers")
    cleo = await people.join("cleo")
    await counting
    await until(lambda: payloads(cleo)[-1:] == [b"99"], "last number")
    heard = [int(payload) for payload in payloads(cleo)]
    assert heard == list(range(heard[0], 100))


async def test_encrypted_room_is_forwarded_unread(people: People) -> None:
    everybody: list[Person] = []
    for identity in ("ann", "ben"):
        person = Person(identity)
        person.listen()
        options = rtc.RoomOptions(
            single_peer_connection=False,
            encryption=rtc.E2EEOptions(key_provider_options=rtc.KeyProviderOptions(shared_key=b"a pass phrase")),
        )
        await person.room.connect(people.media.url, token(identity, people.room_name), options)
        everybody.append(person)
    people.present.extend(everybody)
    ann, ben = everybody
    await asyncio.gather(ann.show_camera(), ann.speak())
    await until(lambda: ben.frames["ann"] > 5, "decrypted pictures")
    await until(lambda: ben.loudness["ann"] > 3000, "decrypted sound")
    await connected(ann, ben)
    assert ben.sizes["ann"] == (WIDTH, HEIGHT)
    tracks = ben.room.remote_participants["ann"].track_publications.values()
    assert {track.encryption_type for track in tracks} == {rtc.EncryptionType.GCM}
