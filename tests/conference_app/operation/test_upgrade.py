"""An installation of an earlier version goes on after an upgrade: `data/installation_44aea97.json` is one, small.

The file holds every row of a database at migration 0010, made by that version's own services: two members with
confirmed addresses, meetings, a sign-in, a legal request under a non-disclosure order, and emails that wait.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import sqlalchemy as sa
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.models import OutgoingEmail
from conference_app.operation import migrations
from conference_app.services.legal import legal_requests, non_disclosure
from conference_app.services.meetings import meetings
from conference_app.services.sign_in.by_password import SecondStep, sign_in
from tests.conference_app.people import ADDRESS, PASSWORD
from tests.fakes import LOOKING
from tests.mailing import Mails

pytestmark = pytest.mark.both_databases


KEPT = json.loads((Path(__file__).parent / "data" / "installation_44aea97.json").read_text(encoding="utf-8"))
VERSION = "0010"


def _value(column: sa.Column[Any], kept: Any) -> Any:
    if isinstance(kept, dict):
        return bytes.fromhex(kept["hex"])
    if isinstance(column.type, sa.DateTime) and kept is not None:
        moment = datetime.fromisoformat(kept)
        return moment.replace(tzinfo=UTC) if column.type.timezone else moment
    return bool(kept) if isinstance(column.type, sa.Boolean) and kept is not None else kept


def _fill(url: str) -> None:
    """Write the kept rows; numbers that count up by themselves are given anew."""
    engine = sa.create_engine(database.driver_url(url, sync=True))
    tables = sa.MetaData()
    with engine.begin() as connection:
        tables.reflect(connection)
        for table in tables.sorted_tables:
            for row in KEPT["tables"].get(table.name, ()):
                given = {name: one for name, one in row.items() if not (name == "id" and isinstance(one, int))}
                connection.execute(table.insert(), {name: _value(table.c[name], one) for name, one in given.items()})
    engine.dispose()


@pytest_asyncio.fixture
async def upgraded(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Settings]:
    """The installation of then, with its secrets, after what `make run` does first."""
    make: Callable[[str], str] | None = request.getfixturevalue("postgres") if engine == "postgresql" else None
    url = make("template0") if make else f"sqlite:///{tmp_path}/old.db"
    for name, value in (KEPT["secrets"] | {"PARLEY_DATABASE_URL": url}).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    migrations.upgrade(settings(), VERSION)
    _fill(url)
    migrations.upgrade(settings())
    yield settings()
    await database.dispose()


@pytest.mark.slow
async def test_people_sign_in_and_find_their_meetings(upgraded: Settings) -> None:
    ann = await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    assert not isinstance(ann, SecondStep)
    assert {one.subject for one in await meetings.list_for(ann.id)} == {"Board meeting", "Weekly call"}


@pytest.mark.slow
async def test_legal_requests_keep_their_orders(upgraded: Settings) -> None:
    (row,) = KEPT["tables"]["legal_request"]
    assert (await legal_requests.get(row["id"])).authority == "District court"
    assert [one.reason for one in await non_disclosure.changes(row["id"])] == ["It was prolonged."]


@pytest.mark.slow
async def test_emails_that_waited_leave(upgraded: Settings, mails: Mails) -> None:
    (mail,) = await mails.deliver()
    assert (mail["X-RcptTo"], mail["Subject"]) == ("ann@example.com", "Something happened with your account")
    async with database.reading(*LOOKING) as db:
        rows = (await db.exec(select(OutgoingEmail))).all()
    ends = [row.status for row in rows]
    assert sorted(ends) == ["sent", "withheld", "withheld"]  # links to confirm what is confirmed have no use
    assert {row.email_class for row in rows} == {"necessary"}
