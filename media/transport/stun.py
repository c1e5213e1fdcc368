"""The two STUN messages of connectivity checks: reading binding requests, writing their answers (RFC 8489, RFC 8445).

Parsing costs little and touches no key, so that junk is refused before any cryptography.
"""

from __future__ import annotations

import binascii
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from struct import Struct, pack

MAGIC_COOKIE = 0x2112A442
_HEADER = Struct("!HHL12s")
_ATTRIBUTE = Struct("!HH")
_BINDING_REQUEST, _BINDING_SUCCESS, _BINDING_ERROR = 0x0001, 0x0101, 0x0111
_USERNAME, _INTEGRITY, _ERROR_CODE, _XOR_MAPPED = 0x0006, 0x0008, 0x0009, 0x0020
_USE_CANDIDATE, _FINGERPRINT, _CONTROLLED = 0x0025, 0x8028, 0x8029
MAX_ATTRIBUTES = 20
"""Of one check, those of one type counted each; a browser writes about ten, and each costs as much as the next."""
_READ = frozenset((_USERNAME, _INTEGRITY, _USE_CANDIDATE, _FINGERPRINT, _CONTROLLED))
_INTEGRITY_SIZE = 20


@dataclass(frozen=True, slots=True)
class BindingRequest:
    """A check as it came, not yet authenticated."""

    transaction: bytes
    ufrag: str
    """The receiver's, thus ours: the part of USERNAME before the colon."""
    integrity_at: int
    """Where MESSAGE-INTEGRITY starts."""
    nominates: bool
    claims_controlled: bool
    """The peer takes itself for the controlled side, which a lite agent always is (RFC 8445 section 7.3.1.1)."""


@dataclass(frozen=True, slots=True)
class _Attribute:
    at: int
    """Where it starts in the message."""
    value: bytes


def parse_request(data: bytes) -> BindingRequest | None:
    """The binding request in a datagram, or None for anything else or malformed."""
    found = _split(data) if _is_binding_request(data) else None
    if found is None or not _is_sealed(data, found):
        return None
    username = found[_USERNAME].value if _USERNAME in found else b""
    ufrag, colon, _ = username.partition(b":")
    if not colon or not ufrag.isascii() or len(ufrag) > 256:
        return None
    return BindingRequest(
        transaction=data[8:20],
        ufrag=ufrag.decode("ascii"),
        integrity_at=found[_INTEGRITY].at,
        nominates=_USE_CANDIDATE in found,
        claims_controlled=_CONTROLLED in found,
    )


def _is_binding_request(data: bytes) -> bool:
    if len(data) < _HEADER.size or len(data) % 4:
        return False
    kind, length, cookie, _ = _HEADER.unpack_from(data)
    return kind == _BINDING_REQUEST and cookie == MAGIC_COOKIE and length == len(data) - _HEADER.size


def _split(data: bytes) -> Mapping[int, _Attribute] | None:
    """Find the attributes that we read, by type; of several of one type the first counts (RFC 8489 section 14).

    None when they are cut off, more than MAX_ATTRIBUTES, or follow the integrity, which covers none of them.
    """
    found: dict[int, _Attribute] = {}
    position = _HEADER.size
    for _ in range(MAX_ATTRIBUTES):
        if position >= len(data):
            return found
        kind, size = _ATTRIBUTE.unpack_from(data, position)
        end = position + 4 + size
        if end > len(data) or (_INTEGRITY in found and kind != _FINGERPRINT):
            return None
        if kind in _READ:
            found.setdefault(kind, _Attribute(position, data[position + 4 : end]))
        position = end + -size % 4
    return found if position >= len(data) else None


def _is_sealed(data: bytes, found: Mapping[int, _Attribute]) -> bool:
    """Whether integrity and fingerprint end the message; ICE asks for both in every check (RFC 8445 section 7.2.2)."""
    integrity, fingerprint = found.get(_INTEGRITY), found.get(_FINGERPRINT)
    if integrity is None or fingerprint is None or len(integrity.value) != _INTEGRITY_SIZE:
        return False
    is_next = fingerprint.at == integrity.at + _ATTRIBUTE.size + _INTEGRITY_SIZE
    return is_next and fingerprint.value == _fingerprint(data[: fingerprint.at])


def is_authentic(data: bytes, request: BindingRequest, password: str) -> bool:
    """Whether the MESSAGE-INTEGRITY of `request` was made with `password` (RFC 8489 section 14.5)."""
    at = request.integrity_at
    covered = data[:2] + pack("!H", at - 20 + 24) + data[4:at]
    return hmac.compare_digest(data[at + 4 : at + 24], _integrity(covered, password))


def _integrity(covered: bytes, password: str) -> bytes:
    return hmac.digest(password.encode(), covered, "sha1")


def _fingerprint(message: bytes) -> bytes:
    covered = message[:2] + pack("!H", len(message) - 20 + 8) + message[4:]
    return pack("!L", binascii.crc32(covered) ^ 0x5354554E)


def success(request: BindingRequest, address: tuple[str, int], password: str) -> bytes:
    """The answer to an authenticated check: the address it came from."""
    return _message(_BINDING_SUCCESS, request.transaction, _XOR_MAPPED, _xor_address(request, address), password)


def role_conflict(request: BindingRequest, password: str) -> bytes:
    """The answer to a peer that wants to be controlled: error 487, after which it takes the other role."""
    value = b"\0\0\x04\x57" + b"Role Conflict"
    return _message(_BINDING_ERROR, request.transaction, _ERROR_CODE, value, password)


def _xor_address(request: BindingRequest, address: tuple[str, int]) -> bytes:
    packed = ipaddress.ip_address(address[0].partition("%")[0]).packed
    mask = pack("!L", MAGIC_COOKIE) + request.transaction
    port = address[1] ^ MAGIC_COOKIE >> 16
    family = 1 if len(packed) == 4 else 2
    return pack("!BBH", 0, family, port) + bytes(a ^ b for a, b in zip(packed, mask, strict=False))


def _message(kind: int, transaction: bytes, attribute: int, value: bytes, password: str) -> bytes:
    body = _ATTRIBUTE.pack(attribute, len(value)) + value + bytes(-len(value) % 4)
    covered = _HEADER.pack(kind, len(body) + 24, MAGIC_COOKIE, transaction) + body
    signed = covered + _ATTRIBUTE.pack(_INTEGRITY, _INTEGRITY_SIZE) + _integrity(covered, password)
    marked = signed[:2] + pack("!H", len(signed) - 20 + 8) + signed[4:]
    return marked + _ATTRIBUTE.pack(_FINGERPRINT, 4) + _fingerprint(signed)
