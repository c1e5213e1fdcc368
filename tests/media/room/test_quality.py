"""Connection grades from loss and round trip."""

from __future__ import annotations

import pytest
from livekit.protocol import models

from media.room.quality import judge, quality_of, score_of
from tests.media.world import World, subscriber


@pytest.mark.parametrize(
    ("loss", "rtt_ms", "grade"),
    [
        (0.0, 0.0, models.EXCELLENT),
        (0.03, 400.0, models.EXCELLENT),
        (0.05, 20.0, models.GOOD),
        (0.0, 500.0, models.GOOD),
        (0.11, 20.0, models.POOR),
        (0.0, 900.0, models.POOR),
        (1.0, 9999.0, models.POOR),
    ],
)
def test_grade_follows_the_worse_of_both(loss: float, rtt_ms: float, grade: int) -> None:
    assert quality_of(loss, rtt_ms) == grade


def test_score_falls_with_the_grade() -> None:
    assert score_of(models.EXCELLENT) > score_of(models.GOOD) > score_of(models.POOR) > 0


def test_either_connection_counts() -> None:
    world = World()
    ann = world.join("ann")
    assert judge(ann) == models.EXCELLENT
    world.room.publisher_peer(ann).loss_up = 0.5  # pyright: ignore[reportAttributeAccessIssue]
    assert judge(ann) == models.POOR
    assert subscriber(ann).loss_down == 0.0
