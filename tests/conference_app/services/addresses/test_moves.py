"""What comes along to another address, and what goes back when that is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import SQLModel

from conference_app import database
from conference_app.config import Settings
from conference_app.models.data_map import personal_tables
from conference_app.services.addresses import joins, moves
from conference_app.services.cases import cases
from conference_app.services.consent import live_consents
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data import legal_holds, staff_accesses
from conference_app.services.personal_data.personal_rows import of_email
from tests.conference_app.consent_people import agrees, is_live, reader
from tests.conference_app.moved_addresses import NEW, OLD, back, counted, ledger, moved, of_address
from tests.conference_app.participants import takes_part
from tests.conference_app.people import confirmed, meeting_of
from tests.fakes import LOOKING, NOON


def test_every_table_that_knows_somebody_by_an_address_is_thought_of() -> None:
    """A new table with such a column fails here, before somebody's rows are left behind under the old address."""
    simply = {table.__tablename__ for table in moves.BY_KEY}
    simply |= {table.__tablename__ for table, _column, _at in joins.BY_NUMBER}
    with_care = {
        "address": "gets the address",
        "consent_event": "only grows: consent_moves",
        "meeting_mail_grant": "two grants for a meeting become one",
        "mail_stop": "holds at both",
        "privacy_state": "privacy_joins",
        "data_export": "tells of one half: removed",
        "mail_bad_address": "says something about the address itself",
    }
    by_others = {"outgoing_email"} | {
        one.table.name
        for one in personal_tables(SQLModel.metadata)
        if all(one.table.columns[owner].foreign_keys or owner == "account_id" for owner in one.owners)
    }
    everything = {one.table.name for one in personal_tables(SQLModel.metadata)} - {"account"}
    assert everything - simply - set(with_care) - by_others == set()


@pytest.mark.promise("P72")
@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.slow
async def test_everything_comes_along_and_goes_back(db: Settings, is_known: bool) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    old = await agrees(await reader(OLD), "newsletter")
    new = await agrees(await reader(NEW), "promotion") if is_known else None
    async with database.session(*LOOKING) as session:
        for subject in filter(None, (old, new)):
            await takes_part(
                session, meeting_id=made.id, address_id=subject.id, reminder=True, follow_up=True, now=NOON
            )
    await legal_holds.place(of_email(email_key(OLD)), "A dispute.", staff_id=ann.id)
    before = {email: await counted(email) for email in (OLD, NEW)}
    done = await moved()
    assert await counted(OLD) == {}
    assert await of_address(NEW) == old
    assert {name for name, _number in (await counted(NEW)).items()} == set(before[OLD]) | set(before[NEW])
    assert (await counted(NEW))["consent_event"] == 1 + is_known
    assert await is_live(old, "newsletter")
    assert await is_live(old, "promotion") is is_known
    await back(done)
    mine = await of_address(OLD)
    assert mine is not None
    assert await of_address(NEW) == new
    assert await counted(OLD) == before[OLD]
    assert await counted(NEW) == before[NEW]
    assert await is_live(mine, "newsletter")
    assert not await is_live(mine, "promotion")
    assert new is None or await is_live(new, "promotion")


@pytest.mark.promise("P72")
@pytest.mark.promise("P92")
@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.slow
async def test_taken_back_each_sees_its_own_entries_alone(db: Settings, is_known: bool) -> None:
    await agrees(await reader(OLD), "newsletter")
    if is_known:
        await agrees(await reader(NEW), "promotion")
    before = await ledger(OLD), await ledger(NEW)
    done = await moved()
    assert await ledger(NEW) == before[0] + before[1]
    both = await of_address(NEW)
    assert both is not None
    since = await agrees(both, "personalisation")  # by whoever reads the new address
    await back(done)
    assert await ledger(OLD) == before[0]
    assert await ledger(NEW) == [*before[1], ("personalisation", "given", "09:00")]
    assert (await counted(OLD))["consent_event"] == 1
    assert (await counted(NEW))["consent_event"] == 1 + is_known
    async with database.reading(*LOOKING) as session:  # what both had together leads to nobody
        assert await live_consents.live_subjects(session, "newsletter") == [await of_address(OLD)]
    assert since not in (await of_address(OLD), await of_address(NEW))


@pytest.mark.promise("P72")
async def test_a_chain_of_moves_is_taken_back_to_the_first_ledger(db: Settings) -> None:
    """The numbers that later moves were noted under are others by then."""
    await agrees(await reader(OLD), "newsletter")
    await agrees(await reader("third@example.com"), "promotion")
    before = await ledger(OLD), await ledger("third@example.com")
    first = await moved()
    second = await moved(NEW, "third@example.com")
    assert await ledger("third@example.com") == before[0] + before[1]
    await back(second, NEW, "third@example.com")
    await back(first)
    assert (await ledger(OLD), await ledger(NEW), await ledger("third@example.com")) == (before[0], [], before[1])
    assert await of_address(NEW) is None


async def test_a_hold_and_a_look_of_staff_come_along(db: Settings) -> None:
    await reader(OLD)
    ann = await confirmed()
    await legal_holds.place(of_email(email_key(OLD)), "A dispute.", staff_id=ann.id)
    await moved()
    async with database.reading(*LOOKING) as session:
        assert await legal_holds.is_held(session, of_email(email_key(NEW)))
        assert await staff_accesses.of_person(session, of_email(email_key(NEW))) == []


@pytest.mark.promise("P76")
async def test_a_new_life_of_the_old_address_stays_with_it(db: Settings) -> None:
    """Also its rows, which came to be after the move as those of whoever reads the new address did."""
    await agrees(await reader(OLD), "newsletter")
    done = await moved()
    since = await agrees(await reader(OLD), "promotion")
    async with database.session(*LOOKING) as session:
        later = NOON + timedelta(hours=1)
        await cases.open_case(session, "access", address_id=since.id, opened_from="privacy center", now=later)
    await back(done)
    mine = await of_address(OLD)
    assert mine is not None
    async with database.reading(*LOOKING) as session:
        assert await live_consents.live_purposes(session, mine) == {"newsletter", "promotion"}
    assert (await counted(OLD))["privacy_case"] == 1
    assert await counted(NEW) == {}


@pytest.mark.promise("P72")
@pytest.mark.promise("P76")
@pytest.mark.parametrize("is_known", [False, True])
@pytest.mark.slow
async def test_what_came_after_the_move_stays_with_who_made_it(db: Settings, is_known: bool) -> None:
    """Else somebody could have a stranger's address confirmed, take it back later, and read what they asked for since."""
    made = await meeting_of(await confirmed())
    old = await agrees(await reader(OLD), "newsletter")
    if is_known:
        await reader(NEW)
    done, later = await moved(), NOON + timedelta(hours=1)
    async with database.session(*LOOKING) as session:
        await cases.open_case(session, "access", address_id=old.id, opened_from="privacy center", now=later)
        await takes_part(session, meeting_id=made.id, address_id=old.id, reminder=True, follow_up=True, now=later)
    await back(done)
    mine, theirs = await counted(OLD), await counted(NEW)
    assert "privacy_case" not in mine
    assert "meeting_mail_grant" not in mine
    assert (theirs["privacy_case"], theirs["meeting_mail_grant"]) == (1, 1)
