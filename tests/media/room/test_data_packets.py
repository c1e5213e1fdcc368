"""Data packets: who receives, what is overwritten, what is dropped, what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from livekit.protocol import models

from media.room.data_packets import LOSSY, RELIABLE, REPLAY_S
from media.room.participant import Participant
from tests.media.world import CONFIG, World, limits, subscriber


def user_packet(**fields: Any) -> models.DataPacket:
    return models.DataPacket(user=models.UserPacket(payload=b"hello", topic="t"), **fields)


def received(participant: Participant) -> list[models.DataPacket]:
    return [models.DataPacket.FromString(payload) for _, payload in subscriber(participant).sent]


def send(world: World, sender: Participant, packet: models.DataPacket | bytes, label: str = RELIABLE) -> None:
    payload = packet if isinstance(packet, bytes) else packet.SerializeToString()
    world.room.data.receive(sender, sender.gate, label, payload, world.room.members.values(), world.clock())


@pytest.fixture
def world() -> World:
    return World()


def dropped(world: World, reason: str) -> int:
    return world.registry.counters.totals["data_packets_dropped", reason]


def test_everybody_else_receives_on_the_same_channel(world: World) -> None:
    ann, ben, cleo = (world.join(name) for name in ("ann", "ben", "cleo"))
    send(world, ann, user_packet(), LOSSY)
    assert [label for label, _ in subscriber(ben).sent] == [LOSSY]
    assert len(received(cleo)) == 1
    assert received(ann) == []


def test_only_those_named_receive(world: World) -> None:
    ann, ben, cleo = (world.join(name) for name in ("ann", "ben", "cleo"))
    send(world, ann, user_packet(destination_identities=["cleo", "nobody"]))
    packet = user_packet()
    packet.user.destination_identities.append("cleo")
    send(world, ann, packet)
    old = user_packet()
    old.user.destination_sids.append(cleo.sid)
    send(world, ann, old)
    assert len(received(cleo)) == 3
    assert received(ben) == []


def test_sender_cannot_be_forged(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    forged = user_packet(participant_identity="boss", participant_sid="PA_boss", kind=models.DataPacket.LOSSY)
    forged.user.participant_identity = "boss"
    forged.user.participant_sid = "PA_boss"
    send(world, ann, forged)
    packet = received(ben)[0]
    assert (packet.participant_identity, packet.participant_sid) == ("ann", ann.sid)
    assert (packet.user.participant_identity, packet.user.participant_sid) == ("ann", ann.sid)
    assert packet.kind == models.DataPacket.RELIABLE


def test_hidden_sender_stays_unknown(world: World) -> None:
    ann, ben = world.join("ann", hidden=True), world.join("ben")
    send(world, ann, user_packet())
    assert (received(ben)[0].participant_identity, received(ben)[0].participant_sid) == ("", "")


def test_encrypted_payload_is_untouched(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    secret = models.EncryptedPacket(iv=b"i" * 12, key_index=3, encrypted_value=bytes(range(256)))
    send(world, ann, models.DataPacket(encrypted_packet=secret))
    assert received(ben)[0].encrypted_packet == secret


def test_sender_without_permission_is_ignored(world: World) -> None:
    ann, ben = world.join("ann", can_publish_data=False), world.join("ben")
    send(world, ann, user_packet())
    assert received(ben) == []
    assert dropped(world, "not_allowed") == 1


def test_reliable_packet_that_came_before_is_dropped(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    for sequence in (1, 2, 2, 1, 3):
        send(world, ann, user_packet(sequence=sequence))
    assert [packet.sequence for packet in received(ben)] == [1, 2, 3]


def test_lossy_packets_may_repeat_their_number(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    for _ in range(2):
        send(world, ann, user_packet(sequence=1), LOSSY)
    assert len(received(ben)) == 2


@pytest.mark.parametrize(
    ("payload", "label", "reason"),
    [
        (b"\xff\xff\xff", RELIABLE, "malformed"),
        (b"", RELIABLE, "kind"),
        (models.DataPacket(speaker=models.ActiveSpeakerUpdate()).SerializeToString(), RELIABLE, "kind"),
        (models.DataPacket(transcription=models.Transcription()).SerializeToString(), RELIABLE, "kind"),
        (b"x" * 70_000, RELIABLE, "too_large"),
        (user_packet().SerializeToString(), "_data_track", "channel"),
        (user_packet(destination_identities=["x"] * 257).SerializeToString(), RELIABLE, "destinations"),
    ],
)
def test_what_is_wrong_is_dropped_and_counted(world: World, payload: bytes, label: str, reason: str) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    send(world, ann, payload, label)
    assert received(ben) == []
    assert dropped(world, reason) == 1


def test_rate_is_limited_by_sender() -> None:
    config = type(CONFIG)(api_key="k", api_secret="s", limits=limits(data_packets_per_s=10, data_bytes_per_s=1_000_000))
    world = World(config)
    ann, ben, cleo = (world.join(name) for name in ("ann", "ben", "cleo"))
    for _ in range(100):
        send(world, ann, user_packet(), LOSSY)
    send(world, cleo, user_packet(), LOSSY)
    assert len(received(ben)) == 20 + 1
    world.clock.now += 1.0
    for _ in range(100):
        send(world, ann, user_packet(), LOSSY)
    assert len(received(ben)) == 21 + 10


def test_bytes_are_limited_too() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(data_bytes_per_s=2_000)))
    ann, ben = world.join("ann"), world.join("ben")
    for _ in range(10):
        send(world, ann, models.DataPacket(user=models.UserPacket(payload=b"x" * 5_000)), LOSSY)
    assert len(received(ben)) == 3


def test_copies_are_limited_by_how_many_receive() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(data_copied_bytes_per_s=10_000)))
    ann, ben, *others = (world.join(name) for name in ("ann", "ben", "c", "d", "e"))
    for _ in range(10):
        send(world, ann, models.DataPacket(user=models.UserPacket(payload=b"x" * 5_000)), LOSSY)
    assert len(received(ben)) == len(received(others[0])) == 3
    assert dropped(world, "copies") == 7


def test_copies_are_counted_however_small_they_are() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(data_copies_per_s=10)))
    ann, ben, *_ = (world.join(name) for name in ("ann", "ben", "c", "d", "e"))
    for _ in range(10):
        send(world, ann, user_packet(), LOSSY)
    assert len(received(ben)) == 2 * 10 // 4
    assert dropped(world, "copies") == 5


def test_slow_receiver_loses_its_own_copy_only(world: World) -> None:
    ann, ben, cleo = (world.join(name) for name in ("ann", "ben", "cleo"))
    subscriber(ben).takes_data = False
    send(world, ann, user_packet())
    assert len(received(cleo)) == 1
    assert dropped(world, "slow_receiver") == 1


def test_joining_participant_gets_what_was_sent_since_it_joined(world: World) -> None:
    ann = world.join("ann")
    send(world, ann, user_packet(sequence=1))
    world.clock.now += 0.1
    ben = world.enter("ben")
    send(world, ann, user_packet(sequence=2))
    send(world, ann, user_packet(sequence=3, destination_identities=["ann"]))
    send(world, ann, user_packet(), LOSSY)
    assert received(ben) == []
    subscriber(ben).connect()
    assert [packet.sequence for packet in received(ben)] == [2]


def test_replay_ends_after_a_while(world: World) -> None:
    ann, ben = world.join("ann"), world.enter("ben")
    send(world, ann, user_packet(sequence=1))
    world.clock.now += REPLAY_S + 0.1
    subscriber(ben).connect()
    assert received(ben) == []


def test_what_is_kept_is_bounded() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(replay_bytes=1000)))
    ann, ben = world.join("ann"), world.enter("ben")
    for sequence in range(1, 51):
        send(world, ann, user_packet(sequence=sequence))
    subscriber(ben).connect()
    sequences = [packet.sequence for packet in received(ben)]
    assert sequences
    assert len(sequences) < 50
    assert sequences[-1] == 50


def test_small_packets_are_kept_up_to_their_number() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(replay_packets=5)))
    ann, ben = world.join("ann"), world.enter("ben")
    for sequence in range(1, 51):
        send(world, ann, user_packet(sequence=sequence))
    subscriber(ben).connect()
    assert [packet.sequence for packet in received(ben)] == [46, 47, 48, 49, 50]
