"""Reading session descriptions (RFC 8866, RFC 8829) of browsers and SDKs into typed values.

Only what we act on is kept: unknown lines are skipped, contradictions raise InvalidDescription. Payload formats are
read by `sdp_codecs`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from media.errors import InvalidDescription
from media.transport.sdp import Description, Section, Transport
from media.transport.sdp_codecs import read_codecs
from media.transport.sdp_lines import Attributes, number, split

MAX_SSRCS = 16
"""Per section: three simulcast layers with retransmission use six."""
MAX_RIDS = 4
MAX_FINGERPRINTS = 8
MAX_FORMATS = 256

DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_TOKEN = re.compile(r"[!-~]{1,256}")
_MID = re.compile(r"[A-Za-z0-9_.:+{}-]{1,64}")
_ICE_CHARACTERS = re.compile(r"[A-Za-z0-9+/]+")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2}){15,63}")


def parse(text: str) -> Description:
    """Read a description. Raises InvalidDescription when it is too large, malformed, or not bundled."""
    own, media = split(text)
    session = _Session.read(own)
    sections = tuple(_read_section(line, attributes, session) for line, attributes in media)
    if not sections:
        raise InvalidDescription("description has no media section")
    mids = [section.mid for section in sections if not section.is_rejected]
    if len(set(mids)) != len(mids):
        raise InvalidDescription("two sections share a mid")
    _require_bundle(own, mids)
    return Description(sections, _common_transport(sections, session))


def _require_bundle(session: Attributes, mids: list[str]) -> None:
    """Refuse live sections outside of the one BUNDLE group (RFC 9143)."""
    groups = (value.split() for value in session.values("group"))
    bundled = {mid for semantics, *group in filter(None, groups) if semantics == "BUNDLE" for mid in group}
    if len(mids) > 1 and not bundled.issuperset(mids):
        raise InvalidDescription("sections are not bundled")


def _common_transport(sections: tuple[Section, ...], session: _Session) -> Transport:
    for section in sections:
        if not section.is_rejected and section.transport:
            return section.transport
    transport = _read_transport(Attributes(), session)
    if transport is None:
        raise InvalidDescription("description has no ICE credentials or fingerprint")
    return transport


@dataclass(frozen=True, slots=True)
class _Session:
    """What the session says for all its sections, read once and not again for each of 128."""

    ufrag: str
    password: str
    fingerprints: tuple[tuple[str, str], ...]
    setup: str
    direction: str

    @classmethod
    def read(cls, attributes: Attributes) -> _Session:
        return cls(
            attributes.value("ice-ufrag"),
            attributes.value("ice-pwd"),
            _read_fingerprints(attributes),
            attributes.value("setup") or "actpass",
            attributes.first_of(DIRECTIONS) or "sendrecv",
        )


def _read_transport(attributes: Attributes, session: _Session) -> Transport | None:
    """ICE credentials (RFC 8839 section 5.4), certificate and DTLS role (RFC 8842 section 5)."""
    ufrag = attributes.value("ice-ufrag") or session.ufrag
    password = attributes.value("ice-pwd") or session.password
    fingerprints = _read_fingerprints(attributes) or session.fingerprints
    if not ufrag or not password or not fingerprints:
        return None
    for text, shortest in ((ufrag, 4), (password, 22)):
        if not shortest <= len(text) <= 256 or not _ICE_CHARACTERS.fullmatch(text):
            raise InvalidDescription("ICE credentials are malformed")
    setup = attributes.value("setup") or session.setup
    if setup not in ("actpass", "active", "passive"):
        raise InvalidDescription("DTLS role is unknown")
    return Transport(ufrag, password, fingerprints, setup)


def _read_fingerprints(attributes: Attributes) -> tuple[tuple[str, str], ...]:
    return tuple(map(_read_fingerprint, attributes.values("fingerprint")[:MAX_FINGERPRINTS]))


def _read_fingerprint(value: str) -> tuple[str, str]:
    algorithm, _, digest = value.partition(" ")
    if not _TOKEN.fullmatch(algorithm) or not _FINGERPRINT.fullmatch(digest):
        raise InvalidDescription("fingerprint is malformed")
    return algorithm.lower(), digest.upper()


@dataclass(frozen=True, slots=True)
class _MediaLine:
    """The `m=` line of a section (RFC 8866 section 5.14)."""

    kind: str
    port: int
    protocol: str
    formats: Sequence[str]

    @classmethod
    def read(cls, line: str) -> _MediaLine:
        parts = line.split()
        if not 4 <= len(parts) <= 3 + MAX_FORMATS:
            raise InvalidDescription("media line is malformed")
        kind, port, protocol, *formats = parts
        return cls(kind, number(port.partition("/")[0], 0, 65535, "port"), protocol, formats)


def _read_section(line: str, attributes: Attributes, session: _Session) -> Section:
    media = _MediaLine.read(line)
    is_media = media.kind in ("audio", "video")
    stream_id, track_id = _read_msid(attributes) if is_media else ("", "")
    return Section(
        kind=media.kind,
        protocol=media.protocol,
        is_rejected=media.port == 0 and not attributes.has("bundle-only"),
        mid=_read_mid(attributes, media),
        direction=attributes.first_of(DIRECTIONS) or session.direction,
        codecs=read_codecs(media.formats, attributes) if is_media else (),
        extensions=_read_extensions(attributes),
        stream_id=stream_id,
        track_id=track_id,
        ssrcs=_read_ssrcs(attributes),
        repairs=_read_repairs(attributes),
        rids=_read_rids(attributes),
        sctp_port=number(attributes.value("sctp-port") or "5000", 1, 65535, "SCTP port"),
        max_message_size=number(attributes.value("max-message-size") or "65536", 0, 1 << 40, "message size"),
        has_reduced_size_rtcp=attributes.has("rtcp-rsize"),
        transport=_read_transport(attributes, session),
    )


def _read_mid(attributes: Attributes, media: _MediaLine) -> str:
    mid = attributes.value("mid")
    if mid and not _MID.fullmatch(mid) or not mid and media.port:
        raise InvalidDescription("mid is missing or malformed")
    return mid


def _read_msid(attributes: Attributes) -> tuple[str, str]:
    """Stream and track id; Firefox and old stacks may give them in `a=ssrc` lines only."""
    value = attributes.value("msid")
    if not value:
        found = (item.partition(" msid:")[2] for item in attributes.values("ssrc") if " msid:" in item)
        value = next(found, "")
    stream_id, _, track_id = value.partition(" ")
    track_id = track_id.partition(" ")[0]
    if value and not (_TOKEN.fullmatch(stream_id) and (not track_id or _TOKEN.fullmatch(track_id))):
        raise InvalidDescription("msid is malformed")
    return stream_id, track_id


def _read_extensions(attributes: Attributes) -> dict[str, int]:
    extensions: dict[str, int] = {}
    for value in attributes.values("extmap"):
        key, _, rest = value.partition(" ")
        identifier = number(key.partition("/")[0], 1, 4095, "extension id")
        uri = rest.partition(" ")[0]
        if identifier <= 255:
            extensions.setdefault(uri, identifier)
    return extensions


def _read_ssrc(text: str) -> int:
    return number(text, 0, 0xFFFFFFFF, "SSRC")


def _read_ssrcs(attributes: Attributes) -> tuple[int, ...]:
    ssrcs = {_read_ssrc(value.partition(" ")[0]): None for value in attributes.values("ssrc")}
    if len(ssrcs) > MAX_SSRCS:
        raise InvalidDescription("section has too many SSRCs")
    return tuple(ssrcs)


def _read_repairs(attributes: Attributes) -> dict[int, int]:
    """The flow identification groups, RFC 5576 section 4.2 and RFC 4588 section 8.3."""
    repairs: dict[int, int] = {}
    for value in attributes.values("ssrc-group"):
        semantics, *ssrcs = value.split() or [""]
        if semantics == "FID" and len(ssrcs) == 2:
            repairs[_read_ssrc(ssrcs[0])] = _read_ssrc(ssrcs[1])
    if len(repairs) > MAX_SSRCS:
        raise InvalidDescription("section has too many SSRC groups")
    return repairs


def _read_rids(attributes: Attributes) -> tuple[str, ...]:
    rids: list[str] = []
    for value in attributes.values("rid"):
        name, _, rest = value.partition(" ")
        if rest.startswith("send") and name.isalnum() and len(name) <= 16:
            rids.append(name)
    if len(rids) > MAX_RIDS:
        raise InvalidDescription("section has too many layers")
    return tuple(rids)
