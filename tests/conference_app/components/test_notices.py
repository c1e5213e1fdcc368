from __future__ import annotations

import logging

import pytest

from conference_app.components.notices import NoticeState, report_exception
from tests.conference_app.tabs import Tab, delta_of, name_of, processing


def test_an_incident_is_logged_without_what_was_typed(caplog: pytest.LogCaptureFixture) -> None:
    typed = "anna@example.org"
    with caplog.at_level(logging.ERROR):
        try:
            raise RuntimeError(typed)
        except RuntimeError as error:
            event = report_exception(error)
    assert "RuntimeError" in caplog.text
    assert typed not in caplog.text
    assert "test_notices.py" in caplog.text
    assert event.handler.fn.__name__ == "report_incident"


async def test_the_person_gets_the_number() -> None:
    async with processing() as processor:
        tab = Tab(processor)
        await tab.hydrate()
        updates = await tab.send(name_of(NoticeState.report_incident), incident="0123ABCD")
    shown = delta_of(updates, NoticeState)
    assert "0123ABCD" in shown["text"]
    assert shown["is_error"]


@pytest.mark.parametrize("incident", ["", "<b>", "0123ABCDE", "0123abcd", "Send your password to"])
async def test_nobody_else_s_words_are_shown(incident: str) -> None:
    async with processing() as processor:
        tab = Tab(processor)
        await tab.hydrate()
        updates = await tab.send(name_of(NoticeState.report_incident), incident=incident)
    assert "text" not in delta_of(updates, NoticeState)
