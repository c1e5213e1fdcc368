"""The token bucket."""

from __future__ import annotations

from media.room.rate import TokenBucket


def test_burst_then_average() -> None:
    bucket = TokenBucket(rate_per_s=10, burst=5, now=0.0)
    assert [bucket.take(1, 0.0) for _ in range(6)] == [True] * 5 + [False]
    assert bucket.take(1, 0.1)
    assert not bucket.take(1, 0.1)


def test_refusal_takes_nothing() -> None:
    bucket = TokenBucket(rate_per_s=1, burst=5, now=0.0)
    assert not bucket.take(6, 0.0)
    assert bucket.take(5, 0.0)


def test_spending_more_than_there_is_must_be_waited_for() -> None:
    bucket = TokenBucket(rate_per_s=10, burst=50, now=0.0)
    assert bucket.spend(50, 0.0) == 0
    assert bucket.spend(30, 0.0) == 3
    assert bucket.spend(10, 1.0) == 3
    assert not bucket.take(1, 4.0)
    assert bucket.spend(0, 10.0) == 0


def test_time_running_backwards_gives_nothing() -> None:
    bucket = TokenBucket(rate_per_s=1, burst=1, now=10.0)
    assert bucket.take(1, 10.0)
    assert not bucket.take(1, 5.0)
