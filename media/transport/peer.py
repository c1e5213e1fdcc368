"""One peer connection: ICE, DTLS, SRTP and data channels under one SDP conversation."""

from __future__ import annotations

import enum
import logging
import random

from aiortc.rtcdtlstransport import RTCCertificate

from media.errors import InvalidDescription
from media.forwarding.down_track import DownTrack
from media.forwarding.up_track import UpTrack
from media.transport.conversation import Conversation
from media.transport.data_channels import DataChannels, DataEvents
from media.transport.dtls import DTLS
from media.transport.ice_lite import ICELite
from media.transport.intake import Intake
from media.transport.offer_answer import OfferAnswer
from media.transport.ports import PeerHost, PeerObserver
from media.transport.publishing import Publishing
from media.transport.slots import MidsExhausted
from media.transport.srtp import SRTPReceiver, SRTPSender
from media.transport.subscribing import Subscribing
from media.transport.telling import Teller
from media.transport.wire import Address, CryptBuffer

logger = logging.getLogger(__name__)

REPORT_S = 1.0
"""Seconds between two rounds of reports, both ways."""


class _State(enum.Enum):
    NEW = "new"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    CLOSED = "closed"


class Peer:
    """One peer connection. A publisher's uses `answer`; a subscriber's `offer` and `accept_answer`.

    Only `UDPMux.create_peer` makes one. Methods that begin with `mux_` are the mux's.
    """

    def __init__(self, host: PeerHost, observer: PeerObserver, certificate: RTCCertificate) -> None:
        self.ice = ICELite(lambda ufrag: host.book.register(ufrag, self), host.book.unregister)
        """The client's addresses and our credentials; the mux reads them."""
        self._host = host
        self._tell = Teller(self, observer, host.wire.drops)
        self._state = _State.NEW
        self._conversation = Conversation(host, self.ice, certificate)
        self._reported_at = 0.0
        self._sender = SRTPSender(host.wire)
        self._receiver = SRTPReceiver()
        ssrc = random.randrange(1, 1 << 32)  # noqa: S311 - must be unlikely to collide, not secret.
        self._publishing = Publishing(
            self._sender, self._receiver, ssrc, self._tell.track_added, self._tell.track_removed
        )
        self._subscribing = Subscribing(self._sender, host.ntp_offset_s)
        self._intake = Intake(self._receiver, self._publishing, self._subscribing)
        self._dtls = DTLS(certificate, self._transmit, self._dtls_connected, self.close)
        self._channels = DataChannels(self._data_events())
        self._descriptions = OfferAnswer(self._conversation, self._publishing, self._subscribing, self._channels)

    def _data_events(self) -> DataEvents:
        return DataEvents(
            received=self._tell.data,
            opened=self._tell.data_open,
            overflowed=self._tell.overflow,
            failed=self.close,
            dropped=self._count,
        )

    @property
    def up_tracks(self) -> dict[str, UpTrack]:
        """Published tracks by mid."""
        return self._publishing.tracks

    @property
    def is_connected(self) -> bool:
        """Whether media can flow."""
        return self._state is _State.CONNECTED

    @property
    def is_closed(self) -> bool:
        """Whether the peer is gone."""
        return self._state is _State.CLOSED

    @property
    def rtt_ms(self) -> float:
        """Round trip from the newest receiver report, 0.0 while unknown (a publisher's peer never knows)."""
        return self._sender.rtt_s * 1000

    @property
    def loss_down(self) -> float:
        """Worst share lost of what we send, 0.0..1.0, by the newest receiver reports."""
        return self._subscribing.fraction_lost

    @property
    def loss_up(self) -> float:
        """Worst share lost of what this peer publishes, 0.0..1.0, over the last report interval."""
        return max((track.fraction_lost for track in self.up_tracks.values()), default=0.0)

    def answer(self, offer_sdp: str) -> str:
        """Answer a client's offer; call again for each renegotiation. Raises InvalidDescription on anything alien."""
        self._require_open()
        answer_sdp = self._descriptions.answer(offer_sdp)
        self._start_dtls()
        return answer_sdp

    def offer(self) -> str:
        """Our offer: data channels and the current down tracks. Call again after adding or removing down tracks.

        One offer at a time: wait for `accept_answer` before the next call. Raises InvalidDescription once closed.
        """
        self._require_open()
        return self._descriptions.offer()

    def accept_answer(self, answer_sdp: str) -> None:
        """Take the client's answer to the last `offer`; down tracks start to flow. Raises InvalidDescription."""
        self._require_open()
        self._descriptions.accept(answer_sdp, self._host.clock())
        self._start_dtls()

    def _require_open(self) -> None:
        if self._state is _State.CLOSED:
            raise InvalidDescription("peer is closed")

    def add_down_track(self, up: UpTrack, *, stream_id: str, track_id: str, now: float) -> DownTrack:
        """Subscribe this peer to `up`; flows after the next offer and answer. Raises ValueError beyond the limits.

        The section says `a=msid:<stream_id> <track_id>`. `now` is monotonic seconds: a key frame is asked for at
        once, so that it is on its way while the description is negotiated.
        """
        try:
            down = self._subscribing.add(up, stream_id, track_id)
        except MidsExhausted:
            self.close("mids_exhausted")  # the room asks such a client to come afresh, and then everything fits again
            raise
        up.request_keyframe(now)
        return down

    def remove_down_track(self, down: DownTrack) -> None:
        """Stop this subscription at once; its section is stopped in the next `offer`. Unknown ones are ignored."""
        self._subscribing.remove(down)

    def mid_of(self, down: DownTrack) -> str:
        """The section that carries `down`. Raises KeyError when it was removed."""
        return self._subscribing.mid_of(down)

    def send_data(self, label: str, payload: bytes) -> bool:
        """Send on the data channel `label`; False when dropped (not open, too large, or the buffer is full).

        Buffers: 128 kB for '_lossy', 4 MB for '_reliable'; beyond the latter the observer hears `peer_overflow`.
        """
        return self._channels.send(label, payload)

    def _enter(self, state: _State) -> None:
        logger.debug("peer: %s -> %s", self._state.value, state.value)
        self._state = state

    def _start_dtls(self) -> None:
        """The handshake needs an address to talk to and a fingerprint to believe."""
        remote = self._conversation.remote
        if self._state is _State.NEW and remote is not None and self.ice.address is not None:
            self._enter(_State.CONNECTING)
            self._dtls.start(remote.fingerprints, self._conversation.role)

    def _transmit(self, datagram: bytes) -> None:
        if self.ice.address is not None:
            self._host.wire.send(datagram, self.ice.address)

    def _dtls_connected(self) -> None:
        if self._state is not _State.CONNECTING:
            return
        receiving, sending = self._dtls.sessions()
        self._receiver.open(receiving)
        self._sender.open(sending)
        self._enter(_State.CONNECTED)
        self._reported_at = self._host.clock()
        self._channels.connected(self._dtls.transport)
        self._subscribing.connected(self._reported_at)
        self._tell.connected()

    def close(self, reason: str) -> None:
        """Say goodbye and forget everything; the observer hears `peer_closed` before this returns. Idempotent."""
        if self._state is _State.CLOSED:
            return
        self._enter(_State.CLOSED)
        self._publishing.close()
        self._subscribing.close()
        self._sender.close()
        self._receiver.close()
        self.ice.close()
        self._host.forget(self)
        self._host.finish(self._goodbye())
        self._tell.closed(reason)

    async def _goodbye(self) -> None:
        await self._channels.stop()
        await self._dtls.stop()

    def _count(self, reason: str) -> None:
        self._host.wire.drops[reason] += 1

    def mux_may_check(self) -> bool:
        """Whether this peer may have another authentic check answered now."""
        return self._intake.allows_check()

    def mux_checked(self, address: Address, now: float, *, nominates: bool) -> None:
        """An authenticated connectivity check came from `address`."""
        self.ice.checked(address, now, nominates=nominates)
        self._sender.address = self.ice.address
        self._start_dtls()

    def mux_address_lost(self, address: Address) -> None:
        """The mux gave `address` up."""
        self.ice.lost(address)
        self._sender.address = self.ice.address

    def mux_dtls(self, datagram: bytes) -> str:
        """A DTLS datagram from a known address; the reason when it was dropped, else an empty text."""
        # Before the client's description is here they wait: nothing is read without a fingerprint to believe.
        if not self._intake.allows_dtls():
            return "dtls_rate"
        return "" if self._dtls.feed(datagram) else "dtls_queue_full"

    def mux_media(self, buffer: CryptBuffer, size: int, now: float) -> str:
        """An SRTP or SRTCP datagram, `size` bytes in `buffer`; the reason when it was dropped, else an empty text."""
        return self._intake.take(buffer, size, now)

    def mux_tick(self, now: float) -> None:
        """Do what is due by time alone; about every 100 ms."""
        if self.ice.has_expired(now):
            self.close("consent_expired")
            return
        self._intake.renew(now)
        if self._state is not _State.CONNECTED:
            return
        self._publishing.tick(now)
        if now - self._reported_at >= REPORT_S:
            interval_s, self._reported_at = now - self._reported_at, now
            self._publishing.report(now)
            self._subscribing.report(now, interval_s)
