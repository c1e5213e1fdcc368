"""Budgets: a burst at once, a rate in the long run, each key for itself, and no more keys than fit."""

from __future__ import annotations

import pytest

from conference_app.session import budgets
from conference_app.session.budgets import Budget, EventBudgets


class Clock:
    """A clock that a test sets."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    set_by_hand = Clock()
    monkeypatch.setattr(budgets, "time", set_by_hand)
    return set_by_hand


def test_a_burst_at_once_and_then_the_rate(clock: Clock) -> None:
    budget = Budget(per_s=2, burst=3)
    assert [budget.take("ann") for _ in range(4)] == [True, True, True, False]
    assert budget.take("eve")  # each for itself
    clock.now += 1
    assert [budget.take("ann") for _ in range(3)] == [True, True, False]
    clock.now += 1000
    assert [budget.take("ann") for _ in range(4)] == [True, True, True, False]  # never more than the burst


def test_who_reserves_waits_for_a_turn(clock: Clock) -> None:
    budget = Budget(per_s=2, burst=1)
    assert [budget.reserve("ann") for _ in range(3)] == [0.0, 0.5, 1.0]
    budget.give_back("ann")
    assert budget.reserve("ann") == 1.0
    clock.now += 2
    assert budget.reserve("ann") == 0.0


def test_the_keys_are_bounded(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MOST_KEYS", 2)
    budget = Budget(per_s=1, burst=1)
    assert all(budget.take(key) for key in ("ann", "bob", "cem"))
    assert not budget.take("cem")
    assert budget.take("ann")  # forgotten


def test_a_session_is_counted_over_all_its_tabs(clock: Clock) -> None:
    counted = EventBudgets(tab=Budget(per_s=1, burst=100), session=Budget(per_s=1, burst=3))
    assert [counted.allows(f"tab {number}", "session") for number in range(4)] == [True, True, True, False]
    assert counted.allows("tab of a visitor", "")
