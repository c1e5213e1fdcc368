"""Text of a client's: whatever it holds, it can be kept afterwards, and what was good is as it was."""

from __future__ import annotations

from typing import Any

import pytest

from conference_app.session.storable import make_storable, storable


@pytest.mark.parametrize("text", ["", "Zażółć\r\n\tgęślą", "😀 ", "\ufffd\u200b\x01"])
def test_what_can_be_kept_stays(text: str) -> None:
    assert storable(text) == text


def test_what_cannot_be_kept_is_replaced() -> None:
    assert storable("a\x00b\ud800c\udc00d") == "a\ufffdb\ufffdc\ufffdd"


def test_every_text_of_an_event_is_made_storable() -> None:
    payload: dict[str, Any] = {"name": "\x00", "is_on": True, "form": {"a": "\ud800", "b": [["c", "\x00"], None, 5]}}
    make_storable(payload)
    assert payload == {"name": "\ufffd", "is_on": True, "form": {"a": "\ufffd", "b": [["c", "\ufffd"], None, 5]}}


def test_an_event_may_be_as_deep_as_it_likes() -> None:
    deepest = {"name": "\x00"}
    payload: dict[str, Any] = deepest
    for _level in range(10_000):
        payload = {"deeper": payload}
    make_storable(payload)
    assert deepest == {"name": "\ufffd"}
