"""Rate limits: counted by caller, forgotten in time, and keyed so that the counters name nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from limits import RateLimitItemPerMinute

from conference_app.config import settings
from conference_app.errors import TooManyAttempts
from conference_app.services.limits import rate_limits, redis
from conference_app.services.limits.rate_limits import check, count, forgive, network_of
from tests.fakes import ManualClock
from tests.ports import free_port

THREE = RateLimitItemPerMinute(3, 1, "test")


async def test_the_wait_is_said_and_is_true(clock: ManualClock) -> None:
    for _ in range(3):
        await count(THREE, "ann")
        clock.advance(10)
    with pytest.raises(TooManyAttempts) as caught:
        await count(THREE, "ann")
    assert caught.value.wait_s == 30
    assert caught.value.values["wait_s"] == 30
    await count(THREE, "bob")
    clock.advance(29)
    with pytest.raises(TooManyAttempts):
        await count(THREE, "ann")
    clock.advance(2)
    await count(THREE, "ann")


async def test_checking_counts_nothing_and_forgiving_forgets(clock: ManualClock) -> None:
    for _ in range(10):
        await check(THREE, "ann")
    for _ in range(3):
        await count(THREE, "ann")
    with pytest.raises(TooManyAttempts):
        await check(THREE, "ann")
    await forgive(THREE, "ann")
    await count(THREE, "ann")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "not an address", True),
    ],
)
def test_what_is_one_caller(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


@pytest.mark.parametrize("is_silent", [False, True])
async def test_without_redis_a_limit_holds_for_each_process(monkeypatch: pytest.MonkeyPatch, is_silent: bool) -> None:
    """Whether Redis is gone, or takes what it is asked and never answers."""
    monkeypatch.setattr(redis, "PATIENCE_S", 0.2)
    async with silent_server() as port:
        monkeypatch.setenv("PARLEY_REDIS_URL", f"redis://127.0.0.1:{port if is_silent else free_port()}")
        settings.cache_clear()
        for _ in range(3):
            await count(THREE, "ann")
        with pytest.raises(TooManyAttempts):
            await count(THREE, "ann")
        await count(THREE, "bob")


@asynccontextmanager
async def silent_server() -> AsyncIterator[int]:
    """A port that takes everything and says nothing."""
    open_ends: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(lambda _reader, writer: open_ends.append(writer), "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    for end in open_ends:
        end.close()
    server.close()
    await server.wait_closed()


async def test_the_counters_hold_no_names(clock: ManualClock) -> None:
    await count(THREE, "canary@example.com")
    storage = vars(rate_limits._the_limiter().storage)
    assert storage["events"]
    assert "canary" not in repr(storage)
