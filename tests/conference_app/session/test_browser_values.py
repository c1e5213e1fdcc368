"""What Reflex's own handlers get from the browser: our cookies of their size, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

import conference_app.conference_app  # noqa: F401 - every State there is
from conference_app.session.browser_values import LONGEST_VALUE, MOST_HASHES, keep_what_browsers_store, stored_names


def ticket() -> str:
    (name,) = stored_names()  # EntryState.ticket
    return name


def test_a_cookie_of_ours_goes_through() -> None:
    payload: dict[str, Any] = {"vars": {ticket(): "x" * LONGEST_VALUE}, "hashes": ["abc"]}
    assert keep_what_browsers_store(payload)
    assert payload == {"vars": {ticket(): "x" * LONGEST_VALUE}, "hashes": ["abc"]}
    assert keep_what_browsers_store({"vars": None, "hashes": None})
    assert keep_what_browsers_store({"value": True})


def test_what_no_browser_stores_is_dropped() -> None:
    payload: dict[str, Any] = {"vars": {ticket(): "x" * (LONGEST_VALUE + 1), "nothing": "x", "a.b": "x", "": "x"}}
    assert keep_what_browsers_store(payload)
    assert payload == {"vars": {}}
    payload = {"vars": {ticket(): ["x"]}}
    assert keep_what_browsers_store(payload)
    assert payload == {"vars": {}}


@pytest.mark.parametrize(
    "payload",
    [
        {"vars": "text"},
        {"vars": ["text"]},
        {"vars": 1},
        {"hashes": "text"},
        {"hashes": {"a": "b"}},
        {"hashes": [1]},
        {"hashes": ["x" * 101]},
        {"hashes": ["x"] * (MOST_HASHES + 1)},
    ],
)
def test_what_has_another_form_is_refused(payload: dict[str, Any]) -> None:
    assert not keep_what_browsers_store(payload)
