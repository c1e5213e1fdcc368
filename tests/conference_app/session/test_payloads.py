"""What a client sends for a handler: dropped when it does not fit, so that it reaches neither handler nor log."""

from __future__ import annotations

import inspect
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

from conference_app.config import Settings
from conference_app.session.payloads import PLAIN, fits, parameters
from tests.conference_app.people import confirmed, session_token
from tests.conference_app.tabs import Processor, Tab, processing


@pytest_asyncio.fixture
async def processor(sqlite_db: Settings) -> AsyncIterator[Processor]:
    async with processing() as running:
        yield running


def ours() -> dict[str, Any]:
    """Our handlers by the name a client gives them."""
    every = RegistrationContext.get().event_handlers.items()
    return {name: one.handler.fn for name, one in every if one.handler.fn.__module__.startswith("conference_app")}


def handler(self: object, name: str, form: dict[str, object], is_on: bool = False) -> None:
    raise AssertionError("it is not called")


GOOD: dict[str, object] = {"name": "Ann", "form": {"email": "ann@example.com"}}


@pytest.mark.parametrize(
    "more", [{}, {"is_on": True}, {"form": {}}, {"form": {FORM_DATA_ENTRIES_KEY: [["email", "a"], ["email", None]]}}]
)
def test_what_a_page_sends_fits(more: dict[str, object]) -> None:
    assert fits(handler, GOOD | more)


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"name": "Ann"},
        GOOD | {"more": 1},
        GOOD | {"self": "x"},
        GOOD | {"name": None},
        GOOD | {"name": 5},
        GOOD | {"form": [["email", "a"]]},
        GOOD | {"is_on": "true"},
        GOOD | {"is_on": 1},
        *[GOOD | {"form": {FORM_DATA_ENTRIES_KEY: bad}} for bad in (5, None, {}, [5], [[]], [["a"]], [[1, 2]])],
    ],
)
def test_anything_else_does_not(bad: dict[str, object]) -> None:
    assert not fits(handler, bad)


def test_every_argument_of_our_handlers_has_a_plain_type() -> None:
    wild = [
        f"{name}.{one}"
        for name, fn in ours().items()
        for one in parameters(fn)[0].parameters
        if parameters(fn)[1].get(one) not in PLAIN
    ]
    assert len(ours()) > 100
    assert wild == []


def hostile(fn: Any) -> list[dict[str, Any]]:
    """Arguments that fit no handler of that signature."""
    names = [name for name in inspect.signature(fn).parameters if name != "self"]
    wrong = [dict.fromkeys(names, value) for value in (None, 5, [])]
    return [{"unknown": "x"}, dict.fromkeys(names, "x") | {"more": ""}, *(wrong if names else [])]


async def test_what_fits_no_handler_is_dropped_without_a_word(
    processor: Processor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    account = await confirmed()
    for tab in (Tab(processor), Tab.signed_in(processor, await session_token(account))):
        await tab.hydrate()
        ran = len(processor.executed)
        for name, fn in ours().items():
            for payload in hostile(fn):
                await tab.send(name, **payload)
        assert len(processor.executed) == ran
    assert processor.errors == []
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
