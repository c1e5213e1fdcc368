"""Who speaks: levels from packets, told only when they change."""

from __future__ import annotations

from media.room.speakers import Speakers, window_level

LOUD = [20] * 20
QUIET = [70] * 20


def test_silence_and_single_clicks_are_no_speech() -> None:
    assert window_level([]) == 0.0
    assert window_level(QUIET) == 0.0
    assert window_level([5] * 7 + [90] * 13) == 0.0


def test_louder_is_higher_and_never_beyond_one() -> None:
    assert 0.0 < window_level([34] * 20) < window_level(LOUD) < window_level([0] * 20) <= 1.0


def test_a_speaker_is_told_once_while_the_voice_is_steady() -> None:
    speakers = Speakers()
    first = speakers.observe({"PA_a": LOUD, "PA_b": QUIET})
    assert [(one.sid, one.active) for one in first] == [("PA_a", True)]
    assert speakers.observe({"PA_a": LOUD, "PA_b": QUIET}) == []
    assert [one.sid for one in speakers.current()] == ["PA_a"]


def test_who_stops_is_named_once_with_level_zero() -> None:
    speakers = Speakers()
    speakers.observe({"PA_a": LOUD})
    stopped = [one for _ in range(4) for one in speakers.observe({"PA_a": QUIET}) if not one.active]
    assert [(one.sid, one.level) for one in stopped] == [("PA_a", 0.0)]
    assert speakers.current() == []


def test_who_leaves_stops_speaking() -> None:
    speakers = Speakers()
    speakers.observe({"PA_a": LOUD})
    changed = speakers.observe({})
    assert [(one.sid, one.active, one.level) for one in changed] == [("PA_a", False, 0.0)]


def test_levels_come_in_eighths() -> None:
    level = Speakers().observe({"PA_a": [17] * 20})[0].level
    assert level * 8 == int(level * 8)
