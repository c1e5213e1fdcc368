"""What one participant's SCTP may cost us: chunks, gaps, holes and fragments are counted, and the rest still works."""

from __future__ import annotations

from struct import pack
from typing import Any

import pytest
from aiortc import RTCSctpTransport
from aiortc.rtcsctptransport import DataChunk, HeartbeatChunk, ReconfigChunk, SackChunk
from hypothesis import given
from hypothesis import strategies as st

from media.transport import sctp, sctp_budget
from media.transport.data_channels import RELIABLE
from media.transport.sctp import BoundedSCTP
from media.transport.sctp_budget import MAX_CHUNKS_PER_PACKET, SCTPBudget, count_chunks
from tests.media.transport.calls import open_mux, until
from tests.media.transport.data_calls import DataCall, data_call, send_fragment

HEADER = bytes(12)
DATA, HEARTBEAT = pack("!BBHLHHLB3x", 0, 3, 17, 1, 0, 0, 53, 7), pack("!BBH", 4, 0, 4)


def ours(call: DataCall) -> BoundedSCTP:
    """The server's side of the association."""
    association = call.peer._channels._sctp
    assert association is not None
    return association


async def still_works(call: DataCall) -> None:
    """What the client sends is heard."""
    call.channels[RELIABLE].send(b"still here")
    await until(lambda: (RELIABLE, b"still here") in call.heard.data)
    assert call.heard.closed == []


def test_chunks_are_counted_without_reading_them() -> None:
    assert count_chunks(HEADER + DATA * 3 + HEARTBEAT) == (4, 1)
    assert count_chunks(HEADER + HEARTBEAT * 300)[0] == MAX_CHUNKS_PER_PACKET + 1
    assert count_chunks(HEADER + pack("!BBH", 0, 0, 0) * 5) == (5, 0)  # no length leads in a circle
    assert count_chunks(b"") == (0, 0)


@given(st.binary(max_size=1500))
def test_counting_ends_for_any_bytes(data: bytes) -> None:
    total, control = count_chunks(data)
    assert 0 <= control <= total <= MAX_CHUNKS_PER_PACKET + 1


def test_a_second_of_chunks_and_then_a_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sctp_budget, "MAX_CHUNKS_PER_S", 10)
    budget = SCTPBudget()
    assert [budget.takes_packet(HEADER + DATA * 4, 5.0) for _ in range(3)] == [True, True, False]
    assert budget.takes_packet(HEADER + DATA * 2, 5.9)
    assert budget.takes_packet(HEADER + DATA * 4, 6.0)
    taken = [budget.takes_packet(HEADER + HEARTBEAT, 7.0 + number / 1000) for number in range(100)]
    assert sum(taken) == min(10, sctp_budget.MAX_CONTROL_PER_S)


async def test_a_datagram_full_of_heartbeats_is_not_answered() -> None:
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        sent = mux.counters["packets_out"]
        tag = call.sctp._remote_verification_tag
        flood = _packet(tag, HEARTBEAT * 300)
        await call.client.dtls._send_data(flood)
        await until(lambda: mux.counters["drop_sctp_rate"] == 1)
        assert mux.counters["packets_out"] - sent < 10
        await still_works(call)


def _packet(tag: int, chunks: bytes) -> bytes:
    from google_crc32c import value  # as aiortc sums

    head = pack("!HHL", 5000, 5000, tag)
    return head + pack("<L", value(head + bytes(4) + chunks)) + chunks


async def test_questions_that_are_answered_one_by_one_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sctp_budget, "MAX_CONTROL_PER_S", 3)
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        ours(call)._budget = SCTPBudget()
        for _ in range(8):
            await call.sctp._send_chunk(HeartbeatChunk())
        await until(lambda: mux.counters["drop_sctp_rate"] >= 5)
        await still_works(call)


async def test_gaps_that_name_millions_are_not_walked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[Any] = []

    async def walk(self: object, chunk: Any) -> None:
        walked.append(chunk.gaps)

    monkeypatch.setattr(RTCSctpTransport, "_receive_sack_chunk", walk)
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        walked.clear()
        for gaps in ([(2, 5)], [(0, 65535)] * 290, [(5, 2)]):
            receipt = SackChunk()
            receipt.gaps = list(gaps)
            await ours(call)._receive_sack_chunk(receipt)
        assert walked == [[(2, 5)], [], []]


@given(st.integers(0, 0xFFFFFFFF), st.lists(st.integers(0, 12), max_size=60))
def test_holes_are_noted_as_aiortc_notes_them(first: int, steps: list[int]) -> None:
    quick: Any = object.__new__(BoundedSCTP)
    slow: Any = object.__new__(BoundedSCTP)
    for one in (quick, slow):
        one._last_received_tsn, one._sack_misordered, one._sack_duplicates = first, set(), []
    for step in steps:
        tsn = (first + step) & 0xFFFFFFFF
        assert quick._mark_received(tsn) == RTCSctpTransport._mark_received(slow, tsn)
        assert quick._last_received_tsn == slow._last_received_tsn
        assert quick._sack_misordered == slow._sack_misordered


async def test_messages_behind_a_lost_one_arrive_though_few_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sctp, "MAX_MISORDERED", 4)
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        send, lost = call.sctp._send_chunk, []

        async def lose_the_first(chunk: Any) -> None:
            if isinstance(chunk, DataChunk) and not lost:
                lost.append(chunk)
                return
            await send(chunk)

        monkeypatch.setattr(call.sctp, "_send_chunk", lose_the_first)
        sent = [b"%d" % number for number in range(20)]
        for message in sent:
            call.channels[RELIABLE].send(message)
        await until(lambda: len(call.heard.data) == 20, timeout_s=15)
        assert lost
        assert [data for _, data in call.heard.data] == sent


async def test_fragments_are_counted_over_all_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sctp, "MAX_REASSEMBLY_CHUNKS", 20)
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        for number in range(30):
            await send_fragment(call.sctp, b"x", stream_id=number % 10)
        await until(lambda: bool(call.heard.closed))
        assert call.heard.closed == ["sctp_limit"]


async def test_more_resets_than_one_chunk_may_hold_end_their_sender() -> None:
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        chunk = ReconfigChunk()
        chunk.params = [(17, bytes(8))] * (sctp.MAX_RESETS + 1)
        await call.sctp._send_chunk(chunk)
        await until(lambda: bool(call.heard.closed))
        assert call.heard.closed == ["sctp_limit"]


async def test_senders_are_told_what_fits() -> None:
    async with open_mux() as mux, data_call(mux, publishes=True) as call:
        assert ours(call)._advertised_rwnd == sctp.WINDOW
        assert call.sctp._ssthresh == sctp.WINDOW  # what its peer announced at the beginning
