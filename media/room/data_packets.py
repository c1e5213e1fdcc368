"""Data packets between the participants of one room: who may send, who receives, and what is kept for joiners.

Every packet is one protobuf `DataPacket` on a channel named `_reliable` or `_lossy`. The payload inside may be
end-to-end encrypted: it is forwarded as it came; only the sender's fields are written by us.
"""

from __future__ import annotations

import collections
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import DecodeError
from livekit.protocol import models

from media.config import Limits
from media.room.counters import Counters
from media.room.rate import TokenBucket

logger = logging.getLogger(__name__)

RELIABLE = "_reliable"
LOSSY = "_lossy"
KINDS = {RELIABLE: models.DataPacket.RELIABLE, LOSSY: models.DataPacket.LOSSY}
REPLAY_S = 10.0
"""Seconds a reliable packet is kept for participants whose channel is not open yet: an INIT that is lost while a
browser starts is only sent again after 3 s (aiortc's T1), and then 3 s later."""
MAX_DESTINATIONS = 256
"""Identities one packet may be addressed to."""
FORWARDED = frozenset(
    {
        "user",
        "chat_message",
        "rpc_request",
        "rpc_ack",
        "rpc_response",
        "stream_header",
        "stream_chunk",
        "stream_trailer",
        "encrypted_packet",
    }
)
"""Packet kinds clients may exchange. Speaker, transcription, metrics and telephony kinds are the server's or unused."""


class DataEnd(Protocol):
    """A participant, as far as data packets are concerned."""

    sid: str
    identity: str
    permission: models.ParticipantPermission
    is_active: bool
    """Whether its channels are open."""

    def send_data(self, label: str, payload: bytes) -> bool:
        """Queues `payload`; False when the channel's queue is full or not there."""
        ...


@dataclass(frozen=True, slots=True)
class Kept:
    """A reliable packet kept for those who are joining."""

    at: float
    sender_sid: str
    destinations: frozenset[str]
    payload: bytes


class DataGate:
    """What one sender may still send. Time in seconds."""

    def __init__(self, limits: Limits, now: float) -> None:
        self._packets = TokenBucket(limits.data_packets_per_s, limits.data_packets_per_s * 2, now)
        self._bytes = TokenBucket(limits.data_bytes_per_s, limits.data_bytes_per_s * 8, now)
        self._copied = TokenBucket(limits.data_copied_bytes_per_s, limits.data_copied_bytes_per_s * 8, now)
        self._copies = TokenBucket(limits.data_copies_per_s, limits.data_copies_per_s * 2, now)
        self._max_bytes = limits.max_data_bytes
        self.last_sequence = 0

    def refusal(self, size: int, now: float) -> str:
        """Why a packet of `size` bytes is dropped, or an empty string."""
        if size > self._max_bytes:
            return "too_large"
        if not self._packets.take(1, now) or not self._bytes.take(size, now):
            return "rate"
        return ""

    def may_copy(self, size: int, receivers: int, now: float) -> bool:
        """Take what copies of a packet for so many receivers cost; False when that is too much."""
        return self._copies.take(receivers, now) and self._copied.take(size * receivers, now)


