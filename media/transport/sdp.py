"""Reading session descriptions (RFC 8866, RFC 8829) of browsers and SDKs into typed values, with bounds on everything.

Only what we act on is kept: unknown lines are skipped, contradictions raise InvalidDescription.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from media.errors import InvalidDescription

MAX_BYTES = 512 * 1024
MAX_SECTIONS = 128
"""Sections of one description; livekit-client opens a new one at each publication and never closes any."""
MAX_ATTRIBUTES = 600
"""Lines of one section; Chromium with every codec it has writes about 150."""
MAX_SSRCS = 16
"""Per section: three simulcast layers with retransmission use six."""

DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_TOKEN = re.compile(r"[!-~]{1,256}")
_MID = re.compile(r"[A-Za-z0-9_.:+{}-]{1,64}")
_ICE_CHARACTERS = re.compile(r"[A-Za-z0-9+/]+")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){15,63}")


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
    """Such as 'nack pli'."""

    @property
    def associated(self) -> int:
        """The payload type that this one retransmits (RFC 4588 section 8.1), -1 for none."""
        match = re.search(r"(?:^|[;\s])apt=(\d{1,3})(?:$|[;\s])", self.parameters)
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


_Attributes = list[tuple[str, str]]


def parse(text: str) -> Description:
    """Read a description. Raises InvalidDescription when it is too large, malformed, or not bundled."""
    if len(text) > MAX_BYTES:
        raise InvalidDescription("description is too large")
    session, media = _split(text)
    sections = tuple(_parse_section(line, attributes, session) for line, attributes in media)
    if not sections:
        raise InvalidDescription("description has no media section")
    mids = [section.mid for section in sections if not section.is_rejected]
    if len(set(mids)) != len(mids):
        raise InvalidDescription("two sections share a mid")
    _require_bundle(session, mids)
    return Description(sections, _common_transport(sections, session))


def _split(text: str) -> tuple[_Attributes, list[tuple[str, _Attributes]]]:
    """Session attributes, and each media line with its attributes."""
    session: _Attributes = []
    media: list[tuple[str, _Attributes]] = []
    current = session
    for line in text.splitlines():
        if line.startswith("m="):
            if len(media) >= MAX_SECTIONS:
                raise InvalidDescription("description has too many sections")
            current = []
            media.append((line[2:], current))
        elif line.startswith("a="):
            if len(current) >= MAX_ATTRIBUTES:
                raise InvalidDescription("section has too many attributes")
            name, _, value = line[2:].partition(":")
            current.append((name, value.strip()))
    return session, media


def _value(attributes: _Attributes, name: str) -> str:
    return next((value for key, value in attributes if key == name), "")


def _values(attributes: _Attributes, name: str) -> list[str]:
    return [value for key, value in attributes if key == name]


def _require_bundle(session: _Attributes, mids: list[str]) -> None:
    bundled = {mid for value in _values(session, "group") if value.startswith("BUNDLE") for mid in value.split()[1:]}
    if len(mids) > 1 and not bundled.issuperset(mids):
        raise InvalidDescription("sections are not bundled")


def _common_transport(sections: tuple[Section, ...], session: _Attributes) -> Transport:
    for section in sections:
        if not section.is_rejected and section.transport:
            return section.transport
    transport = _parse_transport(session, [])
    if transport is None:
        raise InvalidDescription("description has no ICE credentials or fingerprint")
    return transport


def _parse_transport(attributes: _Attributes, session: _Attributes) -> Transport | None:
    ufrag = _value(attributes, "ice-ufrag") or _value(session, "ice-ufrag")
    password = _value(attributes, "ice-pwd") or _value(session, "ice-pwd")
    fingerprints = _values(attributes, "fingerprint") or _values(session, "fingerprint")
    if not ufrag or not password or not fingerprints:
        return None
    # RFC 8839 section 5.4 gives these lengths.
    for text, shortest in ((ufrag, 4), (password, 22)):
        if not shortest <= len(text) <= 256 or not _ICE_CHARACTERS.fullmatch(text):
            raise InvalidDescription("ICE credentials are malformed")
    setup = _value(attributes, "setup") or _value(session, "setup") or "actpass"
    if setup not in ("actpass", "active", "passive"):
        raise InvalidDescription("DTLS role is unknown")
    return Transport(ufrag, password, tuple(_parse_fingerprint(value) for value in fingerprints[:8]), setup)


def _parse_fingerprint(value: str) -> tuple[str, str]:
    algorithm, _, digest = value.partition(" ")
    if not _TOKEN.fullmatch(algorithm) or not _FINGERPRINT.fullmatch(digest):
        raise InvalidDescription("fingerprint is malformed")
    return algorithm.lower(), digest.upper()


def _number(text: str, low: int, high: int, what: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 12 or not low <= int(text) <= high:
        raise InvalidDescription(f"{what} is not a number in its range")
    return int(text)


def _parse_section(line: str, attributes: _Attributes, session: _Attributes) -> Section:
    parts = line.split()
    if len(parts) < 4 or len(parts) > 260:
        raise InvalidDescription("media line is malformed")
    kind, port, protocol, *formats = parts
    mid = _value(attributes, "mid")
    is_rejected = _number(port.partition("/")[0], 0, 65535, "port") == 0
    if mid and not _MID.fullmatch(mid) or not mid and not is_rejected:
        raise InvalidDescription("mid is missing or malformed")
    is_media = kind in ("audio", "video")
    stream_id, track_id = _parse_msid(attributes) if is_media else ("", "")
    return Section(
        kind=kind,
        protocol=protocol,
        is_rejected=is_rejected and not any(key == "bundle-only" for key, _ in attributes),
        mid=mid,
        direction=_parse_direction(attributes, session),
        codecs=_parse_codecs(formats, attributes) if is_media else (),
        extensions=_parse_extensions(attributes),
        stream_id=stream_id,
        track_id=track_id,
        ssrcs=_parse_ssrcs(attributes),
        repairs=_parse_repairs(attributes),
        rids=_parse_rids(attributes),
        sctp_port=_number(_value(attributes, "sctp-port") or "5000", 1, 65535, "SCTP port"),
        max_message_size=_number(_value(attributes, "max-message-size") or "65536", 0, 1 << 40, "message size"),
        has_reduced_size_rtcp=any(key == "rtcp-rsize" for key, _ in attributes),
        transport=_parse_transport(attributes, session),
    )


def _parse_direction(attributes: _Attributes, session: _Attributes) -> str:
    for key, _ in (*attributes, *session):
        if key in DIRECTIONS:
            return key
    return "sendrecv"


def _parse_msid(attributes: _Attributes) -> tuple[str, str]:
    """Stream and track id; Firefox and old stacks may give them in `a=ssrc` lines only."""
    value = _value(attributes, "msid")
    if not value:
        found = (item.partition(" msid:")[2] for item in _values(attributes, "ssrc") if " msid:" in item)
        value = next(found, "")
    stream_id, _, track_id = value.partition(" ")
    track_id = track_id.partition(" ")[0]
    if value and not (_TOKEN.fullmatch(stream_id) and (not track_id or _TOKEN.fullmatch(track_id))):
        raise InvalidDescription("msid is malformed")
    return stream_id, track_id


def _parse_codecs(formats: list[str], attributes: _Attributes) -> tuple[Codec, ...]:
    maps = dict(_keyed(attributes, "rtpmap"))
    parameters = dict(_keyed(attributes, "fmtp"))
    feedback: dict[int, set[str]] = {}
    for value in _values(attributes, "rtcp-fb"):
        target, _, text = value.partition(" ")
        if target == "*":
            feedback.setdefault(-1, set()).add(text)
        elif target.isdecimal() and len(target) <= 3:
            feedback.setdefault(int(target), set()).add(text)
    everywhere = feedback.get(-1, set())
    codecs: list[Codec] = []
    for text in formats:
        payload_type = _number(text, 0, 127, "payload type")
        name, _, rest = maps.get(payload_type, "").partition("/")
        rate = rest.partition("/")[0]
        if not name:
            continue
        codecs.append(
            Codec(
                payload_type,
                name.lower(),
                _number(rate, 1, 1_000_000, "clock rate"),
                parameters.get(payload_type, ""),
                frozenset(feedback.get(payload_type, set()) | everywhere),
            )
        )
    return tuple(codecs)


def _keyed(attributes: _Attributes, name: str) -> list[tuple[int, str]]:
    """Attributes of the form `<payload type> <text>`."""
    found: list[tuple[int, str]] = []
    for value in _values(attributes, name):
        key, _, text = value.partition(" ")
        found.append((_number(key, 0, 127, "payload type"), text.strip()))
    return found


def _parse_extensions(attributes: _Attributes) -> dict[str, int]:
    extensions: dict[str, int] = {}
    for value in _values(attributes, "extmap"):
        key, _, rest = value.partition(" ")
        identifier = _number(key.partition("/")[0], 1, 4095, "extension id")
        uri = rest.partition(" ")[0]
        if identifier <= 255:
            extensions.setdefault(uri, identifier)
    return extensions


def _parse_ssrcs(attributes: _Attributes) -> tuple[int, ...]:
    ssrcs = {_number(value.partition(" ")[0], 0, 0xFFFFFFFF, "SSRC"): None for value in _values(attributes, "ssrc")}
    if len(ssrcs) > MAX_SSRCS:
        raise InvalidDescription("section has too many SSRCs")
    return tuple(ssrcs)


def _parse_repairs(attributes: _Attributes) -> dict[int, int]:
    repairs: dict[int, int] = {}
    for value in _values(attributes, "ssrc-group"):
        semantics, *ssrcs = value.split()
        if semantics == "FID" and len(ssrcs) == 2:
            repairs[_number(ssrcs[0], 0, 0xFFFFFFFF, "SSRC")] = _number(ssrcs[1], 0, 0xFFFFFFFF, "SSRC")
    if len(repairs) > MAX_SSRCS:
        raise InvalidDescription("section has too many SSRC groups")
    return repairs


def _parse_rids(attributes: _Attributes) -> tuple[str, ...]:
    rids: list[str] = []
    for value in _values(attributes, "rid"):
        name, _, rest = value.partition(" ")
        if rest.startswith("send") and name.isalnum() and len(name) <= 16:
            rids.append(name)
    if len(rids) > 4:
        raise InvalidDescription("section has too many layers")
    return tuple(rids)
