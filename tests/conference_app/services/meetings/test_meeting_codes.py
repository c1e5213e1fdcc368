"""Codes of meetings: found in what people paste and type."""

from __future__ import annotations

import pytest

from conference_app.services.meetings import meeting_codes

CODE = "bcdfghjkmnpqrst"


@pytest.mark.parametrize(
    "pasted",
    [
        CODE,
        "bcdfg-hjkmn-pqrst",
        " BCDFG hjkmn pqrst ",
        "https://meet.example.org/m/bcdfg-hjkmn-pqrst",
        "https://meet.example.org/pl/m/bcdfg-hjkmn-pqrst/?utm=1#top",
        "meet.example.org/m/bcdfg-hjkmn-pqrst",
        "Weekly\nHost: Anna\n\nhttps://meet.example.org/m/bcdfg-hjkmn-pqrst\nYou need no account.",
    ],
)
def test_the_code_is_found_in_what_is_pasted(pasted: str) -> None:
    assert meeting_codes.code_in(pasted) == CODE


@pytest.mark.parametrize(
    "pasted", ["", "Weekly", "https://example.org/", "/m/", "bcdfg-hjkmn", "x" * 100_000, CODE + "b"]
)
def test_what_holds_no_code_gives_none(pasted: str) -> None:
    assert meeting_codes.code_in(pasted) == ""


def test_a_new_code_is_found_again() -> None:
    code = meeting_codes.new_code()
    assert meeting_codes.code_in(f"https://meet.example.org/m/{code}") == meeting_codes.normalize_code(code) != ""
