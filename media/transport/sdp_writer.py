"""Writing our own descriptions: answers to publishers and offers to subscribers.

Everything is bundled on one transport with host candidates only, since we are ICE-lite (RFC 8445 section 2.5).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from media.rtp import extensions
from media.transport.sdp import FEEDBACK, Codec, Section

OPUS, VP8, VP8_RTX = 111, 96, 97
"""Payload types of our own offers; a subscriber may answer with others."""
MAX_MESSAGE_SIZE = 65_535
SCTP_PORT = 5000
_HOST_PRIORITY = 126 << 24 | 65535 << 8 | 255
"""Of the first host candidate; each further one prefers its address by one less (RFC 8445 section 5.1.2.1)."""
_OPUS_PARAMETERS = "minptime=10;useinbandfec=1;usedtx=1"
_ANSWERED_EXTENSIONS = {
    "audio": (extensions.MID, extensions.AUDIO_LEVEL, extensions.ABS_SEND_TIME),
    "video": (extensions.MID, extensions.ABS_SEND_TIME),
}


@dataclass(frozen=True, slots=True)
class LocalTransport:
    """Our side of the transport as the description shows it."""

    ufrag: str
    password: str = field(repr=False)
    fingerprint: str
    """SHA-256 in upper case with colons."""
    setup: str
    ips: Sequence[str]
    """Our addresses, the preferred one first."""
    port: int

    def lines(self) -> list[str]:
        """The attributes every live section repeats."""
        return [
            f"a=ice-ufrag:{self.ufrag}",
            f"a=ice-pwd:{self.password}",
            f"a=fingerprint:sha-256 {self.fingerprint}",
            f"a=setup:{self.setup}",
            *(
                f"a=candidate:{number} 1 udp {_HOST_PRIORITY - (number - 1 << 8)} {ip} {self.port} typ host"
                for number, ip in enumerate(self.ips, 1)
            ),
            "a=end-of-candidates",
        ]

    def connection(self) -> str:
        """The `c=` line with the default candidate's address."""
        return f"c=IN {'IP6' if ':' in self.ips[0] else 'IP4'} {self.ips[0]}"


@dataclass(frozen=True, slots=True)
class OutgoingSection:
    """One section of an offer of ours that carries, or carried, a subscription."""

    kind: str
    mid: str
    is_stopped: bool
    stream_id: str = ""
    track_id: str = ""
    ssrc: int = 0
    rtx_ssrc: int = 0


def session(session_id: int, version: int, mids: Iterable[str], sections: Iterable[Sequence[str]]) -> str:
    """A whole description from its sections; `mids` are those that are live."""
    head = [
        "v=0",
        f"o=- {session_id} {version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        " ".join(("a=group:BUNDLE", *mids)),
        "a=extmap-allow-mixed",
        "a=msid-semantic: WMS *",
    ]
    return "\r\n".join([*head, *(line for section in sections for line in section)]) + "\r\n"


def choose_codecs(section: Section) -> list[Codec]:
    """What we take of an offered section: Opus or VP8 with its retransmission; empty when neither is there."""
    main = section.codec("opus" if section.kind == "audio" else "vp8")
    if main is None or section.is_rejected:
        return []
    repair = section.retransmission_of(main.payload_type) if section.kind == "video" else None
    return [main, repair] if repair else [main]


def answer(section: Section, codecs: Sequence[Codec], transport: LocalTransport) -> list[str]:
    """Our answer to any section; `codecs` are those we take of it."""
    if codecs:
        return answer_media(section, codecs, transport)
    if section.carries_data:
        return data_section(section.mid, section.protocol, transport)
    return reject(section)


def rejected(kind: str, protocol: str, formats: str, mid: str) -> list[str]:
    """A section that nobody uses (any more): port zero."""
    lines = [f"m={kind} 0 {protocol} {formats}", "c=IN IP4 0.0.0.0"]
    return [*lines, f"a=mid:{mid}", "a=inactive"] if mid else [*lines, "a=inactive"]


