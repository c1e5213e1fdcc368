from __future__ import annotations

import asyncio
import logging

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.pages.meetings.dashboard import DashboardState
from conference_app.session import credentials
from conference_app.session.incidents import note_incident, report_exception
from tests.conference_app.tabs import Tab, name_of, processing


def test_an_incident_is_logged_without_what_was_typed(caplog: pytest.LogCaptureFixture) -> None:
    typed = "anna@example.org"
    with caplog.at_level(logging.ERROR):
        try:
            raise RuntimeError(typed)
        except RuntimeError as error:
            event = report_exception(error)
    assert "RuntimeError" in caplog.text
    assert typed not in caplog.text
    assert "test_incidents.py" in caplog.text
    assert event is not None
    assert event.handler.fn.__name__ == "report_incident"


def test_a_refusal_is_no_incident(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        event = report_exception(NotFound("There is nothing here."))
    assert [record.levelno for record in caplog.records] == [logging.INFO]
    assert "not_found" in caplog.text
    assert event is not None
    assert event.handler.fn.__name__ == "report_refusal"


def test_a_database_that_fails_is_no_incident(caplog: pytest.LogCaptureFixture) -> None:
    event = report_exception(OperationalError("INSERT", {"email": "canary@example.org"}, psycopg.errors.DiskFull()))
    assert [(record.message, record.exc_info) for record in caplog.records] == [
        ("the database failed somebody: DiskFull", None)
    ]
    assert event is not None
    assert event.handler.fn.__name__ == "report_failure"


async def test_what_fails_while_it_is_told_is_not_told_again(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the database nobody can be told who is signed in: telling so would fail, and be told, without end."""

    async def failing(_headers: object) -> None:
        raise OSError("the database is gone")

    async with processing() as processor:
        processor.events.backend_exception_handler = report_exception
        tab = Tab(processor)
        await tab.hydrate()
        monkeypatch.setattr(credentials, "caller_of", failing)
        with caplog.at_level(logging.ERROR):
            for _ in range(2):
                await tab.send(name_of(DashboardState.load))
                await asyncio.sleep(0.1)
    incidents = [record for record in caplog.records if "incident" in record.message]
    assert len(incidents) == 4  # of each event itself, and of telling it


def test_the_same_mistake_again_leaves_one_line(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        try:
            raise RuntimeError
        except RuntimeError as error:
            note_incident(error)
    assert ["Traceback" in text or "test_incidents.py" in text for text in caplog.messages] == [True, False, False]
    assert len({text.split(":")[0] for text in caplog.messages}) == 3  # each can be found by its number
