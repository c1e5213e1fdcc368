"""The ICE-lite side of connectivity checks: reading STUN binding requests, writing answers (RFC 8445, RFC 8489).

Parsing costs little and touches no key, so that junk is refused before any cryptography.
"""

from __future__ import annotations

import binascii
import hmac
import ipaddress
import secrets
import string
from dataclasses import dataclass, field
from struct import Struct, pack

MAGIC_COOKIE = 0x2112A442
CONSENT_S = 30.0
"""Without a check for so long, consent to send is gone (RFC 7675 section 5.1)."""
MAX_ADDRESSES = 8
"""Addresses that one user fragment may use at a time: a few interfaces, each seen through a NAT."""

_HEADER = Struct("!HHL12s")
_ATTRIBUTE = Struct("!HH")
_BINDING_REQUEST, _BINDING_SUCCESS, _BINDING_ERROR = 0x0001, 0x0101, 0x0111
_USERNAME, _INTEGRITY, _ERROR_CODE, _XOR_MAPPED = 0x0006, 0x0008, 0x0009, 0x0020
_USE_CANDIDATE, _FINGERPRINT, _CONTROLLED = 0x0025, 0x8028, 0x8029
_MAX_ATTRIBUTES = 32
_ICE_CHARACTERS = string.ascii_letters + string.digits


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
class Credentials:
    """Our user fragment and password of one ICE generation."""

    ufrag: str
    password: str = field(repr=False)

    @classmethod
    def generate(cls) -> Credentials:
        """Fresh random ones: 71 bits to find the peer, 190 bits to authenticate (RFC 8445 asks for 24 and 128)."""
        return cls(_random(12), _random(32))


def _random(length: int) -> str:
    return "".join(secrets.choice(_ICE_CHARACTERS) for _ in range(length))


def parse_request(data: bytes) -> BindingRequest | None:
    """The binding request in a datagram, or None for anything else or malformed."""
    if len(data) < 20 or len(data) % 4:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind != _BINDING_REQUEST or cookie != MAGIC_COOKIE or length != len(data) - 20:
        return None
    username = b""
    integrity_at = -1
    nominates = claims_controlled = has_fingerprint = False
    position = 20
    for _ in range(_MAX_ATTRIBUTES):
        if position + 4 > len(data):
            break
        attribute, size = _ATTRIBUTE.unpack_from(data, position)
        end = position + 4 + size
        if end > len(data):
            return None
        if integrity_at >= 0:
            # What follows the integrity is not authenticated; only the fingerprint may stand there.
            if attribute != _FINGERPRINT or data[position + 4 : end] != _fingerprint(data[:position]):
                return None
            has_fingerprint = True
        elif attribute == _USERNAME:
            username = data[position + 4 : end]
        elif attribute == _INTEGRITY:
            if size != 20:
                return None
            integrity_at = position
        elif attribute == _USE_CANDIDATE:
            nominates = True
        elif attribute == _CONTROLLED:
            claims_controlled = True
        position = end + -size % 4
    ufrag, colon, _ = username.partition(b":")
    # ICE asks for the fingerprint in every check (RFC 8445 section 7.2.2).
    if not has_fingerprint or not colon or not ufrag.isascii() or len(ufrag) > 256:
        return None
    return BindingRequest(transaction, ufrag.decode("ascii"), integrity_at, nominates, claims_controlled)


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
    signed = covered + _ATTRIBUTE.pack(_INTEGRITY, 20) + _integrity(covered, password)
    marked = signed[:2] + pack("!H", len(signed) - 20 + 8) + signed[4:]
    return marked + _ATTRIBUTE.pack(_FINGERPRINT, 4) + _fingerprint(signed)
