"""Session descriptions (RFC 8866, RFC 8829) as typed values; `sdp_reader` makes them and `sdp_writer` writes ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_SECTIONS = 128
"""Sections of one description; livekit-client opens a new one at each publication and never closes any."""
FEEDBACK: Mapping[str, tuple[str, ...]] = {"audio": ("nack",), "video": ("nack", "nack pli", "ccm fir", "goog-remb")}
"""The RTCP feedback that we understand, by kind of media, in the order we write it."""
_ASSOCIATED = re.compile(r"(?:^|[;\s])apt=(\d{1,3})(?:$|[;\s])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Codec:
    """One payload type of a section."""

    payload_type: int
    name: str
    """Lower case, such as 'opus', 'vp8', 'rtx'."""
    clock_rate: int
    parameters: str
    """The format parameters (`a=fmtp`) as written, empty without."""
    feedback: frozenset[str]
    """Those of FEEDBACK that its author understands."""

    @property
    def associated(self) -> int:
        """The payload type that this one retransmits (RFC 4588 section 8.1), -1 for none."""
        match = _ASSOCIATED.search(self.parameters)
        return int(match[1]) if match else -1


@dataclass(frozen=True, slots=True)
class Transport:
    """Keys and addresses of one side: ICE credentials, certificate fingerprints, DTLS role."""

    ufrag: str
    password: str = field(repr=False)
    fingerprints: tuple[tuple[str, str], ...]
    """(algorithm in lower case, value in upper case)."""
    setup: str
    """'actpass', 'active' or 'passive'."""


@dataclass(frozen=True, slots=True)
class Section:
    """One media section."""

    kind: str
    """'audio', 'video', 'application' or whatever else the peer wrote."""
    protocol: str
    is_rejected: bool
    mid: str
    direction: str
    codecs: tuple[Codec, ...]
    extensions: Mapping[str, int]
    """Ids of header extensions by URI."""
    stream_id: str
    track_id: str
    """Both from `a=msid`, empty without."""
    ssrcs: tuple[int, ...]
    repairs: Mapping[int, int]
    """Primary SSRC to its RTX SSRC (`a=ssrc-group:FID`)."""
    rids: tuple[str, ...]
    """Simulcast layers that the peer sends, in its order (RFC 8853)."""
    sctp_port: int
    max_message_size: int
    has_reduced_size_rtcp: bool
    transport: Transport | None

    @property
    def sends(self) -> bool:
        """Whether the author of the description sends media here."""
        return not self.is_rejected and self.direction in ("sendrecv", "sendonly")

    @property
    def receives(self) -> bool:
        """Whether the author of the description takes media here."""
        return not self.is_rejected and self.direction in ("sendrecv", "recvonly")

    @property
    def carries_data(self) -> bool:
        """Whether the data channels are here."""
        return self.kind == "application" and not self.is_rejected

    def codec(self, name: str) -> Codec | None:
        """The first payload type of the codec `name` (lower case)."""
        return next((codec for codec in self.codecs if codec.name == name), None)

    def retransmission_of(self, payload_type: int) -> Codec | None:
        """The RTX payload type that belongs to `payload_type`."""
        return next((c for c in self.codecs if c.name == "rtx" and c.associated == payload_type), None)


@dataclass(frozen=True, slots=True)
class Description:
    """A whole description; every live section shares the one transport (BUNDLE)."""

    sections: tuple[Section, ...]
    transport: Transport
