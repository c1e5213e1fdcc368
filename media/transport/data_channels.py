"""The `_reliable` and `_lossy` data channels of one peer: negotiated, opened, and kept from piling up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiortc import RTCDataChannel, RTCDataChannelParameters
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcsctptransport import RTCSctpCapabilities

from media.transport.sctp import BoundedSCTP
from media.transport.sdp import Section
from media.transport.sdp_writer import MAX_MESSAGE_SIZE

RELIABLE, LOSSY = "_reliable", "_lossy"
LABELS = (RELIABLE, LOSSY)
LOSSY_BUFFER_BYTES = 128 * 1024
RELIABLE_BUFFER_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DataEvents:
    """Who hears of a peer's channels. Called on the event loop; none may raise."""

    received: Callable[[str, bytes], None]
    """A message, by the label of its channel."""
    opened: Callable[[], None]
    """Our own `_reliable` can be written."""
    overflowed: Callable[[], None]
    """The reliable buffer is full."""
    failed: Callable[[str], None]
    """The association ended, by reason."""
    dropped: Callable[[str], None]
    """A message was not taken or not sent, by reason."""


class DataChannels:
    """A peer's data channels. The association begins when it is negotiated and DTLS is connected."""

    def __init__(self, events: DataEvents) -> None:
        self._events = events
        self._channels: dict[str, RTCDataChannel] = {}
        self._section: Section | None = None
        self._creates = False
        self._dtls: RTCDtlsTransport | None = None
        self._sctp: BoundedSCTP | None = None
        self._task: asyncio.Task[None] | None = None

    def negotiate(self, section: Section, *, creates: bool) -> None:
        """Take the client's section, the first one for good; `creates` lets us open the channels."""
        if self._section is None:
            self._section, self._creates = section, creates
            self._start()

    def connected(self, dtls: RTCDtlsTransport) -> None:
        """Take the connected DTLS, and begin the association if it is negotiated."""
        self._dtls = dtls
        self._start()

    def _start(self) -> None:
        if self._section is None or self._dtls is None or self._sctp is not None:
            return
        self._sctp = BoundedSCTP(self._dtls, self._events.failed, self._events.dropped)
        self._sctp.on("datachannel", self._adopt)
        if self._creates:
            self._create(self._sctp)
        capabilities = RTCSctpCapabilities(maxMessageSize=self._section.max_message_size)
        self._task = asyncio.create_task(self._sctp.start(capabilities, self._section.sctp_port), name="sctp start")

    def _create(self, sctp: BoundedSCTP) -> None:
        """Open our two channels, as the server does on a subscriber's peer."""
        reliable = RTCDataChannel(sctp, RTCDataChannelParameters(label=RELIABLE))
        reliable.on("open", self._events.opened)
        self._watch(reliable)
        self._watch(RTCDataChannel(sctp, RTCDataChannelParameters(label=LOSSY, ordered=False, maxRetransmits=0)))

    def _adopt(self, channel: RTCDataChannel) -> None:
        # Others, such as `_data_track`, stay open and unheard: closing them would only confuse the client.
        if channel.label in LABELS and channel.label not in self._channels:
            self._watch(channel)

    def _watch(self, channel: RTCDataChannel) -> None:
        label = channel.label
        self._channels[label] = channel
        channel.on("message", lambda message: self._message(label, message))

    def _message(self, label: str, message: bytes | str) -> None:
        if isinstance(message, str):
            self._events.dropped("data_text")
        elif len(message) > MAX_MESSAGE_SIZE:
            self._events.dropped("data_too_large")
        else:
            self._events.received(label, message)

    def send(self, label: str, payload: bytes) -> bool:
        """Queue one message; False when there is no such open channel, its buffer is full, or the client takes none
        of that size."""
        channel = self._channels.get(label)
        if channel is None or self._is_full(label, channel.bufferedAmount + len(payload)):
            return False
        if channel.readyState != "open":
            return False
        try:
            channel.send(payload)
        except ValueError:
            return False
        return True

    def _is_full(self, label: str, waiting_bytes: int) -> bool:
        if label == LOSSY and waiting_bytes > LOSSY_BUFFER_BYTES:
            self._events.dropped("data_lossy_full")
        elif waiting_bytes > RELIABLE_BUFFER_BYTES:
            self._events.dropped("data_reliable_full")
            self._events.overflowed()
        else:
            return False
        return True

    async def stop(self) -> None:
        """Abort the association."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._sctp is not None:
            await self._sctp.stop()
