from __future__ import annotations

import pytest

from conference_app.session import NoticeState
from tests.conference_app.tabs import Tab, delta_of, name_of, processing


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
