"""A peer and its client's data channels, as the tests of SCTP need them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiortc import RTCDataChannel, RTCDataChannelParameters, RTCSctpTransport
from aiortc.rtcsctptransport import SCTP_DATA_FIRST_FRAG, DataChunk, RTCSctpCapabilities, tsn_plus_one

from media.transport.data_channels import LOSSY, RELIABLE
from media.transport.peer import Peer
from media.transport.udp_mux import UDPMux
from tests.media.descriptions import data_section
from tests.media.load import MediaClient
from tests.media.transport.calls import RecordingObserver, until


@dataclass(slots=True)
class DataCall:
    """One peer and its client's SCTP."""

    peer: Peer
    heard: RecordingObserver
    client: MediaClient
    sctp: RTCSctpTransport
    channels: dict[str, RTCDataChannel] = field(default_factory=dict)
    messages: list[tuple[str, bytes]] = field(default_factory=list)

    def watch(self, channel: RTCDataChannel) -> None:
        self.channels[channel.label] = channel
        channel.on("message", lambda message: self.messages.append((channel.label, message)))


@contextlib.asynccontextmanager
async def data_call(mux: UDPMux, *, publishes: bool) -> AsyncIterator[DataCall]:
    """A connected peer; a publisher's client creates the channels, else the server does."""
    heard, client = RecordingObserver(), MediaClient()
    peer = mux.create_peer(heard)
    try:
        if publishes:
            remote = peer.answer(client.offer([data_section("0")]))
        else:
            remote = peer.offer()
            peer.accept_answer(client.answer(remote))
        await client.connect(remote)
        call = DataCall(peer, heard, client, RTCSctpTransport(client.dtls))
        call.sctp.on("datachannel", call.watch)
        if publishes:
            call.watch(RTCDataChannel(call.sctp, RTCDataChannelParameters(label=RELIABLE)))
            lossy = RTCDataChannelParameters(label=LOSSY, ordered=False, maxRetransmits=0)
            call.watch(RTCDataChannel(call.sctp, lossy))
        await call.sctp.start(RTCSctpCapabilities(maxMessageSize=262_144), 5000)
        await until(lambda: len(call.channels) == 2)
        await until(lambda: all(channel.readyState == "open" for channel in call.channels.values()))
        yield call
        if call.sctp.state != "closed":
            await call.sctp.stop()
    finally:
        await client.close()


async def send_fragment(sctp: RTCSctpTransport, data: bytes, stream_id: int = 1) -> None:
    """Send the beginning of a message that never ends."""
    chunk = DataChunk(flags=SCTP_DATA_FIRST_FRAG)
    chunk.tsn = sctp._local_tsn
    sctp._local_tsn = tsn_plus_one(sctp._local_tsn)
    chunk.stream_id, chunk.stream_seq, chunk.protocol, chunk.user_data = stream_id, 0, 53, data
    await sctp._send_chunk(chunk)
