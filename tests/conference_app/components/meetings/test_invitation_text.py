"""The invitation as a text: all that a guest needs, and the pass-phrase only where that was chosen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from conference_app.components.meetings.invitation_text import invitation_text
from conference_app.texts import language
from tests.conference_app.components.meetings.test_rows import meeting

START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
PLANNED = replace(meeting("abc"), subject="Plans", starts_at=START, pass_phrase="blue heron")


def test_it_says_what_whose_when_and_where() -> None:
    assert invitation_text(PLANNED, "Ann Nowak").splitlines() == [
        "Plans",
        "Host: Ann Nowak",
        "When: Tuesday 24 November 2026, 14:00 (Warsaw time, UTC+1)",
        "",
        "/m/abc",
        "You also need a pass-phrase, which you get separately.",
        "You need no account: a browser is enough.",
    ]


def test_the_pass_phrase_goes_along_only_if_chosen() -> None:
    assert "blue heron" not in invitation_text(PLANNED, "Ann Nowak")
    assert "Pass-phrase: blue heron" in invitation_text(PLANNED, "Ann Nowak", tells_pass_phrase=True)


def test_what_is_not_known_leaves_no_gap() -> None:
    with language("pl"):
        text = invitation_text(meeting("abc"), "")
    assert text.splitlines() == ["About abc", "", "/m/abc", "Konto nie jest potrzebne: wystarczy przeglądarka."]


def test_offsets_are_read_in_hours() -> None:
    for zone, said in (("Asia/Kathmandu", "UTC+5:45"), ("America/St_Johns", "UTC−3:30"), ("UTC", "(UTC time, UTC)")):
        assert said in invitation_text(replace(PLANNED, time_zone=zone), "")
