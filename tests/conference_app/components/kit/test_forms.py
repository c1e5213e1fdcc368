from __future__ import annotations

from typing import Any

import pytest
import reflex as rx

from conference_app.components.accounts.person_inputs import person_input
from conference_app.components.kit.fields import password_field, select_field, text_area, text_field
from conference_app.components.kit.forms import ticked, typed
from conference_app.components.kit.sentence_slots import slotted
from conference_app.services.people.person_fields import BY_NAME


@pytest.mark.parametrize("value", [None, 7, ["a"], {"a": 1}, True])
def test_what_is_no_text_counts_as_nothing(value: object) -> None:
    assert typed({"name": value}, "name") == ""
    assert typed({}, "name") == ""


def test_long_texts_are_cut() -> None:
    assert len(typed({"name": "x" * 10_000}, "name", 30)) == 30


@pytest.mark.parametrize(
    ("value", "result"), [("on", True), (True, True), ("true", True), ("", False), (None, False), (1.5, False)]
)
def test_ticks(value: object, result: bool) -> None:
    assert ticked({"accepted": value}, "accepted") is result


def test_what_is_wrong_is_heard_before_the_help() -> None:
    said: dict[str, Any] = {"help_text": "Help", "error": "Wrong"}
    fields = [
        text_field("Name", "one", **said),
        text_area("Text", "one", **said),
        select_field("Kind", "one", [("a", "A")], **said),
        password_field("Password", "one", **said),
    ]
    for field in fields:
        shown = str(field)
        assert '"one_error one_help"' in shown
        assert shown.index('id:"one_error"') < shown.index('id:"one_help"')


def test_the_strength_of_a_password_stands_between_what_is_wrong_and_why_it_is_asked() -> None:
    shown = str(password_field("Password", "one", help_text="Help", error="Wrong", meter=rx.el.p("Strong")))
    places = [shown.index(f'id:"one_{part}"') for part in ("error", "meter", "help")]
    assert places == sorted(places)
    assert '"one_error one_help one_meter"' in shown


def test_how_to_fill_a_field_stands_before_why_it_is_asked() -> None:
    shown = str(person_input(BY_NAME["username"], {"username": ""}))
    assert shown.index('id:"username_help"') < shown.index('id:"username_why"') < shown.index("Why we ask")


def test_slots_are_filled_in_order() -> None:
    shown = str(slotted("a {one} b {two} c", two=rx.el.b("2"), one=rx.el.i("1")))
    places = [shown.index(mark) for mark in ('"a "', '"1"', '" b "', '"2"', '" c"')]
    assert places == sorted(places)


def test_a_slot_without_its_part_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        slotted("{missing}")
