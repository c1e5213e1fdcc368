"""What a guest gives when joining a meeting: who gets it, and when the last trace of it is gone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from sqlalchemy import text

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.models import SQLModel
from conference_app.room.texts import room_texts
from conference_app.services.meetings import meetings
from conference_app.services.people.identity import AccountView
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import retention
from conference_app.services.room import joining
from conference_app.services.room.joining import Admitted, Waiting
from conference_app.texts import language
from tests.conference_app.links import with_link
from tests.conference_app.people import ADDRESS, confirmed, meeting_of
from tests.fakes import FakeRoomAdmin

NAME = "Gudrun Gimpelfink"


async def came_in(host: AccountView) -> Admitted:
    """A guest waits outside the locked meeting, then comes in."""
    made = await meeting_of(host)
    for _try in range(2):
        place = await joining.join(
            made.code, name=NAME, pass_phrase="", tab_id="tab", session=None, address=ADDRESS, **with_link(NAME)
        )
        if isinstance(place, Admitted):
            return place
        assert isinstance(place, Waiting)
        await meetings.open_room(host.id, made.code)
    raise AssertionError("nobody was let in")


async def everything() -> str:
    """Every value of every table, as it is stored and as it reads."""
    found = ""
    async with database.reading() as db:
        connection = await db.connection()
        for table in SQLModel.metadata.sorted_tables:
            rows = (await connection.execute(text(f'SELECT * FROM "{table.name}"'))).all()  # noqa: S608 - our own names
            found += repr(rows)
    return found


@pytest.mark.promise("P67")
async def test_the_name_goes_to_that_meeting_and_nowhere_else(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, bob = await confirmed("ann"), await confirmed("bob")
    before = await everything()
    place = await came_in(ann)
    token = jwt.decode(place.token, settings().secrets.livekit_api_secret, algorithms=["HS256"])
    assert token["name"] == NAME  # what the room shows the host and the others
    async with database.reading() as session:
        meeting = await meetings.row_by_code(session, (await meetings.list_for(ann.id))[0].code)
        assert meeting is not None
        assert token["video"]["room"] == meeting.room  # of this meeting alone
        assert (await personal_rows.count(session, DataOwner(ann.id)))["admission"] == 1  # the host's list
        assert "admission" not in await personal_rows.count(session, DataOwner(bob.id))
    after = await everything()
    assert NAME not in before + after
    assert "Gimpelfink".lower() not in after.lower()


@pytest.mark.promise("P67")
@pytest.mark.promise("P68")
@pytest.mark.parametrize("code", ["en", "pl"])
def test_the_form_says_who_gets_it_and_for_how_long(code: str) -> None:
    timer = personal_rows.tables()["admission"].timer
    assert timer is not None
    with language(code):
        said = room_texts()["your_name_help"]
    assert f" {timer.days} " in json.dumps(said)


@pytest.mark.promise("P68")
@pytest.mark.slow
async def test_the_last_trace_goes_when_the_form_said_it_would(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed("ann")
    await came_in(ann)
    timer = personal_rows.tables()["admission"].timer
    assert timer is not None
    assert timer.days is not None
    end = datetime.now(UTC) + timedelta(days=timer.days)

    async def admissions() -> int:
        async with database.reading() as session:
            return (await personal_rows.count(session, DataOwner(ann.id))).get("admission", 0)

    await retention.purge(end - timedelta(hours=1))
    assert await admissions() == 1
    await retention.purge(end + timedelta(seconds=1))
    assert await admissions() == 0
