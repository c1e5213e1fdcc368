"""Junk at the media socket: eight classes, four thousand datagrams each, while a stream is forwarded.

After each class every good packet still arrives, memory has not grown and nothing was logged as an error.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
import time
from collections.abc import Callable, Iterator

import psutil
import pylibsrtp
import pytest

from media.rtp import rtcp
from media.transport import intake
from tests.media.descriptions import RTX, VIDEO_RTX_SSRC, VIDEO_SSRC, VP8, video_section
from tests.media.load import MediaClient
from tests.media.transport.calls import Call, open_call, until

AMOUNT = 4_000
GOOD = 20
MAX_GROWTH_BYTES = 4 * 1024 * 1024
KEY = b"\x90\x80\x80\x01\x00key"
_SRTP_LIMIT = 1300


class Junk:
    """Makers of hostile datagrams, the same in every run."""

    def __init__(self, call: Call, insider: MediaClient) -> None:
        """`insider` is a participant who publishes to the same subscriber and misbehaves."""
        self.call = call
        self.insider = insider
        self.check = call.sender.check()
        self.random = random.Random(1)  # noqa: S311 - the same junk in every run.
        self.sequence = 0
        self.stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.stranger.connect(("127.0.0.1", call.mux.port))

    def close(self) -> None:
        self.stranger.close()

    def _bytes(self, low: int, high: int) -> bytes:
        return self.random.randbytes(self.random.randint(low, high))

    def _mutated(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self.random.randint(1, 8)):
            changed[self.random.randrange(len(changed))] = self.random.randrange(256)
        return bytes(changed[: self.random.randint(0, len(changed))] if self.random.random() < 0.3 else changed)

    def foreign_random(self) -> None:
        self.stranger.send(self._bytes(0, 1600))

    def stun_with_a_wrong_password(self) -> None:
        self.call.sender.check(password="x" * 24)

    def mutated_stun(self) -> None:
        mutated = self._mutated(self.check)
        # What happens to be unchanged is a good check and no junk.
        self.stranger.send(mutated if mutated != self.check else b"")

    def random_from_a_known_address(self) -> None:
        self.call.sender.send_raw(self._bytes(0, 1600))

    def mutated_srtp(self) -> None:
        plain = b"\x80\x60" + self._bytes(10, 200) if self.random.random() < 0.5 else b"\x81\xc9" + self._bytes(26, 90)
        self.call.sender.send_raw(plain)

    def dtls(self) -> None:
        version = self.random.choice([b"\xfe\xfd", b"\xfe\xff", self._bytes(2, 2)])
        self.call.sender.send_raw(bytes([self.random.randint(20, 63)]) + version + self._bytes(9, 300))

    def authenticated_rtcp(self) -> None:
        body = self._bytes(0, 200)
        kind = self.random.randint(192, 223)
        words = self.random.choice([len(body) // 4, self.random.randint(0, 65535)])
        head = bytes([0x80 | self.random.randrange(64), kind]) + words.to_bytes(2, "big")
        data = head + VIDEO_SSRC.to_bytes(4, "big") + body
        self.insider.send_rtcp(data if self.random.random() < 0.5 else rtcp.receiver_report(1, []) + data)

    def authenticated_rtp(self) -> None:
        ssrc = self.random.choice([VIDEO_SSRC, VIDEO_RTX_SSRC, self.random.randrange(1 << 32)])
        second = self.random.choice([VP8, RTX, self.random.randrange(128)])
        first = self.random.choice([0x80, 0x90, 0xA0, 0xB0, 0x8F, 0x9F])
        # libsrtp encrypts no number far behind its newest, so these jump forward only.
        self.sequence = (self.sequence + self.random.choice([1, 1, 2, 50, 900, 2500])) & 0xFFFF
        head = bytes([first, second]) + self.sequence.to_bytes(2, "big") + self._bytes(4, 4) + ssrc.to_bytes(4, "big")
        try:
            self.insider.send_rtp(head + self._bytes(0, _SRTP_LIMIT - 12))
        except pylibsrtp.Error:
            # It refuses headers that are longer than the packet as well.
            self.authenticated_rtp()

    def classes(self) -> Iterator[tuple[str, Callable[[], None]]]:
        for make in (
            self.foreign_random,
            self.stun_with_a_wrong_password,
            self.mutated_stun,
            self.random_from_a_known_address,
            self.mutated_srtp,
            self.dtls,
            self.authenticated_rtcp,
            self.authenticated_rtp,
        ):
            yield make.__name__, make


async def flood(call: Call, make: Callable[[], None]) -> int:
    """Send one class in small bursts; returns how many datagrams the mux read."""
    before = call.mux.counters["packets_in"]
    for index in range(AMOUNT):
        make()
        if index % 16 == 15:
            await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    return call.mux.counters["packets_in"] - before


async def good_packets_arrive(call: Call) -> None:
    """Every one of a few good packets is forwarded."""
    before = call.received("video")
    for _ in range(GOOD):
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
    await until(lambda: call.received("video") - before >= GOOD)


@pytest.mark.timeout(120)
@pytest.mark.slow
async def test_a_running_call_stays_whole(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("MAX_RTCP_PER_S", "MAX_RTCP_MESSAGES_PER_S", "MAX_CHECKS_PER_S", "MAX_DTLS_PER_S"):
        monkeypatch.setattr(intake, limit, 10 * AMOUNT)  # Else most of the junk would not be read at all.
    process = psutil.Process(os.getpid())
    async with open_call() as call, open_call([video_section("0", "cam")], call.mux) as other:
        for up in other.publisher.up_tracks.values():
            call.subscriber.add_down_track(up, stream_id="PB|camera", track_id="TR_B", now=time.monotonic())
        call.renegotiate()
        await good_packets_arrive(call)
        junk = Junk(call, other.sender)
        resident = 0
        for name, make in junk.classes():
            assert await flood(call, make) >= 0.7 * AMOUNT, name
            await good_packets_arrive(call)
            resident = resident or process.memory_info().rss
        junk.close()
        assert process.memory_info().rss - resident < MAX_GROWTH_BYTES
        assert call.publisher_heard.closed == call.subscriber_heard.closed == []
        assert len(call.publisher.ice.addresses) == 1
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
