"""One peer connection: ICE, DTLS, SRTP and data channels under one SDP conversation."""

from __future__ import annotations

import enum
import logging
import random
import secrets
from collections.abc import Callable

from aiortc.rtcdtlstransport import RTCCertificate

from media.errors import InvalidDescription
from media.forwarding.down_track import DownTrack
from media.forwarding.up_track import UpTrack
from media.transport import sdp, sdp_writer
from media.transport.data_channels import LOSSY_BUFFER_BYTES, RELIABLE, RELIABLE_BUFFER_BYTES, DataChannels
from media.transport.dtls import DTLS
from media.transport.ice_lite import CONSENT_S, Credentials
from media.transport.intake import Intake
from media.transport.ports import PeerHost, PeerObserver
from media.transport.publishing import Publishing
from media.transport.srtp import SRTPReceiver, SRTPSender
from media.transport.subscribing import Subscribing
from media.transport.wire import Address, CryptBuffer

logger = logging.getLogger(__name__)

REPORT_S = 1.0


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
        self.last_check_at = 0.0
        """Monotonic seconds of the newest authenticated check, 0.0 before the first."""
        self.addresses: dict[Address, float] = {}
        """Addresses with consent and when each last checked; the mux keeps it bounded."""
        self._host = host
        self._observer = observer
        self._certificate = certificate
        self._state = _State.NEW
        self._credentials = Credentials.generate()
        self._passwords = {self._credentials.ufrag: self._credentials.password}
        self._remote: sdp.Transport | None = None
        self._address: Address | None = None
        self._role = ""
        self._session_id = secrets.randbits(62)
        self._version = 0
        self._has_offered = False
        self._sender = SRTPSender(host.wire)
        self._receiver = SRTPReceiver()
        self._ssrc = random.randrange(1, 1 << 32)  # noqa: S311 - must be unlikely to collide, not secret.
        self._publishing = Publishing(self._sender, self._receiver, self._ssrc, self._track_added, self._track_removed)
        self._subscribing = Subscribing(self._sender, host.ntp_offset_s)
        self._dtls = DTLS(certificate, self._transmit, self._dtls_connected, self.close)
        self._channels: DataChannels | None = None
        self._data_section: sdp.Section | None = None
        self._creates_channels = False
        self._intake = Intake(self._receiver, self._publishing, self._subscribing)
        self._reported_at = 0.0
        host.register(self._credentials.ufrag, self)

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
        description = sdp.parse(offer_sdp)
        self._check_remote(description.transport)
        if not self._role and description.transport.setup == "passive":
            raise InvalidDescription("offer leaves no DTLS role to us")
        accepted = self._publishing.negotiate(description)
        self._adopt_remote(description.transport, "server")
        transport = self._local_transport("passive")
        mids: list[str] = []
        sections: list[list[str]] = []
        for section, codecs in zip(description.sections, accepted, strict=True):
            if codecs:
                sections.append(sdp_writer.answer_media(section, codecs, transport))
            elif section.kind == "application" and not section.is_rejected:
                sections.append(sdp_writer.data_section(section.mid, section.protocol, transport))
                self._negotiate_data(section)
            else:
                sections.append(sdp_writer.reject(section))
                continue
            mids.append(section.mid)
        return self._write(mids, sections)

    def offer(self) -> str:
        """Our offer: data channels and the current down tracks. Call again after adding or removing down tracks.

        One offer at a time: wait for `accept_answer` before the next call.
        """
        self._require_open()
        self._has_offered = True
        transport = self._local_transport("actpass")
        mids, sections = self._subscribing.offer(transport)
        data = sdp_writer.data_section("0", "UDP/DTLS/SCTP", transport)
        return self._write(["0", *mids], [data, *sections])

    def accept_answer(self, answer_sdp: str) -> None:
        """Take the client's answer to the last `offer`; down tracks start to flow. Raises InvalidDescription."""
        self._require_open()
        description = sdp.parse(answer_sdp)
        self._check_remote(description.transport)
        if not self._has_offered or description.transport.setup == "actpass":
            raise InvalidDescription("answer does not fit the offer")
        data, *media = description.sections
        if data.kind != "application":
            raise InvalidDescription("answer does not fit the offer")
        self._subscribing.accept(tuple(media), self._host.clock())
        self._adopt_remote(description.transport, "server" if description.transport.setup == "active" else "client")
        if not data.is_rejected:
            self._negotiate_data(data, creates=True)

    def _require_open(self) -> None:
        if self._state is _State.CLOSED:
            raise InvalidDescription("peer is closed")

    def _check_remote(self, transport: sdp.Transport) -> None:
        if self._remote is not None and self._remote.fingerprints != transport.fingerprints:
            raise InvalidDescription("certificate changed")

    def _adopt_remote(self, transport: sdp.Transport, role: str) -> None:
        if self._remote is not None and self._remote.ufrag != transport.ufrag:
            self._restart_ice()
        self._remote = transport
        self._role = self._role or role
        self._start_dtls()

    def _restart_ice(self) -> None:
        """The client changed its credentials, so we do (RFC 8445 section 9); old checks still count for a while."""
        self._credentials = Credentials.generate()
        self._passwords[self._credentials.ufrag] = self._credentials.password
        self._host.register(self._credentials.ufrag, self)
        if len(self._passwords) > 2:
            oldest = next(iter(self._passwords))
            del self._passwords[oldest]
            self._host.unregister(oldest)

    def _local_transport(self, setup: str) -> sdp_writer.LocalTransport:
        digest = next(f.value for f in self._certificate.getFingerprints() if f.algorithm == "sha-256")
        return sdp_writer.LocalTransport(
            self._credentials.ufrag,
            self._credentials.password,
            digest,
            setup,
            self._host.announced_ip,
            self._host.port,
        )

    def _write(self, mids: list[str], sections: list[list[str]]) -> str:
        self._version += 1
        return sdp_writer.session(self._session_id, self._version, mids, sections)

    def add_down_track(self, up: UpTrack, *, stream_id: str, track_id: str, now: float) -> DownTrack:
        """Subscribe this peer to `up`; flows after the next offer and answer. Raises ValueError beyond the limits.

        The section says `a=msid:<stream_id> <track_id>`. `now` is monotonic seconds: a key frame is asked for at
        once, so that it is on its way while the description is negotiated.
        """
        down = self._subscribing.add(up, stream_id, track_id)
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
        if self._channels is None:
            return False
        waiting = self._channels.buffered(label) + len(payload)
        if label != RELIABLE and waiting > LOSSY_BUFFER_BYTES:
            self._host.wire.drops["data_lossy_full"] += 1
            return False
        if waiting > RELIABLE_BUFFER_BYTES:
            self._host.wire.drops["data_reliable_full"] += 1
            self._tell(self._observer.peer_overflow, self)
            return False
        return self._channels.send(label, payload)

    def _negotiate_data(self, section: sdp.Section, *, creates: bool = False) -> None:
        if self._data_section is None:
            self._data_section = section
            self._creates_channels = creates
            self._start_data()

    def _start_data(self) -> None:
        section = self._data_section
        if section is None or self._channels is not None or self._state is not _State.CONNECTED:
            return
        self._channels = DataChannels(
            self._dtls.transport,
            received=self._data_received,
            opened=self._data_opened,
            failed=self.close,
            dropped=self._count,
        )
        if self._creates_channels:
            self._channels.create()
        self._channels.start(section.sctp_port, section.max_message_size)

    def _data_received(self, label: str, payload: bytes) -> None:
        self._tell(self._observer.peer_data, self, label, payload)

    def _data_opened(self) -> None:
        self._tell(self._observer.peer_data_open, self)

    def _count(self, reason: str) -> None:
        self._host.wire.drops[reason] += 1

    def _enter(self, state: _State) -> None:
        logger.debug("peer: %s -> %s", self._state.value, state.value)
        self._state = state

    def _start_dtls(self) -> None:
        """The handshake needs an address to talk to and a fingerprint to believe."""
        if self._state is _State.NEW and self._remote is not None and self._address is not None:
            self._enter(_State.CONNECTING)
            self._dtls.start(self._remote.fingerprints, self._role)

    def _transmit(self, datagram: bytes) -> None:
        if self._address is not None:
            self._host.wire.send(datagram, self._address)

    def _dtls_connected(self) -> None:
        if self._state is not _State.CONNECTING:
            return
        receiving, sending = self._dtls.sessions()
        self._receiver.open(receiving)
        self._sender.open(sending)
        self._enter(_State.CONNECTED)
        self._reported_at = self._host.clock()
        self._start_data()
        self._subscribing.connected(self._reported_at)
        self._tell(self._observer.peer_connected, self)

    def close(self, reason: str) -> None:
        """Say goodbye and forget everything; the observer hears `peer_closed` before this returns. Idempotent."""
        if self._state is _State.CLOSED:
            return
        self._enter(_State.CLOSED)
        self._publishing.close()
        self._subscribing.close()
        self._sender.close()
        self._receiver.close()
        for ufrag in self._passwords:
            self._host.unregister(ufrag)
        self._host.forget(self)
        self._host.finish(self._goodbye())
        self._tell(self._observer.peer_closed, self, reason)

    async def _goodbye(self) -> None:
        if self._channels is not None:
            await self._channels.stop()
        await self._dtls.stop()

    def _track_added(self, track: UpTrack) -> None:
        self._tell(self._observer.peer_track_added, self, track)

    def _track_removed(self, track: UpTrack) -> None:
        self._tell(self._observer.peer_track_removed, self, track)

    def _tell(self, method: Callable[..., None], *arguments: object) -> None:
        try:
            method(*arguments)
        except Exception:
            # A mistake in an observer must end neither the packet nor the other peers.
            logger.exception("observer failed in %s", getattr(method, "__name__", "a callback"))
            self._count("observer_failed")

    def password_of(self, ufrag: str) -> str:
        """Our ICE password that belongs to `ufrag`, which is one of ours."""
        return self._passwords[ufrag]

    def mux_may_check(self) -> bool:
        """Whether this peer may have another authentic check answered now."""
        return self._intake.allows_check()

    def mux_checked(self, address: Address, now: float, *, nominates: bool) -> None:
        """An authenticated connectivity check came from `address`."""
        self.last_check_at = now
        if self._address is None or nominates:
            self._address = self._sender.address = address
            self._start_dtls()

    def mux_address_lost(self, address: Address) -> None:
        """The mux gave `address` up; if it was in use, the next check chooses another."""
        self.addresses.pop(address, None)
        if self._address == address:
            self._address = self._sender.address = None

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
        if self.last_check_at and now - self.last_check_at > CONSENT_S:
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