def reject(section: Section) -> list[str]:
    """The answer to a section that we do not take."""
    formats = "webrtc-datachannel" if section.kind == "application" else _first_format(section)
    return rejected(section.kind, section.protocol, formats, section.mid)


def _first_format(section: Section) -> str:
    return str(section.codecs[0].payload_type) if section.codecs else "0"


def answer_media(section: Section, codecs: Sequence[Codec], transport: LocalTransport) -> list[str]:
    """Our answer to a publisher's section: we receive what it sends."""
    types = " ".join(str(codec.payload_type) for codec in codecs)
    lines = [
        f"m={section.kind} {transport.port} {section.protocol} {types}",
        transport.connection(),
        *transport.lines(),
        f"a=mid:{section.mid}",
        "a=recvonly" if section.sends else "a=inactive",
        "a=rtcp-mux",
    ]
    if section.has_reduced_size_rtcp:
        lines.append("a=rtcp-rsize")
    known = (uri for uri in _ANSWERED_EXTENSIONS[section.kind] if uri in section.extensions)
    lines += [f"a=extmap:{section.extensions[uri]} {uri}" for uri in known]
    for codec in codecs:
        lines += _codec_lines(codec.payload_type, codec.name, codec.associated, section.kind, codec.feedback)
    return lines


def _codec_lines(
    payload_type: int, name: str, associated: int, kind: str, offered: frozenset[str] | None = None
) -> list[str]:
    if name == "rtx":
        return [f"a=rtpmap:{payload_type} rtx/90000", f"a=fmtp:{payload_type} apt={associated}"]
    spelled = "opus/48000/2" if kind == "audio" else "VP8/90000"
    lines = [f"a=rtpmap:{payload_type} {spelled}"]
    if kind == "audio":
        lines.append(f"a=fmtp:{payload_type} {_OPUS_PARAMETERS}")
    wanted = (feedback for feedback in FEEDBACK[kind] if offered is None or feedback in offered)
    return lines + [f"a=rtcp-fb:{payload_type} {feedback}" for feedback in wanted]


def data_section(mid: str, protocol: str, transport: LocalTransport) -> list[str]:
    """The data channels' section, in offers and answers alike (RFC 8841)."""
    return [
        f"m=application {transport.port} {protocol} webrtc-datachannel",
        transport.connection(),
        *transport.lines(),
        f"a=mid:{mid}",
        f"a=sctp-port:{SCTP_PORT}",
        f"a=max-message-size:{MAX_MESSAGE_SIZE}",
    ]


def offer_media(section: OutgoingSection, transport: LocalTransport) -> list[str]:
    """Our offer of one subscription."""
    types = str(OPUS) if section.kind == "audio" else f"{VP8} {VP8_RTX}"
    protocol = "UDP/TLS/RTP/SAVPF"
    if section.is_stopped:
        return rejected(section.kind, protocol, types, section.mid)
    return [
        f"m={section.kind} {transport.port} {protocol} {types}",
        transport.connection(),
        *transport.lines(),
        f"a=mid:{section.mid}",
        "a=sendonly",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        f"a=extmap:{extensions.MID_ID} {extensions.MID}",
        f"a=extmap:{extensions.ABS_SEND_TIME_ID} {extensions.ABS_SEND_TIME}",
        *_offered_codecs(section.kind),
        f"a=msid:{section.stream_id} {section.track_id}",
        *_source_lines(section),
    ]


def _offered_codecs(kind: str) -> list[str]:
    if kind == "audio":
        return _codec_lines(OPUS, "opus", -1, kind)
    return _codec_lines(VP8, "vp8", -1, kind) + _codec_lines(VP8_RTX, "rtx", VP8, kind)


def _source_lines(section: OutgoingSection) -> list[str]:
    lines: list[str] = []
    ssrcs = [section.ssrc]
    if section.kind == "video":
        ssrcs.append(section.rtx_ssrc)
        lines.append(f"a=ssrc-group:FID {section.ssrc} {section.rtx_ssrc}")
    return lines + [f"a=ssrc:{ssrc} cname:{section.stream_id}" for ssrc in ssrcs]
