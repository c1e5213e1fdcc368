"""One participant's session: who they are, what they may do, and the two peer connections that carry their media."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from livekit.protocol import models, rtc

from media.config import Limits
from media.room.data_packets import DataGate
from media.room.identifiers import new_sid
from media.room.permissions import Grants, permission_of
from media.room.publications import Publications
from media.room.subscriptions import Audience, Subscriptions
from media.transport.peer import Peer

_KINDS = {
    "standard": models.ParticipantInfo.STANDARD,
    "ingress": models.ParticipantInfo.INGRESS,
    "egress": models.ParticipantInfo.EGRESS,
    "sip": models.ParticipantInfo.SIP,
    "agent": models.ParticipantInfo.AGENT,
}
_DEPENDENT_KINDS = ("egress", "agent")


class ClientSink(Protocol):
    """The client's signalling, as the room sees it. Nothing here blocks or raises."""

    def send(self, message: bytes) -> None:
        """Queues an encoded SignalResponse; a client whose queue is full is closed."""
        ...

    def renegotiate(self) -> None:
        """Offer soon what this client receives, since its copies changed."""
        ...

    def refresh_token(self) -> None:
        """Send the client a token that tells its changed permission."""
        ...

    def finish(self) -> None:
        """Close after what was queued is written."""
        ...


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who wants to join: verified grants and what their client said about itself."""

    grants: Grants
    auto_subscribe: bool = True
    client_protocol: int = 0
    capabilities: Sequence[models.ClientInfo.Capability] = ()
    attributes: dict[str, str] = field(default_factory=dict[str, str])
    """Attributes beyond those of the token, already checked against the permission."""


def encode(**message: Any) -> bytes:
    """Encode a SignalResponse, given as its field and value."""
    return rtc.SignalResponse(**message).SerializeToString()


class Participant:
    """One session of one identity in one room; a reconnection is a new one."""

    def __init__(self, newcomer: Newcomer, sink: ClientSink, limits: Limits, now: float) -> None:
        grants = newcomer.grants
        self.sid = new_sid("PA_")
        self.identity = grants.identity
        self.grants = grants
        self.sink = sink
        self.name = grants.name
        self.metadata = grants.metadata
        self.attributes = {**grants.attributes, **newcomer.attributes}
        self.permission = permission_of(grants)
        self.state: models.ParticipantInfo.State = models.ParticipantInfo.JOINED
        self.disconnect_reason: models.DisconnectReason = models.UNKNOWN_REASON
        self.version = 1
        self.joined_at = now
        self.is_gone = False
        self.is_active = False
        """Whether data packets can reach it: its channels are open."""
        self.media_lost_at: float | None = None
        """When one of its connections ended, monotonic seconds."""
        self.gate = DataGate(limits, now)
        self.publications = Publications(self.sid, self.identity, limits)
        self.subscriptions = Subscriptions(newcomer.auto_subscribe)
        self.audience = Audience()
        self.subscriber_peer: Peer | None = None
        self.publisher_peer: Peer | None = None
        self._joined_at_ms = int(time.time() * 1000)
        self._client = newcomer

    @property
    def is_hidden(self) -> bool:
        """Whether nobody else may know of it."""
        return self.permission.hidden

    @property
    def is_dependent(self) -> bool:
        """Whether it is only here for the others, such as a recorder: it takes no seat and keeps no room open."""
        return self.permission.recorder or self.grants.kind in _DEPENDENT_KINDS

    def info(self) -> models.ParticipantInfo:
        """What others are told about this participant now."""
        return models.ParticipantInfo(
            sid=self.sid,
            identity=self.identity,
            name=self.name,
            state=self.state,
            metadata=self.metadata,
            attributes=self.attributes,
            permission=self.permission,
            version=self.version,
            joined_at=self._joined_at_ms // 1000,
            joined_at_ms=self._joined_at_ms,
            tracks=[publication.info for publication in self.publications.live.values()],
            is_publisher=bool(self.publications.live),
            kind=_KINDS.get(self.grants.kind, models.ParticipantInfo.STANDARD),
            disconnect_reason=self.disconnect_reason,
            client_protocol=self._client.client_protocol,
            capabilities=self._client.capabilities,
        )

    def send(self, **message: object) -> None:
        """Queues one signalling message, given as the field of SignalResponse and its value."""
        self.sink.send(encode(**message))

    def send_data(self, label: str, payload: bytes) -> bool:
        """Queues a data packet on the subscriber connection; False when it cannot take it."""
        return self.subscriber_peer is not None and self.subscriber_peer.send_data(label, payload)

    def close_peers(self, reason: str) -> None:
        """Ends both connections."""
        for peer in (self.publisher_peer, self.subscriber_peer):
            if peer is not None:
                peer.close(reason)