class DataRelay:
    """Forwards the data packets of one room."""

    def __init__(self, limits: Limits, counters: Counters) -> None:
        self._counters = counters
        self._kept: collections.deque[Kept] = collections.deque()
        self._kept_bytes = 0
        self._max_kept_bytes = limits.replay_bytes
        self._max_kept = limits.replay_packets

    def receive(
        self, sender: DataEnd, gate: DataGate, label: str, payload: bytes, everybody: Iterable[DataEnd], now: float
    ) -> None:
        """Checks one packet of `sender` and forwards it. What is wrong is dropped and counted."""
        reason = self._refusal(sender, gate, label, payload, now)
        packet = models.DataPacket()
        if not reason:
            reason = _parse(packet, payload)
        if not reason and label == RELIABLE:
            reason = _repeated(gate, packet.sequence)
        receivers = [] if reason else _receivers(packet, everybody, sender.sid)
        if not reason and not gate.may_copy(len(payload), len(receivers), now):
            reason = "copies"
        if reason:
            self._counters.add("data_packets_dropped", reason)
            return
        _stamp(packet, sender, label)
        self._forward(packet, label, receivers, sender.sid, now)

    def announce(self, packet: models.DataPacket, everybody: Iterable[DataEnd], now: float) -> None:
        """Sends a packet of the server's own, on the channel its kind says."""
        label = next(label for label, kind in KINDS.items() if kind == packet.kind)
        self._forward(packet, label, _receivers(packet, everybody, ""), "", now)

    def _forward(
        self, packet: models.DataPacket, label: str, receivers: Iterable[DataEnd], sender_sid: str, now: float
    ) -> None:
        payload = packet.SerializeToString()
        if label == RELIABLE:
            self._keep(Kept(now, sender_sid, frozenset(packet.destination_identities), payload))
        for end in receivers:
            self._send(end, label, payload)

    def replay(self, end: DataEnd, since: float, now: float) -> None:
        """Sends a participant whose channel just opened the reliable packets since it joined, `REPLAY_S` at most."""
        self._forget(now)
        for kept in self._kept:
            if kept.at < since or kept.sender_sid == end.sid:
                continue
            if not kept.destinations or end.identity in kept.destinations:
                self._send(end, RELIABLE, kept.payload)

    def _send(self, end: DataEnd, label: str, payload: bytes) -> None:
        if end.send_data(label, payload):
            self._counters.add("data_packets_forwarded")
        else:
            self._counters.add("data_packets_dropped", "slow_receiver")

    def _refusal(self, sender: DataEnd, gate: DataGate, label: str, payload: bytes, now: float) -> str:
        if label not in KINDS:
            return "channel"
        if not sender.permission.can_publish_data:
            return "not_allowed"
        return gate.refusal(len(payload), now)

    def _keep(self, kept: Kept) -> None:
        self._forget(kept.at)
        self._kept.append(kept)
        self._kept_bytes += len(kept.payload)
        while self._kept_bytes > self._max_kept_bytes or len(self._kept) > self._max_kept:
            self._kept_bytes -= len(self._kept.popleft().payload)

    def _forget(self, now: float) -> None:
        while self._kept and self._kept[0].at < now - REPLAY_S:
            self._kept_bytes -= len(self._kept.popleft().payload)


def _receivers(packet: models.DataPacket, everybody: Iterable[DataEnd], sender_sid: str) -> list[DataEnd]:
    """Those the packet is addressed to who can receive now, never its sender. No address means everybody."""
    identities = {*packet.destination_identities, *packet.user.destination_identities}
    old_sids = frozenset(packet.user.destination_sids)
    return [
        end
        for end in everybody
        if end.is_active
        and end.sid != sender_sid
        and (not (identities or old_sids) or end.identity in identities or end.sid in old_sids)
    ]


def _parse(packet: models.DataPacket, payload: bytes) -> str:
    try:
        packet.ParseFromString(payload)
    except (DecodeError, RecursionError):
        return "malformed"
    if packet.WhichOneof("value") not in FORWARDED:
        return "kind"
    count = len(packet.destination_identities) + len(packet.user.destination_identities)
    if count + len(packet.user.destination_sids) > MAX_DESTINATIONS:
        return "destinations"
    return ""


def _repeated(gate: DataGate, sequence: int) -> str:
    """A reliable packet numbered like one before came twice. Number 0 means the sender does not count."""
    if not sequence:
        return ""
    if sequence <= gate.last_sequence:
        return "repeated"
    gate.last_sequence = sequence
    return ""


def _stamp(packet: models.DataPacket, sender: DataEnd, label: str) -> None:
    """Writes who sent it, whatever the sender claims, and joins the two lists of addressees."""
    hidden = sender.permission.hidden
    packet.participant_sid = "" if hidden else sender.sid
    packet.participant_identity = "" if hidden else sender.identity
    packet.kind = KINDS[label]
    if packet.WhichOneof("value") != "user":
        return
    packet.user.participant_sid = packet.participant_sid
    packet.user.participant_identity = packet.participant_identity
    merged = sorted({*packet.destination_identities, *packet.user.destination_identities})
    del packet.destination_identities[:]
    packet.destination_identities.extend(merged)
    del packet.user.destination_identities[:]
    packet.user.destination_identities.extend(merged)
