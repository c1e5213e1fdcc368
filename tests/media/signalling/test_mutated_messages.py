"""Signalling and data packets with their bytes changed: each is obeyed, ignored or refused, and the room stays whole."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from google.protobuf.message import Message
from livekit.protocol import models, rtc

from media.errors import InvalidDescription, ProtocolViolation
from media.room.participant import Participant
from media.signalling.dispatch import Dispatch
from media.signalling.negotiation import SubscriberNegotiation
from media.signalling.websocket import decode
from tests.media.fakes import Timers
from tests.media.world import CONFIG, World, add_track, sink, subscriber

ROUNDS = 4_000
SEEDS: list[Message] = [
    rtc.SignalRequest(offer=rtc.SessionDescription(type="offer", sdp="sdp", id=1)),
    rtc.SignalRequest(answer=rtc.SessionDescription(type="answer", sdp="sdp", id=1)),
    rtc.SignalRequest(trickle=rtc.TrickleRequest(candidateInit='{"candidate": ""}')),
    rtc.SignalRequest(add_track=add_track("cid", "video", width=640, layers=[models.VideoLayer(width=320)])),
    rtc.SignalRequest(mute=rtc.MuteTrackRequest(sid="TR_1", muted=True)),
    rtc.SignalRequest(subscription=rtc.UpdateSubscription(track_sids=["TR_1"], subscribe=True)),
    rtc.SignalRequest(track_setting=rtc.UpdateTrackSettings(track_sids=["TR_1"], disabled=True, width=5)),
    rtc.SignalRequest(
        subscription_permission=rtc.SubscriptionPermission(
            track_permissions=[rtc.TrackPermission(participant_identity="ben", track_sids=["TR_1"])]
        )
    ),
    rtc.SignalRequest(update_metadata=rtc.UpdateParticipantMetadata(name="n", metadata="m", attributes={"a": "b"})),
    rtc.SignalRequest(update_audio_track=rtc.UpdateLocalAudioTrack(track_sid="TR_1", features=[models.TF_STEREO])),
    rtc.SignalRequest(ping_req=rtc.Ping(timestamp=1, rtt=2)),
    rtc.SignalRequest(publish_data_track_request=rtc.PublishDataTrackRequest(pub_handle=9)),
]
PACKETS: list[Message] = [
    models.DataPacket(user=models.UserPacket(payload=b"hello", destination_identities=["ben"]), sequence=1),
    models.DataPacket(encrypted_packet=models.EncryptedPacket(encrypted_value=b"secret", iv=b"iv", key_index=1)),
    models.DataPacket(stream_header=models.DataStream.Header(stream_id="s", topic="chat", total_length=5)),
    models.DataPacket(rpc_request=models.RpcRequest(id="1", method="m", payload="p"), destination_identities=["ben"]),
]


def mutations(seeds: list[Message]) -> Iterator[bytes]:
    """Valid messages with bytes changed, cut or repeated; the same in every run."""
    dice = random.Random(5)  # noqa: S311 - the same messages in every run.
    for _ in range(ROUNDS):
        data = bytearray(dice.choice(seeds).SerializeToString())
        for _ in range(dice.randint(1, 3)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        if dice.random() < 0.3:
            at = dice.randrange(len(data))
            data[at : at + dice.randint(0, 3)] = dice.randbytes(dice.randint(0, 3))
        yield bytes(data) * dice.choice([1, 1, 1, 2])


def fresh(world: World, participant: Participant) -> Dispatch:
    peer = participant.subscriber_peer
    assert peer is not None
    negotiation = SubscriberNegotiation(participant, peer, Timers(), lambda: None)
    return Dispatch(world.room, participant, negotiation, CONFIG)


def test_mutated_signalling() -> None:
    world = World()
    ann, ben = world.join("ann", can_update_own_metadata=True), world.join("ben")
    obeyed = 0
    for data in mutations(SEEDS):
        world.clock.now += 1.0
        try:
            request = decode(data)
            obeyed += fresh(world, ann).handle(request) != "ignored"
        except (InvalidDescription, ProtocolViolation):
            continue
    assert ROUNDS / 20 < obeyed < ROUNDS
    assert not ann.is_gone
    assert not ben.is_gone
    world.publish(ben)
    assert len(subscriber(ann).downs) == 1
    assert ann.info().SerializeToString()
    assert sink(ben).messages


@pytest.mark.parametrize("label", ["_reliable", "_lossy"])
def test_mutated_data_packets(label: str) -> None:
    world = World()
    ann, ben = world.join("ann"), world.join("ben")
    counters = world.registry.counters
    for data in mutations(PACKETS):
        world.clock.now += 1.0
        subscriber(ann).observer.peer_data(subscriber(ann), label, data)
    delivered = [models.DataPacket.FromString(payload) for _, payload in subscriber(ben).sent]
    assert len(delivered) == counters.totals["data_packets_forwarded", ""]
    assert {packet.participant_identity for packet in delivered} == {"ann"}
    assert len(delivered) + counters.total("data_packets_dropped") >= 0.9 * ROUNDS
