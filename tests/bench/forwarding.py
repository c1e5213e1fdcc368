"""What the media process spends on forwarding: CPU per packet, added delay, memory per idle participant."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.caller import Caller, token
from tests.bench.product import Product
from tests.bench.report import Figure, percentile
from tests.media.load import publish


@dataclass(frozen=True, slots=True)
class Shape:
    """Subscribers × packets per second of the one publisher, with goals: a quiet pair of cores of 2026 meets them."""

    subscribers: int
    packets_per_s: int
    cpu_us: float
    delay_p50_ms: float
    delay_p99_ms: float


SHAPES = (Shape(1, 1000, 90, 1, 5), Shape(10, 1000, 20, 1, 5), Shape(50, 500, 15, 3, 20))
GOAL_LOST_PERCENT = 0.1
GOAL_IDLE_KB = 500.0
RUN_S = 6.0
WARM_UP_S = 1.0
IDLE_PARTICIPANTS = 100


def _key_pair(data: Path) -> tuple[str, str]:
    read = [(data / "secrets" / name).read_text().strip() for name in ("livekit_api_key", "livekit_api_secret")]
    return read[0], read[1]


class Bench:
    """Callers of one media process."""

    def __init__(self, product: Product) -> None:
        self._url = f"ws://127.0.0.1:{product.media_port}"
        self._key, self._secret = _key_pair(product.data)
        self.media = product.media()

    async def callers(self, room: str, count: int) -> list[Caller]:
        """`count` participants who joined `room`, one after another."""
        joined = []
        for number in range(count):
            caller = Caller()
            await caller.join(self._url, token(self._key, self._secret, room, f"caller-{number}"))
            joined.append(caller)
        return joined

    def cpu_s(self) -> float:
        """User and system time of the media process so far, in seconds."""
        times = self.media.cpu_times()
        return times.user + times.system

    async def forward(self, shape: Shape) -> list[Figure]:
        """One publisher to its subscribers: CPU per forwarded packet, delay seen by the last of them, share lost."""
        publisher, *others = everyone = await self.callers(f"room-{shape.subscribers}", shape.subscribers + 1)
        await publisher.publish()
        await publish(publisher.publisher, shape.packets_per_s, WARM_UP_S)
        others[-1].subscriber.measure_delay()
        before = sum(caller.subscriber.total for caller in others)
        cpu_before = self.cpu_s()
        gc.disable()  # a collection in this process would count as delay
        sent = await publish(publisher.publisher, shape.packets_per_s, RUN_S)
        gc.enable()
        await asyncio.sleep(0.3)
        forwarded = sum(caller.subscriber.total for caller in others) - before
        cpu_us = (self.cpu_s() - cpu_before) * 1e6 / max(forwarded, 1)
        delays_ms = [delay / 1e6 for delay in others[-1].subscriber.delays_ns] or [float("nan")]
        await asyncio.gather(*(caller.leave() for caller in everyone))
        name = f"{shape.subscribers}x{shape.packets_per_s}"
        lost = 100 * (1 - forwarded / (sent * shape.subscribers))
        return [
            Figure(f"cpu_per_forwarded_packet_{name}", cpu_us, "us", shape.cpu_us),
            Figure(f"added_delay_p50_{name}", percentile(delays_ms, 0.5), "ms", shape.delay_p50_ms),
            Figure(f"added_delay_p99_{name}", percentile(delays_ms, 0.99), "ms", shape.delay_p99_ms),
            Figure(f"lost_{name}", lost, "%", GOAL_LOST_PERCENT),
        ]

    async def idle_memory(self) -> Figure:
        """Resident memory that each further participant takes who only listens to silence."""
        warm = await self.callers("idle-warm", 5)
        before = self.media.memory_info().rss
        idle = await self.callers("idle", IDLE_PARTICIPANTS // 2)
        idle += await self.callers("idle-too", IDLE_PARTICIPANTS // 2)
        await asyncio.sleep(1)
        grown = self.media.memory_info().rss - before
        await asyncio.gather(*(caller.leave() for caller in warm + idle))
        return Figure("memory_per_idle_participant", grown / IDLE_PARTICIPANTS / 1024, "kB", GOAL_IDLE_KB)


def measure_forwarding(product: Product) -> Iterator[Figure]:
    """All shapes one after another, then memory."""
    bench = Bench(product)
    for shape in SHAPES:
        yield from asyncio.run(bench.forward(shape))
    yield asyncio.run(bench.idle_memory())
