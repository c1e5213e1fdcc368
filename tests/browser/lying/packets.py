"""Lies about data packets: forges them, sends them on in another's name, again, or in another order."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from livekit.protocol import models

from media.room import data_packets
from media.room.data_packets import RELIABLE, DataEnd, DataRelay
from media.room.room import Room
from tests.browser.lying.lies import Lies

MAX_KEPT = 2000
CHAT = "lk.chat"
ORDER = "parley.order"


class Packets:
    """What clients sent, as it came, and what is done with it."""

    def __init__(self, lies: Lies) -> None:
        self.came: list[bytes] = []
        """The payloads of the data channels as clients wrote them."""
        self._lies = lies
        self._passed: list[models.DataPacket] = []
        self._withheld: list[models.DataPacket] = []

    def install(self) -> None:
        """From now on all data packets come through here."""
        DataRelay.receive = self._receiving(DataRelay.receive)
        DataRelay._forward = self._forwarding(DataRelay._forward)
        data_packets._stamp = self._stamping(data_packets._stamp)

    def _receiving(self, truth: Callable[..., None]) -> Callable[..., None]:
        def receive(relay: DataRelay, sender: DataEnd, gate: object, label: str, payload: bytes, *rest: object) -> None:
            if len(self.came) < MAX_KEPT:
                self.came.append(payload)
            truth(relay, sender, gate, label, payload, *rest)

        return receive

    def _stamping(self, truth: Callable[..., None]) -> Callable[..., None]:
        def stamp(packet: models.DataPacket, sender: DataEnd, label: str) -> None:
            truth(packet, sender, label)
            lies = self._lies
            packet.participant_identity = lies.speaks_as.get(
                sender.identity, lies.called.get(sender.identity, sender.identity)
            )

        return stamp

    def _forwarding(self, truth: Callable[..., None]) -> Callable[..., None]:
        def forward(
            relay: DataRelay, packet: models.DataPacket, label: str, receivers: Iterable[DataEnd], *rest: object
        ) -> None:
            copy = models.DataPacket()
            copy.CopyFrom(packet)
            copy.sequence = 0  # the receivers' own count of packets is no obstacle to a server
            kept = self._withheld if self._lies.withholds_data else self._passed
            if len(kept) < MAX_KEPT:
                kept.append(copy)
            if not self._lies.withholds_data:
                truth(relay, packet, label, receivers, *rest)

        return forward

    def replay(self, room: Room) -> int:
        """Send all that passed once more, to everybody; how many that were."""
        for packet in list(self._passed):
            _send(room, packet)
        return len(self._passed)

    def release(self, room: Room) -> int:
        """Send what was kept back, the last first."""
        withheld, self._withheld = self._withheld, []
        for packet in reversed(withheld):
            _send(room, packet)
        return len(withheld)


def say(room: Room, identity: str, text: str) -> None:
    """Write `text` into the chat in somebody's name, in clear, as LiveKit's own clients do."""
    stream, content = str(uuid.uuid4()), text.encode()
    header = models.DataStream.Header(
        stream_id=stream,
        timestamp=int(time.time() * 1000),
        topic=CHAT,
        mime_type="text/plain",
        total_length=len(content),
        text_header=models.DataStream.TextHeader(),
        attributes={"id": str(uuid.uuid4())},
    )
    for part in (
        models.DataPacket(stream_header=header),
        models.DataPacket(stream_chunk=models.DataStream.Chunk(stream_id=stream, chunk_index=0, content=content)),
        models.DataPacket(stream_trailer=models.DataStream.Trailer(stream_id=stream)),
    ):
        _send(room, part, identity)


def order(room: Room, identity: str, to: str, *, is_marked: bool) -> None:
    """Order `to` to mute, in somebody's name; `is_marked`: as a packet that calls itself sealed, of bytes made up."""
    text = json.dumps({"order": "mute", "to": to, "id": str(uuid.uuid4())})
    signature = base64.urlsafe_b64encode(bytes(64)).rstrip(b"=").decode()
    word: dict[str, Any] = {"epoch": 1, "text": text, "signature": signature}
    payload = json.dumps(word).encode()
    if is_marked:
        sealed = models.EncryptedPacket(
            encryption_type=models.Encryption.GCM, iv=bytes(12), key_index=1, encrypted_value=payload
        )
        return _send(room, models.DataPacket(encrypted_packet=sealed), identity)
    return _send(room, models.DataPacket(user=models.UserPacket(payload=payload, topic=ORDER)), identity)


def _send(room: Room, packet: models.DataPacket, identity: str = "") -> None:
    packet.kind = models.DataPacket.RELIABLE
    packet.participant_identity = identity or packet.participant_identity
    sender = room.members.get(packet.participant_identity)
    packet.participant_sid = sender.sid if sender else ""
    for member in room.members.values():
        if member is not sender:
            member.send_data(RELIABLE, packet.SerializeToString())
