from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conference_app.components.meetings.rows import STILL_DUE, agenda, days, row
from conference_app.services.meetings.meetings import MeetingState, OwnMeeting
from conference_app.services.room.occupancy import Occupancy

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def meeting(
    code: str, starts_in_h: float | None = None, state: MeetingState = "waiting", phrase: str = ""
) -> OwnMeeting:
    start = None if starts_in_h is None else NOW + timedelta(hours=starts_in_h)
    return OwnMeeting(
        id=code,
        code=code,
        path=f"/m/{code}",
        subject=f"About {code}",
        starts_at=start,
        time_zone="Europe/Warsaw",
        starts_at_local="",
        pass_phrase=phrase,
        state=state,
        created_at=NOW - timedelta(days=1),
    )


def codes(meetings: list[OwnMeeting]) -> list[str]:
    return [one.code for one in meetings]


def test_what_runs_comes_before_what_is_planned() -> None:
    found = agenda([meeting("soon", 1), meeting("now", state="open"), meeting("any")], NOW)
    assert found.first is not None
    assert found.first.code == "now"
    assert (codes(found.upcoming), codes(found.any_time)) == (["soon"], ["any"])


def test_the_earliest_planned_meeting_is_next() -> None:
    found = agenda([meeting("later", 5), meeting("any"), meeting("soon", 1)], NOW)
    assert found.first is not None
    assert found.first.code == "soon"
    assert codes(found.upcoming) == ["later"]


def test_a_meeting_nobody_started_stays_due_for_a_while() -> None:
    hours = STILL_DUE / timedelta(hours=1)
    found = agenda([meeting("late", -hours + 0.1), meeting("gone", -hours - 0.1), meeting("done", 3, "ended")], NOW)
    assert found.first is not None
    assert found.first.code == "late"
    assert codes(found.past) == ["done", "gone"]


def test_an_open_meeting_is_never_past() -> None:
    found = agenda([meeting("long", -48, "locked")], NOW)
    assert found.first is not None
    assert found.past == []


def test_nothing_is_an_empty_agenda() -> None:
    assert agenda([], NOW).first is None


def test_days_follow_the_meeting_s_own_clocks() -> None:
    found = days(
        [meeting("today", 2), meeting("night", 11.5), meeting("then", 48)],
        NOW,
        lambda one: row(one, NOW, may_invite=True),
    )
    assert [(day.title, [one.code for one in day.rows]) for day in found] == [
        ("Today", ["today"]),
        ("Tomorrow", ["night"]),
        ("Wednesday 25 November", ["then"]),
    ]
    assert found[1].rows[0].time == "00:30 Warsaw"


def test_a_row_shows_that_there_is_a_pass_phrase_but_not_which() -> None:
    shown = row(meeting("a", 1, phrase="blue elephant"), NOW, may_invite=True)
    assert shown.has_pass_phrase
    assert "elephant" not in repr(shown)


@pytest.mark.promise("P22")
def test_the_link_is_left_out_for_who_may_not_invite() -> None:
    assert row(meeting("a", 1), NOW, may_invite=True).room_path == "/m/a"
    assert row(meeting("a", 1), NOW, may_invite=False).room_path == ""


def test_live_means_people_inside() -> None:
    running = meeting("a", state="open")
    full = row(running, NOW, may_invite=True, occupancy=Occupancy(("Ann", "Ben", "Cy")))
    assert (full.is_live, full.inside) == (True, "Ann and 2 others are in the room.")
    empty = row(running, NOW, may_invite=True, occupancy=Occupancy(waiting=1))
    assert (empty.is_open, empty.is_live) == (True, False)
    assert (empty.inside, empty.waiting) == ("Nobody is in the room.", "1 person is waiting to be let in.")
    unknown = row(running, NOW, may_invite=True, occupancy=Occupancy(is_known=False))
    assert (unknown.is_live, unknown.inside) == (True, "")


def test_a_past_meeting_says_when_how_long_and_with_how_many() -> None:
    held = replace(
        meeting("a", state="ended"),
        opened_at=NOW - timedelta(hours=2),
        ended_at=NOW - timedelta(minutes=95),
        attended=4,
    )
    shown = row(held, NOW, may_invite=True)
    assert (shown.is_over, shown.began_at, shown.lasted) == (True, "2026-11-23T10:00:00+00:00", "25 minutes, 4 people")
    assert row(meeting("b", -72), NOW, may_invite=True).lasted == ""
