"""What is kept of a browser: two words and a zone, and the list from which its owner signs it out."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from conference_app import database
from conference_app.config import Settings
from conference_app.services.sign_in import session_list, sessions
from conference_app.services.sign_in.browser_names import Device, device
from tests.conference_app.people import registered, session_of, session_token
from tests.fakes import LOOKING

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0"
FIREFOX = "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "browser", "system"),
    [
        (CHROME, "Chrome", "Linux"),
        (EDGE, "Edge", "Windows"),
        (FIREFOX, "Firefox", "Android"),
        (SAFARI, "Safari", "iPhone"),
        ("curl/8.0", "", ""),
        ("", "", ""),
        ("\x00" * 9999, "", ""),
    ],
)
def test_families_only(agent: str, browser: str, system: str) -> None:
    assert device(agent, "Europe/Warsaw") == Device(browser, system, "Europe/Warsaw")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "x" * 9999])
def test_a_zone_that_is_none_is_dropped(zone: str) -> None:
    assert device(CHROME, zone).time_zone == ""


@pytest.mark.both_databases
async def test_the_list_shows_own_browsers_and_signs_them_out(db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    session = await session_of(ann)
    phone = await sessions.redeem_ticket(await sessions.issue_ticket(ann.id), device(FIREFOX, "Europe/Warsaw"))
    theirs = await session_token(bob)
    assert phone is not None
    listed = await session_list.list_open(ann.id, session.session_hash)
    assert [one.is_current for one in listed] == [True, False]
    other = listed[1]
    assert (other.browser, other.system, other.time_zone) == ("Firefox", "Android", "Europe/Warsaw")
    assert await session_list.end_listed(bob.id, other.id) is False  # not theirs to end
    for junk in ("", "x", "\ud800", other.id[:-1]):
        assert await session_list.end_listed(ann.id, junk) is False
    assert await sessions.resolve(phone) is not None
    assert await session_list.end_listed(ann.id, other.id) is True
    assert await sessions.resolve(phone) is None
    again = await session_token(ann)
    assert await session_list.sign_out_others(ann.id, session.session_hash) == 1
    assert await sessions.resolve(again) is None
    assert await sessions.resolve_hash(session.session_hash) is not None
    assert await sessions.resolve(theirs) is not None


async def test_no_browser_description_stands_in_the_database(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    await sessions.redeem_ticket(await sessions.issue_ticket(ann.id), device(SAFARI, "Europe/Warsaw"))
    async with database.reading(*LOOKING) as db:
        rows = (await (await db.connection()).execute(text("SELECT * FROM sign_in_session"))).all()
    assert not any(word in repr(rows) for word in ("Safari", "iPhone", "Warsaw", "Mozilla"))


async def test_the_list_holds_nothing_to_sign_in_with(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    token = await session_token(ann)
    (listed,) = await session_list.list_open(ann.id)
    assert await sessions.resolve_hash(listed.id) is None
    assert listed.id not in sessions.session_hash(token)
