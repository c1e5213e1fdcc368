"""What people type and paste: codes, addresses and names, whatever a phone or a mail program did to them."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference_app.errors import ConferenceError
from conference_app.services.meetings import meeting_codes
from conference_app.services.people.email_addresses import check_email
from conference_app.services.people.person_fields import check_username
from conference_app.services.people.typed_text import clean_line, clean_lines, plain_signs, typed_email

CODE = "bcdfg-hjkmn-pqrst"


@pytest.mark.parametrize(
    "typed",
    [
        CODE + "%20",
        CODE + "\u00a0",
        CODE + "\u200b",
        "\ufeff" + CODE,
        CODE + "%3E",
        CODE + "%22",
        CODE + "\u201d.",
        CODE.replace("-", "\u2011"),
        CODE.replace("-", "\u2013"),
        CODE.replace("-", "%E2%80%93"),
        CODE.replace("-", " ").upper(),
        "".join(chr(ord(sign) + 0xFEE0) if sign.isalnum() else sign for sign in CODE),
    ],
)
def test_a_meeting_code_survives_phones_and_mail_programs(typed: str) -> None:
    assert meeting_codes.code_in(typed) == CODE.replace("-", "")
    assert meeting_codes.normalize_code(unquote(typed)) == CODE.replace("-", "")  # as `session.path_end` gives it


def test_what_is_no_code_stays_none() -> None:
    assert meeting_codes.normalize_code(CODE + "b") == ""
    assert meeting_codes.normalize_code("bcdfg-hjkmn-pqrsa") == ""


@pytest.mark.parametrize(
    "typed",
    ["123456", "123 456", "\u0661\u0662\u0663\u0664\u0665\u0666", "\uff11\uff12\uff13\uff14\uff15\uff16", "१२३४५६"],
)
def test_digits_of_any_script_are_digits(typed: str) -> None:
    assert plain_signs(typed) == "123456"


@pytest.mark.parametrize(
    "pasted",
    [
        "ann@example.org",
        " ann@example.org\u200b",
        "\u2060ann@example.org",
        "mailto:ann@example.org",
        "MAILTO:ann%40example.org?subject=Hello",
        "Ann <ann@example.org>",
        "<ann@example.org>",
        "ann\uff20example.org",
    ],
)
def test_an_address_is_taken_out_of_what_was_pasted(pasted: str) -> None:
    assert check_email(pasted) == "ann@example.org"


@pytest.mark.parametrize(
    "typed", ["ann", "ann@", "a@b@example.org", "<ann@example.org> <ben@example.org>", "ann @example.org"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(ConferenceError):
        check_email(typed)


@pytest.mark.parametrize(
    "name",
    [
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: a non-joiner within the word
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala: Shri
        "\u0915\u094d\u200d\u0937",  # Devanagari: half ka
        "\U0001f469\u200d\U0001f4bb",  # a woman at a computer
        "\U0001f469\U0001f3fd\u200d\U0001f680",
        "\u2764\ufe0f\u200d\U0001f525",  # a heart on fire
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # England's flag
    ],
)
def test_joiners_stay_where_words_and_emoji_need_them(name: str) -> None:
    assert clean_line(name) == name
    assert clean_lines(name) == name


@pytest.mark.parametrize(
    "sign", ["\u200b", "\u200c", "\u200d", "\u200e", "\u202e", "\u2066", "\ufeff", "\u00ad", "\U000e0041"]
)
def test_other_invisible_signs_go_without_a_gap(sign: str) -> None:
    assert clean_line(f"An{sign}na") == "Anna"
    assert clean_line(f"{sign}Anna{sign}") == "Anna"
    assert clean_lines(f"An{sign}na\nB") == "Anna\nB"


@pytest.mark.parametrize("text", ["\u200b", "\u2800", "\u3164", "\u200d\u200c", "\u202e \u115f"])
def test_nothing_to_see_is_nothing(text: str) -> None:
    assert clean_line(text) == clean_lines(text) == typed_email(text) == ""


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_line_break_is_one(end: str) -> None:
    assert clean_lines(f"one{end}two") == "one\ntwo"
    assert clean_line(f"one{end}two") == "one two"


@given(st.text(max_size=60))
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)


@pytest.mark.parametrize("typed", ["admin", "Admin", "ad-min", "adm\u0131n", "...", "___", "support", "Parley"])
def test_no_username_speaks_for_the_service(typed: str) -> None:
    with pytest.raises(ConferenceError):
        check_username(typed)
