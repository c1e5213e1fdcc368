"""What the keys of encrypted meetings cost: churn, new keys among many, a burst, and a webinar's rotation, by bun."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.report import Figure, percentile
from tests.key_service.running import back_after_crash, begin, install, key_service, printed

SEEDS, STEPS, LIMIT = 20, 200, 40
ROUNDS, BURST = 20, 30
CHURN_TIMEOUT_S = 900


def measure_group_keys() -> Iterator[Figure]:
    """Against the real delivery service; what does not hold in the churn raises RuntimeError."""
    install()
    for members in (30, 100):
        yield from _rekeying(members)
    yield _burst()
    yield _return()
    yield from _rotation()
    yield _churn()


def _rekeying(members: int) -> Iterator[Figure]:
    """From the order until the members that are awake have new keys: after a change, a removal, a join, a reload."""
    with tempfile.TemporaryDirectory() as folder, key_service(Path(folder), people=members + ROUNDS) as service:
        found = service.run("rekeyBench.ts", members, ROUNDS, 0, timeout_s=600)
    for kind in ("refresh", "removal", "join", "reload"):
        yield Figure(f"rekey_by_{kind}_at_{members}_p95", percentile(found[kind], 0.95), "s", 1.0)


def _burst() -> Figure:
    """From the first of BURST joins that come at once to the last key."""
    with tempfile.TemporaryDirectory() as folder, key_service(Path(folder), people=4 + BURST) as service:
        found = service.run("rekeyBench.ts", 4, 0, BURST, timeout_s=600)
    return Figure(f"{BURST}_joins_at_once_all_keyed", found["burst"], "s", 10.0)


def _return() -> Figure:
    """How long after the killed service answers again the last of 30 members has whole keys."""
    with tempfile.TemporaryDirectory() as folder, key_service(Path(folder), people=30) as service:
        waits = back_after_crash(service, 30)
    return Figure("service_killed_30_members_back", max(waits), "s", 3.0)


def _rotation() -> Iterator[Figure]:
    """A leader's and an attendee's work for another secret among 1,000 members, and what each member's costs."""
    found = printed(begin("rotationBench.ts", 1000, 5), timeout_s=300)
    yield Figure("hpke_rotation_at_1000_cpu", found["rotation_s"], "s", 3.0)
    yield Figure("hpke_bytes_for_each_member", found["bytes"], "B", 100)


def _churn() -> Figure:
    """The longest of SEEDS runs of STEPS comings, goings and crashes."""
    longest = 0.0
    for seed in range(1, SEEDS + 1):
        with tempfile.TemporaryDirectory() as folder, key_service(Path(folder), people=3 * LIMIT) as service:
            found = service.run("churn.ts", seed, STEPS, LIMIT, 0.3, timeout_s=CHURN_TIMEOUT_S)
        if found["problems"]:
            raise RuntimeError(f"churn, seed {seed}: {found['problems']}")
        longest = max(longest, found["seconds"])
    return Figure(f"churn_of_{STEPS}_steps_longest_of_{SEEDS}", longest, "s", CHURN_TIMEOUT_S)
