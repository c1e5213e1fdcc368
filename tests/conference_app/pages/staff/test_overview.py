"""The staff's pages: for those the operator names; everybody else reads what stands at no address, and moves nothing."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext
from sqlmodel import select

from conference_app import database, pages
from conference_app.models import Account, SignInSession
from conference_app.pages.staff.conversations import StaffContactState
from conference_app.pages.staff.overview import StaffOverviewState
from conference_app.purposes import SIGN_IN
from conference_app.services.cases import cases
from conference_app.services.contact import desk
from conference_app.services.jobs import dead_letters, queue
from conference_app.services.personal_data import legal_holds
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.sign_in import second_factors
from conference_app.session import SessionState
from tests.conference_app.failed_work import failed
from tests.conference_app.people import give_authenticator, registered
from tests.conference_app.staff_desk import staff_member, staff_tab, tab_of, wrote
from tests.conference_app.tabs import Processor, Tab, name_of

for _module in pkgutil.walk_packages(pages.__path__, f"{pages.__name__}."):
    importlib.import_module(_module.name)


def staff_handlers() -> dict[str, Any]:
    """Every handler of every staff page."""
    found = RegistrationContext.get().event_handlers.items()
    return {name: entry for name, entry in found if ".staff" in entry.handler.fn.__module__}


def loads() -> dict[str, Any]:
    """The handlers that load the staff's pages."""
    found = staff_handlers().items()
    return {name: entry for name, entry in found if name.endswith(".load")}


async def shown(tab: Tab, state: Any) -> dict[str, Any]:
    """The page's own vars, without Reflex's."""
    values = await tab.vars_of(state)
    return {name: value for name, value in values.items() if not name.startswith(("rx_", "router", "is_hydrated"))}


@pytest.mark.promise("P97")
@pytest.mark.slow
async def test_strangers_and_members_read_the_same_nothing(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await staff_member(monkeypatch)
    ann = await registered("ann")
    assert len(loads()) >= 10
    for name, entry in loads().items():
        state = entry.states[0]
        for tab in (Tab(processor, path="/staff"), await tab_of(processor, ann, "/staff")):
            before = await shown(tab, state)
            await tab.send(name)
            assert await shown(tab, state) == before | {"missing": True}, name
    assert processor.errors == []


@pytest.mark.promise("P97")
async def test_a_role_that_was_taken_empties_the_open_page(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff")
    assert (await tab.vars_of(SessionState))["is_staff"]
    await tab.send(name_of(StaffOverviewState.load))
    assert (await tab.vars_of(StaffOverviewState))["parts"]
    async with database.session() as db:
        row = await db.get(Account, account.id)
        assert row is not None
        row.role = ""
    await tab.send(name_of(StaffOverviewState.load))
    values = await tab.vars_of(StaffOverviewState)
    assert (values["missing"], values["loaded"], values["parts"]) == (True, False, [])
    assert not (await tab.vars_of(SessionState))["is_staff"]


async def test_staff_accept_changed_terms_first(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff")
    async with database.session(SIGN_IN) as db:
        for row in (await db.exec(select(SignInSession).where(SignInSession.account_id == account.id))).all():
            row.must_accept = True
    await wrote()
    await tab.send(name_of(StaffContactState.load))
    values = await tab.vars_of(StaffContactState)
    assert (values["must_accept"], values["missing"], values["threads"]) == (True, False, [])


async def test_staff_without_an_authenticator_app_are_led_to_it(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff")
    await second_factors.remove(account.id)
    await tab.send(name_of(StaffOverviewState.load))
    page = await shown(tab, StaffOverviewState)
    assert (page["loaded"], page["missing"], page["lacks"]) == (False, False, "authenticator")
    await give_authenticator(account.id)
    await tab.send(name_of(StaffOverviewState.load))
    page = await shown(tab, StaffOverviewState)
    assert (page["loaded"], page["lacks"]) == (False, "sign_in")  # this session was opened without a code
    tab = await tab_of(processor, account, "/staff")
    await tab.send(name_of(StaffOverviewState.load))
    page = await shown(tab, StaffOverviewState)
    assert (page["loaded"], page["lacks"]) == (True, "")


@pytest.mark.promise("P97")
@pytest.mark.slow
async def test_members_move_and_read_nothing_by_any_staff_handler(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    unready = await staff_member(monkeypatch)
    await second_factors.remove(unready.id)
    bob = await registered("bob")
    thread_id = await wrote(message="Please delete my data. canary words")
    [case] = (await cases.for_staff()).rows
    await legal_holds.place(DataOwner(bob.id), "canary reason", staff_id=bob.id)
    await failed(queue.GivenUp("canary"))
    [dead], [hold] = (await dead_letters.listed()).rows, (await legal_holds.live()).rows
    ann = await registered("ann")
    for path in (f"/staff/contact/{thread_id}", f"/staff/cases/{case.id}"):
        for tab in (Tab(processor, path=path), *[await tab_of(processor, one, path) for one in (ann, unready)]):
            for name, entry in staff_handlers().items():
                for word in (thread_id, case.id, dead.id, hold.id, bob.username):
                    names = [one for one in inspect.signature(entry.handler.fn).parameters if one != "self"]
                    form = dict.fromkeys(("wanted", "reason", "words", "reply", "status", "decision"), word)
                    await tab.send(name, **{one: form if one == "form" else word for one in names})
    assert "canary" not in processor.wire.casefold()
    assert [one.closed_at for one in (await cases.for_staff()).rows] == [None]
    assert (
        len((await dead_letters.listed()).rows),
        len((await legal_holds.live()).rows),
        len((await desk.threads()).rows),
    ) == (1, 1, 1)


async def test_the_overview_counts_what_waits(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff")
    ann = await registered("ann")
    late = datetime.now(UTC) - timedelta(days=40)
    async with database.session() as db:
        await cases.open_case(db, "erase", account_id=ann.id, opened_from="privacy center", now=late)
    await legal_holds.place(DataOwner(ann.id), "A dispute.", staff_id=account.id)
    await failed(queue.GivenUp())
    await tab.send(name_of(StaffOverviewState.load))
    parts = {one.path: (one.number, one.urgent) for one in (await tab.vars_of(StaffOverviewState))["parts"]}
    assert parts == {
        "/staff/contact": (0, ""),
        "/staff/cases": (1, "late"),
        "/staff/legal": (0, ""),
        "/staff/people": (1, ""),
        "/staff/newsletters": (0, ""),
        "/staff/jobs": (1, "look at it"),
    }
