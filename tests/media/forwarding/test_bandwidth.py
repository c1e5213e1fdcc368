"""What publishers are told they may send."""

from __future__ import annotations

from media.forwarding.bandwidth import CALM_S, CEILING_BPS, FLOOR_BPS, START_BPS, UplinkBudget


def test_down_at_once_and_up_slowly_after_calm() -> None:
    budget = UplinkBudget()
    assert budget.update([900_000, 700_000], 10.0) == 700_000
    assert budget.update([], 11.0) == 700_000
    assert 700_000 < budget.update([], 10.0 + CALM_S) < 800_000


def test_never_below_the_floor_nor_above_the_ceiling() -> None:
    budget = UplinkBudget()
    assert budget.update([1], 0.0) == FLOOR_BPS
    for second in range(100):
        budget.update([], 10.0 + second)
    assert budget.bitrate_bps == CEILING_BPS


def test_an_alarm_above_the_budget_changes_nothing() -> None:
    budget = UplinkBudget()
    assert budget.update([START_BPS * 2], -1.0) == START_BPS
