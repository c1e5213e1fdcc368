from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app.components.kit.times import distance_in_words, in_zone, moment_in_words
from conference_app.texts import language

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "words"),
    [
        (NOW + timedelta(hours=1), "Europe/Warsaw", "Today, 14:00 Warsaw"),
        (NOW + timedelta(hours=11), "Europe/Warsaw", "Tomorrow, 00:00 Warsaw"),
        (NOW + timedelta(days=2), "America/Argentina/Buenos_Aires", "Wednesday 25 November, 09:00 Buenos Aires"),
        (datetime(2027, 1, 4, 9, 0, tzinfo=UTC), "UTC", "Monday 4 January 2027, 09:00 UTC"),
    ],
)
def test_a_moment_is_said_on_its_own_clocks(moment: datetime, zone: str, words: str) -> None:
    assert moment_in_words(moment, zone, NOW) == words


def test_polish_words() -> None:
    with language("pl"):
        assert moment_in_words(NOW + timedelta(days=2), "Europe/Warsaw", NOW) == "Środa 25 listopada, 13:00 (Warsaw)"
        assert distance_in_words(NOW + timedelta(minutes=20), NOW) == "za 20 minut"


@pytest.mark.parametrize("zone", ["", "No/Where", "../etc/passwd", "/etc/localtime", "x" * 500])
def test_an_unknown_zone_means_utc(zone: str) -> None:
    assert in_zone(NOW, zone) == NOW


def test_distances_have_a_direction() -> None:
    assert distance_in_words(NOW + timedelta(minutes=20), NOW) == "in 20 minutes"
    assert distance_in_words(NOW - timedelta(days=2), NOW) == "2 days ago"
