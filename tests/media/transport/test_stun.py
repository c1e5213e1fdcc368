"""Connectivity checks: an independent implementation's messages, and everything that is not one."""

from __future__ import annotations

import binascii
import hmac
import itertools
from struct import pack
from typing import Any

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from media.transport import stun as ours

PASSWORD = "p" * 24


def check(**changes: Any) -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = "ours:theirs"
    message.attributes.update(changes)
    message.add_message_integrity(PASSWORD.encode())
    return bytes(message)


def test_a_check_is_read_and_answered() -> None:
    data = check(**{"USE-CANDIDATE": None})
    request = ours.parse_request(data)
    assert request is not None
    assert (request.ufrag, request.nominates, request.claims_controlled) == ("ours", True, False)
    assert ours.is_authentic(data, request, PASSWORD)
    assert not ours.is_authentic(data, request, "q" * 24)
    answer = stun.parse_message(ours.success(request, ("192.0.2.7", 4711), PASSWORD))
    assert answer.message_class == stun.Class.RESPONSE
    assert answer.transaction_id == request.transaction
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ("192.0.2.7", 4711)
    assert answer.check_message_integrity(PASSWORD.encode())
    assert "FINGERPRINT" in answer.attributes


def test_version_six_addresses() -> None:
    request = ours.parse_request(check())
    assert request is not None
    answer = stun.parse_message(ours.success(request, ("2001:db8::7", 4711), PASSWORD))
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == ("2001:db8::7", 4711)


def test_a_role_conflict_is_told() -> None:
    request = ours.parse_request(check(**{"ICE-CONTROLLED": 5}))
    assert request is not None
    assert request.claims_controlled
    answer = stun.parse_message(ours.role_conflict(request, PASSWORD))
    assert answer.error_code == 487
    assert answer.check_message_integrity(PASSWORD.encode())


def check_with(attributes: bytes) -> bytes:
    """An authentic check with these attributes, encoded, before its own."""
    body = check()[20:]
    body = attributes + body[: body.rfind(b"\x00\x08\x00\x14")]
    head = pack("!HHL12s", 1, len(body) + 24, ours.MAGIC_COOKIE, b"transaction!")
    signed = head + body + pack("!HH", 8, 20) + hmac.digest(PASSWORD.encode(), head + body, "sha1")
    marked = signed[:2] + pack("!H", len(signed) - 20 + 8) + signed[4:]
    return marked + pack("!HHL", 0x8028, 4, binascii.crc32(marked) ^ 0x5354554E)


def test_attributes_are_counted_and_not_their_types() -> None:
    spare = ours.MAX_ATTRIBUTES - 3  # user name, integrity and fingerprint come on top
    empty = pack("!HH", 0x8030, 0)
    request = ours.parse_request(data := check_with(empty * spare))
    assert request is not None
    assert ours.is_authentic(data, request, PASSWORD)
    assert ours.parse_request(check_with(empty * (spare + 1))) is None
    assert ours.parse_request(check_with(empty * 295)) is None


def test_the_first_attribute_of_a_type_counts() -> None:
    request = ours.parse_request(check_with(pack("!HH8s", 6, 8, b"first:it")))
    assert request is not None
    assert request.ufrag == "first"


def with_attribute_after_integrity() -> bytes:
    data = check()
    forged = bytearray(data[: data.rfind(b"\x80\x28\x00\x04")] + b"\x00\x25\x00\x00")
    forged[2:4] = (len(forged) - 20).to_bytes(2, "big")
    return bytes(forged)


def without_fingerprint() -> bytes:
    data = check()
    cut = bytearray(data[: data.rfind(b"\x80\x28\x00\x04")])
    cut[2:4] = (len(cut) - 20).to_bytes(2, "big")
    return bytes(cut)


def without_integrity() -> bytes:
    message = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    message.attributes["USERNAME"] = "ours:theirs"
    return bytes(message)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(20),
        without_integrity(),
        without_fingerprint(),
        with_attribute_after_integrity(),
        check()[:-4],
        check() + b"\0\0\0\0",
        check(USERNAME="nocolon"),
        check(USERNAME="x" * 300 + ":y"),
        b"\x01\x01" + check()[2:],
        check()[:-1] + b"\x00" if check()[-1] else check()[:-1] + b"\x01",
    ],
    ids=itertools.count(),  # the bytes hold random numbers
)
def test_anything_else_is_not_a_check(data: bytes) -> None:
    assert ours.parse_request(data) is None


@given(st.binary(max_size=200))
def test_random_bytes_never_raise(data: bytes) -> None:
    assert ours.parse_request(data) is None


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_changed_check_is_never_authentic(position: int, value: int) -> None:
    data = bytearray(check(PRIORITY=7))
    position %= len(data)
    if data[position] == value:
        return
    data[position] = value
    request = ours.parse_request(bytes(data))
    assert request is None or not ours.is_authentic(bytes(data), request, PASSWORD)
