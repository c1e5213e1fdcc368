"""The one socket: which address is whose, and what is announced of it."""

from __future__ import annotations

import asyncio

import pytest

from media.transport.ice_lite import MAX_ADDRESSES
from media.transport.udp_mux import UDPMux
from tests.media.descriptions import (
    video_section,
)
from tests.media.load import MediaClient
from tests.media.transport.calls import RecordingObserver, open_call, until


async def test_one_address_serves_one_peer_and_addresses_are_few() -> None:
    async with open_call() as call:
        other = call.mux.create_peer(RecordingObserver())
        answer = other.answer(call.sender.offer([video_section("0", "cam")]))
        thief = MediaClient()
        thief.point_at(answer)
        # The forged source: the sender's own socket checks in for another peer.
        call.sender.send_raw(thief.check())
        await until(lambda: call.mux.counters["drop_stun_address_taken"] == 1)
        clients = [MediaClient() for _ in range(MAX_ADDRESSES + 3)]
        for client in clients:
            client.point_at(answer)
            client.check()
            await until(client.is_answered)
        assert len(other.ice.addresses) == MAX_ADDRESSES
        await asyncio.gather(*(client.close() for client in [*clients, thief]))


async def test_a_wildcard_needs_an_address_to_announce() -> None:
    with pytest.raises(ValueError, match="wildcard"):
        await UDPMux.open("0.0.0.0", 0)  # noqa: S104
    mux = await UDPMux.open("0.0.0.0", 0, announce_ip="192.0.2.9")  # noqa: S104
    peer = mux.create_peer(RecordingObserver())
    assert f" 192.0.2.9 {mux.port} typ host" in peer.offer()
    mux.close()
    await mux.wait_closed()


async def test_a_second_address_is_announced_and_answers_by_itself() -> None:
    mux = await UDPMux.open("127.0.0.1", 0, second_host="127.0.0.2")
    try:
        peer, client = mux.create_peer(RecordingObserver()), MediaClient()
        answer = peer.answer(client.offer([video_section("0", "cam")]))
        candidates = [line for line in answer.splitlines() if line.startswith("a=candidate:")]
        assert candidates == [
            f"a=candidate:1 1 udp 2130706431 127.0.0.1 {mux.port} typ host",
            f"a=candidate:2 1 udp 2130706175 127.0.0.2 {mux.port} typ host",
        ]
        for index in (0, 1):
            client.point_at(answer, index)
            client._answered.clear()
            client.check()
            await until(client.is_answered)
        assert len(peer.ice.addresses) == 2  # one socket of the client, and two of ours that it is seen through
        await client.close()
    finally:
        mux.close()
        await mux.wait_closed()


async def test_a_whole_connection_over_the_second_address() -> None:
    mux = await UDPMux.open("127.0.0.1", 0, second_host="127.0.0.2")
    try:
        heard, client = RecordingObserver(), MediaClient()
        answer = mux.create_peer(heard).answer(client.offer([video_section("0", "cam")]))
        first, second = [line for line in answer.splitlines(keepends=True) if line.startswith("a=candidate:")]
        await client.connect(answer.replace(first, ""))
        await until(lambda: heard.heard[-1:] == ["connected"])
        assert second.split()[4] == "127.0.0.2"
        await client.close()
    finally:
        mux.close()
        await mux.wait_closed()


async def test_a_second_address_that_cannot_be_had_leaves_the_first() -> None:
    mux = await UDPMux.open("127.0.0.1", 0, second_host="192.0.2.250")
    assert mux.create_peer(RecordingObserver()).offer().count("a=candidate:") == 1
    mux.close()
    await mux.wait_closed()


async def test_version_six() -> None:
    mux = await UDPMux.open("::1", 0)
    try:
        offer = mux.create_peer(RecordingObserver()).offer()
        assert "c=IN IP6 ::1\r\n" in offer
        assert f" ::1 {mux.port} typ host\r\n" in offer
    finally:
        mux.close()
        await mux.wait_closed()
