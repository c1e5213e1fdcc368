"""The staff's pages: for those the operator names; everybody else reads what stands at no address, and moves nothing."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from reflex_base.registry import RegistrationContext
from sqlmodel import select

from conference_app import database, pages
from conference_app.components.times import instant
from conference_app.models import Account, SignInSession
from conference_app.pages.staff import StaffOverviewState
from conference_app.pages.staff_case import StaffCaseState
from conference_app.pages.staff_cases import StaffCasesState
from conference_app.pages.staff_contact import StaffContactState
from conference_app.pages.staff_demand import StaffDemandState
from conference_app.pages.staff_demand_new import StaffNewDemandState
from conference_app.pages.staff_jobs import StaffJobsState
from conference_app.pages.staff_legal import StaffLegalState
from conference_app.pages.staff_people import StaffPeopleState
from conference_app.pages.staff_thread import StaffThreadState
from conference_app.purposes import SIGN_IN
from conference_app.services import (
    audit,
    cases,
    contact,
    contact_desk,
    failed_jobs,
    job_worker,
    jobs,
    legal_holds,
    personal_rows,
    privacy_state,
)
from conference_app.services.audit import AuditTag
from conference_app.services.contact import ContactForm
from conference_app.services.personal_rows import Person
from conference_app.session import SessionState
from tests.conference_app.demands import typed
from tests.conference_app.people import confirmed, registered
from tests.conference_app.staff_desk import staff_member, staff_tab, tab_of
from tests.conference_app.tabs import Processor, Tab, name_of, redirects

for _module in pkgutil.iter_modules(pages.__path__):
    importlib.import_module(f"{pages.__name__}.{_module.name}")


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


async def wrote(email: str = "canary@example.com", message: str = "canary words") -> str:
    """A conversation; its number."""
    await contact.write(ContactForm("Canary Name", email, message), language="en", address="192.0.2.1")
    return (await contact_desk.threads()).rows[0].id


@pytest.mark.promise("P97")
@pytest.mark.timeout(120)
async def test_members_move_and_read_nothing_by_any_staff_handler(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await staff_member(monkeypatch)
    bob = await registered("bob")
    thread_id = await wrote(message="Please delete my data. canary words")
    [case] = (await cases.for_staff()).rows
    await legal_holds.place(Person(bob.id), "canary reason", staff_id=bob.id)
    await failed(jobs.GivenUp("canary"))
    [dead], [hold] = (await failed_jobs.listed()).rows, (await legal_holds.live()).rows
    ann = await registered("ann")
    for path in (f"/staff/contact/{thread_id}", f"/staff/cases/{case.id}"):
        for tab in (Tab(processor, path=path), await tab_of(processor, ann, path)):
            for name, entry in staff_handlers().items():
                for word in (thread_id, case.id, dead.id, hold.id, bob.username):
                    names = [one for one in inspect.signature(entry.handler.fn).parameters if one != "self"]
                    form = dict.fromkeys(("wanted", "reason", "words", "reply", "status", "decision"), word)
                    await tab.send(name, **{one: form if one == "form" else word for one in names})
    assert "canary" not in processor.wire.casefold()
    assert [one.closed_at for one in (await cases.for_staff()).rows] == [None]
    assert (
        len((await failed_jobs.listed()).rows),
        len((await legal_holds.live()).rows),
        len((await contact_desk.threads()).rows),
    ) == (1, 1, 1)


async def test_the_overview_counts_what_waits(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff")
    ann = await registered("ann")
    late = datetime.now(UTC) - timedelta(days=40)
    async with database.session() as db:
        await cases.open_case(db, "erase", account_id=ann.id, opened_from="privacy center", now=late)
    await legal_holds.place(Person(ann.id), "A dispute.", staff_id=account.id)
    await failed(jobs.GivenUp())
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


async def test_a_conversation_is_read_answered_and_closed(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread_id = await wrote()
    account, tab = await staff_tab(processor, monkeypatch, "/staff/contact")
    await tab.send(name_of(StaffContactState.load))
    [line] = (await tab.vars_of(StaffContactState))["threads"]
    assert (line.path, line.who) == (f"/staff/contact/{thread_id}", "C. N.")
    assert "canary" not in processor.wire.replace(line.path, "")
    tab.path = line.path
    await tab.send(name_of(StaffThreadState.load))
    values = await tab.vars_of(StaffThreadState)
    assert (values["who"], values["messages"][0].body) == ("Canary Name <canary@example.com>", "canary words")
    await tab.send(name_of(StaffThreadState.answer), form={"reply": " "})
    assert (await tab.vars_of(StaffThreadState))["errors"]["reply"]
    await tab.send(name_of(StaffThreadState.answer), form={"reply": "Hello"})
    assert [one.is_ours for one in (await tab.vars_of(StaffThreadState))["messages"]] == [False, True]
    assert redirects(await tab.send(name_of(StaffThreadState.close))) == ["/staff/contact"]
    assert (await contact_desk.threads()).rows == []
    done = {one.tag for one in await audit.entries(account.id)}
    assert {AuditTag.STAFF_READ, AuditTag.STAFF_MESSAGE_ANSWERED, AuditTag.STAFF_MESSAGES_CLOSED} <= done


async def test_a_request_is_answered_with_words(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    thread_id = await wrote(message="Please delete my data.")
    _account, tab = await staff_tab(processor, monkeypatch, "/staff/cases")
    await tab.send(name_of(StaffCasesState.load))
    [line] = (await tab.vars_of(StaffCasesState))["cases"]
    assert (line.kind, line.left, line.is_pressing) == ("Erasure", "due in 29 days", False)
    tab.path = line.path
    await tab.send(name_of(StaffCaseState.load))
    assert (await tab.vars_of(StaffCaseState))["thread_path"] == f"/staff/contact/{thread_id}"
    await tab.send(name_of(StaffCaseState.answer), form={"status": "done", "words": ""})
    assert (await tab.vars_of(StaffCaseState))["errors"]["words"]
    await tab.send(name_of(StaffCaseState.answer), form={"status": "done", "words": "All is gone."})
    values = await tab.vars_of(StaffCaseState)
    assert [one.title for one in values["history"]] == ["The person: Received", "Staff: Done", "We wrote"]
    assert values["case"].left == ""
    tab.path = "/staff/cases?shows=closed"
    await tab.send(name_of(StaffCasesState.load))
    assert [one.id for one in (await tab.vars_of(StaffCasesState))["cases"]] == [line.id]


@pytest.mark.parametrize(
    ("address", "first", "neighbours"),
    [
        ("", 0, ("", "?shows=open&page=2")),
        ("?page=2", 25, ("?shows=open&page=1", "?shows=open&page=3")),
        ("?page=3", 50, ("?shows=open&page=2", "")),
        ("?page=99999999999999999999", 0, ("", "?shows=open&page=2")),
        ("?page=999999", 50, ("?shows=open&page=2", "")),
        ("?page=-1&shows=canary", 0, ("", "?shows=open&page=2")),
        ("?page=²", 0, ("", "?shows=open&page=2")),
    ],
)
async def test_a_long_list_is_read_page_by_page(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, address: str, first: int, neighbours: tuple[str, str]
) -> None:
    now = datetime.now(UTC)
    async with database.session() as db:
        for i in range(51):
            opened = now - timedelta(days=60 - i)
            await cases.open_case(db, "erase", address_id=f"nobody{i}", opened_from="privacy center", now=opened)
    _account, tab = await staff_tab(processor, monkeypatch, f"/staff/cases{address}")
    await tab.send(name_of(StaffCasesState.load))
    values = await tab.vars_of(StaffCasesState)
    assert (values["page_before"], values["page_after"], values["last_page"]) == (*neighbours, 3)
    shown = [one.opened for one in values["cases"]]
    assert shown == [instant(now - timedelta(days=60 - i)) for i in range(first, min(first + 25, 51))]
    assert {one.asked for one in values["cases"]} == {"Somebody without an account"}


async def test_what_is_not_there_reads_like_no_address(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    _account, tab = await staff_tab(processor, monkeypatch, "/staff/cases")
    for state, path in ((StaffCaseState, "/staff/cases/none"), (StaffThreadState, "/staff/contact/none")):
        tab.path = path
        await tab.send(name_of(state.load))
        values = await tab.vars_of(state)
        assert (values["missing"], values["loaded"]) == (True, False)
    assert processor.errors == []


runs: list[str] = []
outcome: list[Exception] = []


@jobs.handler("test.fails")
async def _fails(_payload: jobs.Payload) -> None:
    runs.append("run")
    if outcome:
        raise outcome[0]


async def failed(error: Exception) -> None:
    """A job that was given up, with personal words in its exception."""
    outcome[:] = [error]
    now = datetime.now(UTC)
    async with database.session() as db:
        await jobs.enqueue(db, "test.fails", {"secret": "canary"}, run_at=now)
    await job_worker.run_due(now, kinds=["test.fails"])


async def test_failed_work_is_shown_without_what_it_was_about_and_tried_again(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff/jobs")
    await failed(jobs.GivenUp("canary ann@example.com"))
    processor.wire = ""
    await tab.send(name_of(StaffJobsState.load))
    (line,) = (await tab.vars_of(StaffJobsState))["lines"]
    assert (line.kind, line.error, line.tries) == ("test.fails", "GivenUp", "1 try")
    assert "canary" not in processor.wire
    outcome.clear()
    await tab.send(name_of(StaffJobsState.try_again), job_id=line.id)
    assert (await tab.vars_of(StaffJobsState))["lines"] == []
    before = len(runs)
    await job_worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["test.fails"])
    assert len(runs) == before + 1
    assert AuditTag.STAFF_JOB_RETRIED in {one.tag for one in await audit.entries(account.id)}


async def test_failed_work_is_dropped_only_after_the_question(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account, tab = await staff_tab(processor, monkeypatch, "/staff/jobs")
    await failed(jobs.GivenUp())
    await tab.send(name_of(StaffJobsState.load))
    (line,) = (await tab.vars_of(StaffJobsState))["lines"]
    await tab.send(name_of(StaffJobsState.drop))
    assert (await tab.vars_of(StaffJobsState))["problem"]
    await tab.send(name_of(StaffJobsState.ask_drop), job_id=line.id)
    await tab.send(name_of(StaffJobsState.keep))
    assert len((await failed_jobs.listed()).rows) == 1
    await tab.send(name_of(StaffJobsState.ask_drop), job_id=line.id)
    await tab.send(name_of(StaffJobsState.drop))
    assert (await failed_jobs.listed()).rows == []
    assert AuditTag.STAFF_JOB_DROPPED in {one.tag for one in await audit.entries(account.id)}


@pytest.mark.promise("P96")
@pytest.mark.promise("P105")
async def test_a_person_is_found_held_and_freed(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await confirmed("ann")
    _account, tab = await staff_tab(processor, monkeypatch, "/staff/people")
    await tab.send(name_of(StaffPeopleState.load))
    await tab.send(name_of(StaffPeopleState.hold), form={"hold_reason": "too early"})
    await tab.send(name_of(StaffPeopleState.find), form={"wanted": "ann", "reason": ""})
    values = await tab.vars_of(StaffPeopleState)
    assert (values["is_open"], set(values["errors"])) == (False, {"reason"})
    await tab.send(name_of(StaffPeopleState.find), form={"wanted": "ann", "reason": "You asked for help."})
    values = await tab.vars_of(StaffPeopleState)
    assert (values["name"], values["email"], values["live"]) == ("A. N.", "a…@e….com", [])
    for secret in ("ann@example.com", "Nowak", ann.id):
        assert secret not in processor.wire
    await tab.send(name_of(StaffPeopleState.hold), form={"hold_reason": " "})
    assert set((await tab.vars_of(StaffPeopleState))["errors"]) == {"hold_reason"}
    await tab.send(name_of(StaffPeopleState.hold), form={"hold_reason": "A dispute."})
    [hold] = (await tab.vars_of(StaffPeopleState))["holds"]
    assert hold.reason == "A dispute."
    await tab.send(name_of(StaffPeopleState.lift))  # nothing was asked about
    assert len((await legal_holds.live()).rows) == 1
    await tab.send(name_of(StaffPeopleState.ask_whose), hold_id=hold.id)
    assert (await tab.vars_of(StaffPeopleState))["behind"] == "hold"
    await tab.send(name_of(StaffPeopleState.find), form={"reason": "To see whether it still holds."})
    assert (await tab.vars_of(StaffPeopleState))["name"] == "A. N."
    await tab.send(name_of(StaffPeopleState.ask_lift), hold_id=hold.id)
    await tab.send(name_of(StaffPeopleState.lift))
    assert (await tab.vars_of(StaffPeopleState))["live"] == []
    async with database.reading() as db:
        person = await personal_rows.of_account(db, ann.id)
    assert person is not None
    told = [one.reason for one in (await privacy_state.read(person)).seen]
    assert told == ["To see whether it still holds.", "You asked for help."]


async def test_the_person_behind_a_request_is_shown_for_a_reason(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wrote(message="Please delete my data.")
    [case] = (await cases.for_staff()).rows
    _account, tab = await staff_tab(processor, monkeypatch, f"/staff/people?case={case.id}")
    await tab.send(name_of(StaffPeopleState.load))
    assert (await tab.vars_of(StaffPeopleState))["behind"] == "case"
    await tab.send(name_of(StaffPeopleState.find), form={"reason": "Your request."})
    values = await tab.vars_of(StaffPeopleState)
    assert (values["is_open"], values["name"]) == (True, "")
    assert "canary@" not in processor.wire


@pytest.mark.promise("P104")
async def test_a_demand_is_noted_and_decided(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await confirmed("ann")
    _account, tab = await staff_tab(processor, monkeypatch, "/staff/legal/new")
    form = dataclasses.asdict(typed("ann"))
    await tab.send(name_of(StaffNewDemandState.submit), form=form | {"authority": "", "kind": ["x"]})
    assert set((await tab.vars_of(StaffNewDemandState))["errors"]) == {"authority", "kind"}
    [path] = redirects(await tab.send(name_of(StaffNewDemandState.submit), form=form))
    tab.path = path
    await tab.send(name_of(StaffDemandState.load))
    values = await tab.vars_of(StaffDemandState)
    assert (values["demand"].authority, values["demand"].is_pending) == ("District court", True)
    assert values["file_path"] == f"{path}/file"
    assert ann.id not in processor.wire
    await tab.send(name_of(StaffDemandState.decide), form={"decision": "answered", "handed_out": ""})
    assert set((await tab.vars_of(StaffDemandState))["errors"]) == {"handed_out"}
    await tab.send(name_of(StaffDemandState.decide), form={"decision": "answered", "handed_out": "The address."})
    assert (await tab.vars_of(StaffDemandState))["demand"].handed_out == "The address."
    tab.path = "/staff/legal"
    await tab.send(name_of(StaffLegalState.load))
    [line] = (await tab.vars_of(StaffLegalState))["demands"]
    assert (line.path, line.is_pending, line.decision) == (path, False, "Answered")
    tab.path = "/staff/legal/none"
    await tab.send(name_of(StaffDemandState.load))
    assert (await tab.vars_of(StaffDemandState))["missing"]
