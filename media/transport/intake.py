"""What a peer's client may send us and how fast: decrypting media, leading it on, and refusing floods."""

from __future__ import annotations

from struct import Struct

from media.rtp import rtcp
from media.rtp.packet import is_rtcp
from media.transport.publishing import Publishing
from media.transport.srtp import SRTPReceiver
from media.transport.subscribing import Subscribing
from media.transport.wire import CryptBuffer

MAX_MEDIA_PER_S = 5_000
"""RTP packets taken from one peer; a dozen tracks at full rate need about 4,000."""
MAX_MEDIA_BYTES_PER_S = 5_000_000
"""Each is copied to everybody in the room. Two shared screens and a camera send about 1,500,000."""
MAX_RTCP_PER_S = 1_000
MAX_RTCP_BYTES_PER_S = 250_000
"""A subscriber of a hundred streams sends about 30,000; what is inside costs more to obey than to receive."""
MAX_RTCP_MESSAGES_PER_S = 5_000
"""Reports and requests inside, each block of a report counted; a subscriber of a hundred streams sends about 300."""
MAX_NACKED_PER_S = 20_000
"""Packets a subscriber may ask for again, granted or not: twice what it can receive."""
MAX_CHECKS_PER_S = 100
"""A browser sends a few per second and interface while it connects, then one in two seconds."""
MAX_DTLS_PER_S = 2_000
"""Datagrams with handshake and data channels: about 2 MB/s, four times what a participant may send in the long run.
Each costs a tenth of a millisecond, so that one client can take a fifth of a core at most."""
_SSRC = Struct("!L")


class Intake:
    """The way in for one peer's packets. Methods that take one return why it was dropped, else an empty text."""

    def __init__(self, receiver: SRTPReceiver, publishing: Publishing, subscribing: Subscribing) -> None:
        self._receiver = receiver
        self._publishing = publishing
        self._subscribing = subscribing
        self._renewed_at = 0.0
        self._fill()

    def _fill(self) -> None:
        self._media = MAX_MEDIA_PER_S
        self._media_bytes = MAX_MEDIA_BYTES_PER_S
        self._rtcp = MAX_RTCP_PER_S
        self._rtcp_bytes = MAX_RTCP_BYTES_PER_S
        self._rtcp_messages = MAX_RTCP_MESSAGES_PER_S
        self._nacked = MAX_NACKED_PER_S
        self._checks = MAX_CHECKS_PER_S
        self._dtls = MAX_DTLS_PER_S

    def renew(self, now: float) -> None:
        """Begin a new second of budgets when one has passed."""
        if now - self._renewed_at >= 1.0:
            self._renewed_at = now
            self._fill()

    def allows_check(self) -> bool:
        """Whether another authentic connectivity check may be answered; counts it."""
        self._checks -= 1
        return self._checks >= 0

    def allows_dtls(self) -> bool:
        """Whether another DTLS datagram may be taken; counts it."""
        self._dtls -= 1
        return self._dtls >= 0

    def take(self, buffer: CryptBuffer, size: int, now: float) -> str:
        """Take an SRTP or SRTCP datagram, the first `size` bytes of `buffer`.

        Only what is authentic counts towards the budgets, else a forger could use up somebody's.
        """
        if is_rtcp(buffer.memory):
            return self._take_rtcp(buffer, size, now)
        if self._media <= 0 or self._media_bytes <= 0:
            return "rtp_rate"
        if not self._publishing.sources.may_open(_SSRC.unpack_from(buffer.view, 8)[0]):
            return "rtp_sources"
        data = self._receiver.unprotect(buffer, size, is_rtcp=False)
        if data is None:
            return "srtp_unprotect"
        self._media -= 1
        self._media_bytes -= size
        return self._publishing.receive(data, now)

    def _take_rtcp(self, buffer: CryptBuffer, size: int, now: float) -> str:
        if min(self._rtcp, self._rtcp_bytes, self._rtcp_messages) <= 0:
            return "rtcp_rate"
        ssrc = _SSRC.unpack_from(buffer.view, 4)[0]
        if not self._publishing.sources.may_open(ssrc):
            return "rtp_sources"
        data = self._receiver.unprotect(buffer, size, is_rtcp=True)
        if data is None:
            return "srtcp_unprotect"
        self._rtcp -= 1
        self._rtcp_bytes -= size
        self._publishing.sources.opened(ssrc)
        messages = rtcp.parse(data)
        self._rtcp_messages -= len(messages)
        reason = ""
        for message in messages:
            reason = self._dispatch(message, now) or reason
        return reason

    def _dispatch(self, message: rtcp.Message, now: float) -> str:
        match message:
            case rtcp.ReportBlock():
                self._subscribing.reported(message, now)
            case rtcp.Nack():
                return self._take_nack(message, now)
            case rtcp.KeyframeRequest():
                self._subscribing.keyframe_requested(message, now)
            case rtcp.ReceiverEstimate():
                self._subscribing.estimated(message)
            case rtcp.SenderReport():
                self._publishing.reported(message, now)
            case rtcp.Bye():
                self._publishing.ended(message)
        return ""

    def _take_nack(self, message: rtcp.Nack, now: float) -> str:
        self._nacked -= len(message.sequences)
        if self._nacked < 0:
            return "nack_rate"
        self._subscribing.nacked(message, now)
        return ""
