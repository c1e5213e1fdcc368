"""Data channels both ways, and what a participant who floods or garbles them loses: its own connection only."""

from __future__ import annotations

import asyncio

import pytest
from aiortc import RTCDataChannel, RTCDataChannelParameters
from aiortc.rtcsctptransport import Chunk

from media.transport.data_channels import LOSSY, LOSSY_BUFFER_BYTES, RELIABLE, RELIABLE_BUFFER_BYTES
from media.transport.sctp import MAX_CHANNELS
from media.transport.sdp_writer import MAX_MESSAGE_SIZE
from tests.media.descriptions import video_section
from tests.media.load import MediaClient
from tests.media.transport.calls import RecordingObserver, open_mux, until
from tests.media.transport.data_calls import data_call, send_fragment


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
            await send_fragment(bad.sctp, bytes(size))
            if bad.heard.closed:
                break
            await asyncio.sleep(0)
        await until(lambda: bool(bad.heard.closed))
        assert bad.heard.closed == ["sctp_limit"]
        assert good.peer.send_data(RELIABLE, b"still here")
        await until(lambda: good.messages == [(RELIABLE, b"still here")])


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
