"""The process itself: start, stop, a port in use, settings that cannot work, and a restart in mid-call."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys

import aiohttp
import pytest
from livekit.protocol import rtc as signal_messages

from tests.ports import free_port
from tests.protocol.conftest import ROOT
from tests.protocol.people import People, StartMedia, token, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(60)]


def run(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "media"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=20, check=False)


def test_missing_secret_is_one_clear_line() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("LIVEKIT")}
    done = run(env)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "LIVEKIT_API_SECRET" in done.stderr


async def test_stop_asks_clients_to_come_back(start_media: StartMedia) -> None:
    media = start_media()
    async with aiohttp.ClientSession() as client:
        socket_ = await client.ws_connect(f"{media.url}/rtc", params={"access_token": token("ann", "room")})
        await socket_.receive(timeout=5)
        stopping = asyncio.create_task(asyncio.to_thread(media.stop))
        messages: list[signal_messages.SignalResponse] = []
        while (frame := await socket_.receive(timeout=5)).type is aiohttp.WSMsgType.BINARY:
            messages.append(signal_messages.SignalResponse.FromString(frame.data))
        code = await stopping
    assert messages[-1].leave.action == signal_messages.LeaveRequest.RECONNECT
    assert code == 0  # by itself: whom `stop` has to kill has another
    assert "Traceback" not in media.log.read_text()


async def test_call_is_back_after_the_process_is_killed(start_media: StartMedia) -> None:
    port, udp = free_port(), free_port(socket.SOCK_DGRAM)
    ports = {"PARLEY_MEDIA_PORT": str(port), "PARLEY_MEDIA_UDP_PORT": str(udp)}
    first = start_media(**ports)
    people = People(first)
    ann, ben = await people.join("ann"), await people.join("ben")
    await ann.speak()
    await until(lambda: ben.loudness["ann"] > 3000, "sound")
    first.process.kill()
    first.process.wait()
    start_media(**ports)
    ben.loudness.clear()
    try:
        await until(lambda: ann.saw("reconnected") and ben.saw("reconnected"), "reconnection", 30)
        await until(lambda: ben.loudness["ann"] > 3000, "sound after the restart", 20)
        assert not ann.saw("disconnected") + ben.saw("disconnected")
    finally:
        await people.leave()


async def test_counters_tell_of_the_traffic(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    await ann.speak()
    await until(lambda: ben.loudness["ann"] > 3000, "sound")
    lines = await people.counters()
    async with asyncio.timeout(20):
        while lines["parley_media_packets_in_total"] <= 30 or lines["parley_media_packets_out_total"] <= 30:
            await asyncio.sleep(0.1)
            lines = await people.counters()
    assert lines["parley_media_participants"] >= 2
    assert lines['parley_media_tracks_published_total{reason="audio"}'] >= 1
