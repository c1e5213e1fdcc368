"""A small WebRTC client for tests and measurements: full ICE, DTLS and SRTP, synthetic media, counted reception.

It plays the browser's part on loopback, without codecs, so that one process can play many. STUN is aioice's and the
handshake aiortc's, thus not the code that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import struct
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import pylibsrtp
from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport

from media.transport import sdp, sdp_reader
from tests.media.descriptions import (
    VIDEO_SSRC,
    VP8,
    audio_section,
    data_section,
    description,
    video_section,
)

CHECK_S = 2.0
"""Between connectivity checks once connected; the server wants one in 30 s."""
_STAMP = struct.Struct("!Q")
_KEY_DESCRIPTOR = b"\x90\x80\x80\x01"


class _Datagrams:
    role = "controlling"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self.queue: asyncio.Queue[bytes] = asyncio.Queue()
        self._send_now = send

    async def _recv(self) -> bytes:
        return await self.queue.get()

    async def _send(self, data: bytes) -> None:
        self._send_now(data)


class MediaClient:
    """One peer connection of a pretended browser."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self.socket.bind(("127.0.0.1", 0))
        self.ufrag, self.password = secrets.token_hex(4), secrets.token_hex(16)
        self.certificate = RTCCertificate.generateCertificate()
        self.fingerprint = self.certificate.getFingerprints()[0].value
        self.received: Counter[int] = Counter()
        """RTP packets by SSRC; still encrypted."""
        self.rtcp: list[bytes] = []
        """Clear RTCP compounds, the newest thousand."""
        self.delays_ns: list[int] = []
        """From `send_video` to here of every stamped packet, while `measures_delay`."""
        self.measures_delay = False
        self.keeps_packets = False
        self.packets: list[bytes] = []
        """Clear RTP packets, while `keeps_packets`."""
        self._loop = asyncio.get_running_loop()
        self._datagrams = _Datagrams(self._send)
        self.dtls = RTCDtlsTransport(cast(Any, self._datagrams), [self.certificate])
        self._server: tuple[str, int] = ("127.0.0.1", 0)
        self._remote: sdp.Transport | None = None
        self._answered = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._sequences: Counter[int] = Counter()
        self._loop.add_reader(self.socket, self._read)

    def offer(self, sections: list[str]) -> str:
        """A publisher's offer."""
        return description(self.ufrag, self.password, self.fingerprint, "actpass", sections)

    def answer(self, offer: str) -> str:
        """Take everything a server offers: the same sections, received."""
        sections: list[str] = []
        for section in sdp_reader.parse(offer).sections:
            if section.kind == "application":
                sections.append(data_section(section.mid))
            elif section.is_rejected:
                sections.append(f"m={section.kind} 0 UDP/TLS/RTP/SAVPF 0\r\na=mid:{section.mid}\r\na=inactive\r\n")
            elif section.kind == "audio":
                sections.append(audio_section(section.mid, "-", "recvonly"))
            else:
                sections.append(video_section(section.mid, "-", "recvonly", ssrc=None))
        text = description(self.ufrag, self.password, self.fingerprint, "active", sections)
        return text

    async def connect(self, remote: str, timeout_s: float = 15.0) -> None:
        """ICE and DTLS to the server whose description is `remote`."""
        async with asyncio.timeout(timeout_s):
            await self.recheck(remote)
            assert self._remote is not None
            self.dtls._set_role("client")
            fingerprints = [RTCDtlsFingerprint(name, value) for name, value in self._remote.fingerprints]
            await self.dtls.start(RTCDtlsParameters(fingerprints))
        if self.dtls.state != "connected":
            raise ConnectionError("DTLS did not connect")
        self._tasks.append(asyncio.create_task(self._keep_consent()))

    def point_at(self, remote: str, candidate_index: int = 0) -> None:
        """Take one of the server's addresses, and its credentials, from its description."""
        self._remote = sdp_reader.parse(remote).transport
        candidates = [line for line in remote.splitlines() if line.startswith("a=candidate:")]
        candidate = candidates[candidate_index].split()
        self._server = (candidate[4], int(candidate[5]))

    async def recheck(self, remote: str) -> None:
        """Check until the server whose description is `remote` answers."""
        self.point_at(remote)
        self._answered.clear()
        while not self._answered.is_set():
            self.check()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._answered.wait(), 0.1)

    def is_answered(self) -> bool:
        """Whether the server answered a check since the last `recheck`."""
        return self._answered.is_set()

    def check(
        self, *, nominates: bool = True, password: str | None = None, extra: dict[str, Any] | None = None
    ) -> bytes:
        """Send one connectivity check; returns it for those who want to send it changed."""
        assert self._remote is not None
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        request.attributes["USERNAME"] = f"{self._remote.ufrag}:{self.ufrag}"
        request.attributes["PRIORITY"] = 1
        if nominates:
            request.attributes["USE-CANDIDATE"] = None
        request.attributes.update(extra or {"ICE-CONTROLLING": 1})
        request.add_message_integrity((password or self._remote.password).encode())
        self._send(bytes(request))
        return bytes(request)

    async def _keep_consent(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            self.check()

    def _send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.socket.sendto(data, self._server)

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._send(data)

    def send_rtp(self, packet: bytes) -> None:
        """Encrypt and send one RTP packet."""
        self._send(self.dtls._tx_srtp.protect(packet))

    def send_rtcp(self, packet: bytes) -> None:
        """Encrypt and send one RTCP compound."""
        self._send(self.dtls._tx_srtp.protect_rtcp(packet))

    def send_video(self, size: int = 1100, ssrc: int = VIDEO_SSRC, *, keyframe: bool = True) -> None:
        """Send one one-packet VP8 frame that carries the time."""
        frame = (b"\x00" if keyframe else b"\x01") + _STAMP.pack(time.time_ns())
        self.send_media(VP8, ssrc, (_KEY_DESCRIPTOR + frame).ljust(size, b"\xaa"))

    def send_media(self, payload_type: int, ssrc: int, payload: bytes, extension: bytes = b"") -> None:
        """Send `payload` as the next packet of `ssrc`; `extension` is a whole extension block."""
        sequence = self._sequences[ssrc]
        self._sequences[ssrc] += 1
        first = 0x90 if extension else 0x80
        header = struct.pack(
            "!BBHLL", first, 0x80 | payload_type, sequence & 0xFFFF, sequence * 3000 & 0xFFFFFFFF, ssrc
        )
        self.send_rtp(header + extension + payload)

    def _read(self) -> None:
        for _ in range(256):
            try:
                data, ancillary, _, source = self.socket.recvmsg(2048, 64)
            except OSError:
                return
            if not data or source != self._server:  # as a browser does, which takes an answer from nobody else
                continue
            if data[0] < 4:
                self._take_stun(data)
            elif data[0] < 64:
                self._datagrams.queue.put_nowait(data)
            elif 192 <= data[1] <= 223:
                self._take_rtcp(data)
            else:
                self._take_rtp(data, ancillary)

    def _take_stun(self, data: bytes) -> None:
        message = stun.parse_message(data)
        assert self._remote is not None
        if message.message_class == stun.Class.RESPONSE and message.check_message_integrity(
            self._remote.password.encode()
        ):
            assert message.attributes["XOR-MAPPED-ADDRESS"] == self.socket.getsockname()
            self._answered.set()

    def _take_rtcp(self, data: bytes) -> None:
        if self.dtls._rx_srtp is not None:
            with contextlib.suppress(pylibsrtp.Error):
                self.rtcp = [*self.rtcp[-999:], self.dtls._rx_srtp.unprotect_rtcp(data)]

    def _take_rtp(self, data: bytes, ancillary: list[tuple[int, int, bytes]]) -> None:
        self.received[int.from_bytes(data[8:12], "big")] += 1
        if self.keeps_packets or self.measures_delay:
            clear = self.dtls._rx_srtp.unprotect(data)
            if self.keeps_packets:
                self.packets.append(clear)
            if self.measures_delay and ancillary:
                seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
                stamp = _STAMP.unpack_from(clear, 24 + len(_KEY_DESCRIPTOR) + 1)[0]
                self.delays_ns.append(seconds * 1_000_000_000 + nanoseconds - stamp)

    def measure_delay(self) -> None:
        """Note from now on when the kernel received each packet (Linux, SO_TIMESTAMPNS)."""
        self.socket.setsockopt(socket.SOL_SOCKET, 35, 1)
        self.measures_delay = True

    @property
    def total(self) -> int:
        """RTP packets received so far."""
        return sum(self.received.values())

    async def close(self) -> None:
        """Leave with a DTLS goodbye."""
        for task in self._tasks:
            task.cancel()
        pump = self.dtls._task
        await self.dtls.stop()
        waiting = [*self._tasks, *([pump] if pump else [])]
        await asyncio.gather(*waiting, return_exceptions=True)
        self._loop.remove_reader(self.socket)
        self.socket.close()


async def publish(client: MediaClient, packets_per_s: int, seconds: float) -> int:
    """Send video packets evenly for `seconds`; returns how many. Bursts make up for a late wake-up."""
    started = time.monotonic()
    sent = 0
    while (elapsed := time.monotonic() - started) < seconds:
        while sent < elapsed * packets_per_s:
            client.send_video(keyframe=sent == 0 or sent % 1000 == 0)
            sent += 1
        await asyncio.sleep(0.001)
    return sent
