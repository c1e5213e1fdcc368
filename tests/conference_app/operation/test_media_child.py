"""The supervisor: restarts its child, never leaves an orphan, and only one of several owns it."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from conference_app.config import Settings, load_settings
from conference_app.operation import local_address, media_child
from conference_app.operation.media_child import MediaChild, media_environment

SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(60)
"""


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return load_settings({"PARLEY_DATA": str(tmp_path)})


async def started(child: MediaChild, count: int) -> int:
    """The pid of the child once it was started `count` times."""
    async with asyncio.timeout(60):
        while child.starts < count or child.pid is None:
            await asyncio.sleep(0.02)
    return child.pid


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_the_child_gets_the_key_pair_and_ports(config: Settings) -> None:
    environment = media_environment(config)
    assert environment["LIVEKIT_API_SECRET"] == config.secrets.livekit_api_secret
    assert environment["PARLEY_MEDIA_PORT"] == "7880"


def test_the_child_listens_where_firefox_reaches_it_too(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_address, "_route_source", lambda destination: "192.0.2.7")
    assert media_environment(config)["PARLEY_MEDIA_SECOND_HOST"] == "192.0.2.7"
    for chosen in ({"media_public_ip": "203.0.113.7"}, {"media_bind_host": "192.0.2.9"}):
        assert media_environment(dataclasses.replace(config, **chosen))["PARLEY_MEDIA_SECOND_HOST"] == ""
    monkeypatch.setattr(local_address, "_route_source", lambda destination: "")
    assert media_environment(config)["PARLEY_MEDIA_SECOND_HOST"] == ""


def test_the_address_of_the_route_out_is_found_without_a_datagram() -> None:
    assert not local_address.is_loopback(local_address._route_source(local_address.ELSEWHERE[0]) or "192.0.2.1")
    assert local_address._route_source((socket.AF_INET, "127.0.0.1")) == ""


async def test_a_killed_child_is_started_again(config: Settings) -> None:
    child = MediaChild(config, SLEEPER)
    task = asyncio.create_task(child.run())
    first = await started(child, 1)
    os.kill(first, signal.SIGKILL)
    second = await started(child, 2)
    assert second != first
    await end(task)


async def test_the_child_ends_with_its_supervisor(config: Settings) -> None:
    child = MediaChild(config, SLEEPER)
    task = asyncio.create_task(child.run())
    pid = await started(child, 1)
    await end(task)
    assert not is_alive(pid)


async def test_a_child_that_ignores_sigterm_is_killed(config: Settings, tmp_path: Path) -> None:
    child = MediaChild(config, (sys.executable, "-c", STUBBORN, str(tmp_path / "ignores")))
    task = asyncio.create_task(child.run())
    pid = await started(child, 1)
    async with asyncio.timeout(60):
        while not (tmp_path / "ignores").exists():
            await asyncio.sleep(0.02)
    await end(task)
    assert not is_alive(pid)


async def test_of_two_workers_one_owns_the_child_and_the_other_takes_over(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[bool] = []
    try_lock = media_child._try_lock
    monkeypatch.setattr(media_child, "_try_lock", lambda lock: tries.append(try_lock(lock)) or tries[-1])
    owner, other = MediaChild(config, SLEEPER), MediaChild(config, SLEEPER)
    owning = asyncio.create_task(owner.run())
    await started(owner, 1)
    waiting = asyncio.create_task(other.run())
    while len(tries) < 2:
        await asyncio.sleep(0.01)
    assert (tries, other.starts) == ([True, False], 0)
    await end(owning)
    await started(other, 1)
    await end(waiting)
