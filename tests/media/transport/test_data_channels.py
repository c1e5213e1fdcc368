"""Data channels both ways, and what a participant who floods or garbles them loses: its own connection only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiortc import RTCDataChannel, RTCDataChannelParameters, RTCSctpTransport
from aiortc.rtcsctptransport import SCTP_DATA_FIRST_FRAG, Chunk, DataChunk, RTCSctpCapabilities, tsn_plus_one

from media.transport.data_channels import LOSSY, LOSSY_BUFFER_BYTES, RELIABLE, RELIABLE_BUFFER_BYTES
from media.transport.peer import Peer
from media.transport.sctp import MAX_CHANNELS
from media.transport.sdp_writer import MAX_MESSAGE_SIZE
from media.transport.udp_mux import UDPMux
from tests.media.descriptions import data_section, video_section
from tests.media.load import MediaClient
from tests.media.transport.calls import RecordingObserver, open_mux, until


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


async def test_the_server_opens_both_channels_and_sends() -> None:
    async with open_mux() as mux, data_call(mux, publishes=False) as call:
        await until(lambda: call.heard.heard == ["connected", "data_open"])
        assert call.channels[RELIABLE].ordered
        assert not call.channels[LOSSY].ordered
        assert call.channels[LOSSY].maxRetransmits == 0
        assert call.peer.send_data(RELIABLE, b"r" * 60_000)
        assert call.peer.send_data(LOSSY, b"l")
        await until(lambda: len(call.messages) == 2)
        assert sorted(call.messages) == [(LOSSY, b"l"), (RELIABLE, b"r" * 60_000)]


async def test_what_a_publisher_sends_is_heard_in_order() -> None:
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        sent = [bytes([index]) * 2000 for index in range(50)]
        for message in sent:
            call.channels[RELIABLE].send(message)
        call.channels[LOSSY].send(b"lossy")
        await until(lambda: len(call.heard.data) == 51)
        assert [data for label, data in call.heard.data if label == RELIABLE] == sent
        assert (LOSSY, b"lossy") in call.heard.data
        assert "data_open" not in call.heard.heard


async def test_text_large_messages_and_other_channels_are_not_heard() -> None:
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        other = RTCDataChannel(call.sctp, RTCDataChannelParameters(label="_data_track"))
        await until(lambda: other.readyState == "open")
        other.send(b"unheard")
        call.channels[RELIABLE].send("text")
        call.channels[RELIABLE].send(b"x" * MAX_MESSAGE_SIZE)
        call.sctp._remote_max_message_size = 0
        call.channels[RELIABLE].send(b"x" * (MAX_MESSAGE_SIZE + 1))
        call.channels[RELIABLE].send(b"last")
        await until(lambda: (RELIABLE, b"last") in call.heard.data)
        assert len(call.heard.data) == 2
        assert mux.counters["drop_data_text"] == 1
        assert mux.counters["drop_data_too_large"] == 1


@pytest.mark.parametrize("size", [1100, 1])
async def test_a_message_without_end_ends_its_sender_only(size: int) -> None:
    async with open_mux() as mux, data_call(mux, publishes=False) as good, data_call(mux, publishes=True) as bad:
        for _ in range(1200):
            await _send_fragment(bad.sctp, bytes(size))
            if bad.heard.closed:
                break
            await asyncio.sleep(0)
        await until(lambda: bool(bad.heard.closed))
        assert bad.heard.closed == ["sctp_limit"]
        assert good.peer.send_data(RELIABLE, b"still here")
        await until(lambda: good.messages == [(RELIABLE, b"still here")])


async def _send_fragment(sctp: RTCSctpTransport, data: bytes) -> None:
    chunk = DataChunk(flags=SCTP_DATA_FIRST_FRAG)
    chunk.tsn = sctp._local_tsn
    sctp._local_tsn = tsn_plus_one(sctp._local_tsn)
    chunk.stream_id, chunk.stream_seq, chunk.protocol, chunk.user_data = 1, 0, 53, data
    await sctp._send_chunk(chunk)


async def test_too_many_channels_end_their_opener() -> None:
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        for index in range(MAX_CHANNELS):
            RTCDataChannel(call.sctp, RTCDataChannelParameters(label=f"extra {index}"))
        await until(lambda: bool(call.heard.closed))
        assert call.heard.closed == ["sctp_limit"]


class _Garbled(Chunk):
    """A DATA chunk that ends before its fields."""

    def __bytes__(self) -> bytes:
        return b"\x00\x03\x00\x06\x00\x00\x00\x00"


async def test_a_garbled_chunk_ends_its_sender_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        await call.sctp._send_chunk(_Garbled())
        await until(lambda: bool(call.heard.closed))
        assert call.heard.closed == ["sctp_malformed"]
    assert "Traceback" not in caplog.text


async def test_a_slow_receiver_loses_lossy_and_overflows_reliable() -> None:
    async with open_mux() as mux, data_call(mux, publishes=False) as call:
        asyncio.get_running_loop().remove_reader(call.client.socket)
        lossy = [call.peer.send_data(LOSSY, bytes(10_000)) for _ in range(2 * LOSSY_BUFFER_BYTES // 10_000)]
        assert lossy[0]
        assert not lossy[-1]
        reliable = [call.peer.send_data(RELIABLE, bytes(60_000)) for _ in range(RELIABLE_BUFFER_BYTES // 60_000 + 2)]
        assert reliable[0]
        assert not reliable[-1]
        assert "overflow" in call.heard.heard
        call.peer.close("too_slow")


async def test_without_channels_nothing_is_sent() -> None:
    async with open_mux() as mux:
        peer, client = mux.create_peer(RecordingObserver()), MediaClient()
        assert not peer.send_data(RELIABLE, b"early")
        remote = peer.answer(client.offer([video_section("0", "cam")]))
        await client.connect(remote)
        assert not peer.send_data(RELIABLE, b"no section")
        await client.close()
