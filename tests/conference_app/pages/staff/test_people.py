"""Staff find a person for a reason, hold their data, and note what authorities ask of us."""

from __future__ import annotations

import dataclasses

import pytest

from conference_app import database
from conference_app.config import settings
from conference_app.pages.staff.legal_request import StaffLegalRequestState
from conference_app.pages.staff.legal_requests import StaffLegalState
from conference_app.pages.staff.new_legal_request import StaffNewLegalRequestState
from conference_app.pages.staff.people import StaffPeopleState
from conference_app.services.cases import cases
from conference_app.services.consent import person_state
from conference_app.services.personal_data import legal_holds, personal_rows
from conference_app.services.sign_in import sessions
from tests.conference_app.noted_requests import typed
from tests.conference_app.people import confirmed, session_token
from tests.conference_app.staff_desk import staff_tab, wrote
from tests.conference_app.tabs import Processor, name_of, redirects


@pytest.mark.promise("P96")
@pytest.mark.promise("P105")
@pytest.mark.slow
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
    told = [one.reason for one in (await person_state.read(person)).seen]
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
async def test_a_legal_request_is_noted_and_decided(processor: Processor, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await confirmed("ann")
    _account, tab = await staff_tab(processor, monkeypatch, "/staff/legal/new")
    form = dataclasses.asdict(typed("ann"))
    await tab.send(name_of(StaffNewLegalRequestState.submit), form=form | {"authority": "", "kind": ["x"]})
    assert set((await tab.vars_of(StaffNewLegalRequestState))["errors"]) == {"authority", "kind"}
    [path] = redirects(await tab.send(name_of(StaffNewLegalRequestState.submit), form=form))
    tab.path = path
    await tab.send(name_of(StaffLegalRequestState.load))
    values = await tab.vars_of(StaffLegalRequestState)
    assert (values["legal_request"].authority, values["legal_request"].is_pending) == ("District court", True)
    assert values["file_path"] == f"{path}/file"
    assert ann.id not in processor.wire
    await tab.send(name_of(StaffLegalRequestState.decide), form={"decision": "answered", "handed_out": ""})
    assert set((await tab.vars_of(StaffLegalRequestState))["errors"]) == {"handed_out"}
    await tab.send(name_of(StaffLegalRequestState.decide), form={"decision": "answered", "handed_out": "The address."})
    assert (await tab.vars_of(StaffLegalRequestState))["legal_request"].handed_out == "The address."
    tab.path = "/staff/legal"
    await tab.send(name_of(StaffLegalState.load))
    [line] = (await tab.vars_of(StaffLegalState))["noted_requests"]
    assert (line.path, line.is_pending, line.decision) == (path, False, "Answered")
    tab.path = "/staff/legal/none"
    await tab.send(name_of(StaffLegalRequestState.load))
    assert (await tab.vars_of(StaffLegalRequestState))["missing"]


async def test_a_person_is_signed_out_everywhere_after_a_question(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await confirmed("ann")
    token = await session_token(ann)
    _account, tab = await staff_tab(processor, monkeypatch, "/staff/people")
    await tab.send(name_of(StaffPeopleState.load))
    await tab.send(name_of(StaffPeopleState.ask_sign_out))  # nobody is open
    await tab.send(name_of(StaffPeopleState.sign_out))
    await tab.send(name_of(StaffPeopleState.find), form={"wanted": "ann", "reason": "A stolen phone."})
    await tab.send(name_of(StaffPeopleState.sign_out))  # nothing was asked about
    assert await sessions.resolve(token) is not None
    await tab.send(name_of(StaffPeopleState.ask_sign_out))
    await tab.send(name_of(StaffPeopleState.leave_signed_in))
    await tab.send(name_of(StaffPeopleState.sign_out))
    assert await sessions.resolve(token) is not None
    await tab.send(name_of(StaffPeopleState.ask_sign_out))
    assert (await tab.vars_of(StaffPeopleState))["signing_out"]
    await tab.send(name_of(StaffPeopleState.sign_out))
    values = await tab.vars_of(StaffPeopleState)
    assert (values["signing_out"], values["is_open"]) == (False, True)
    assert await sessions.resolve(token) is None
    assert ann.id not in processor.wire


async def test_who_has_no_account_is_not_offered_to_be_signed_out(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wrote("canary@example.com")
    _account, tab = await staff_tab(processor, monkeypatch, "/staff/people")
    await tab.send(name_of(StaffPeopleState.load))
    await tab.send(name_of(StaffPeopleState.find), form={"wanted": "canary@example.com", "reason": "They asked."})
    await tab.send(name_of(StaffPeopleState.ask_sign_out))
    values = await tab.vars_of(StaffPeopleState)
    assert (values["is_open"], values["has_account"], values["signing_out"]) == (True, False, False)


@pytest.mark.parametrize("asked_before", [False, True])
async def test_who_is_no_longer_of_the_staff_signs_nobody_out(
    processor: Processor, monkeypatch: pytest.MonkeyPatch, asked_before: bool
) -> None:
    token = await session_token(await confirmed("ann"))
    _account, tab = await staff_tab(processor, monkeypatch, "/staff/people")
    await tab.send(name_of(StaffPeopleState.load))
    await tab.send(name_of(StaffPeopleState.find), form={"wanted": "ann", "reason": "A stolen phone."})
    if asked_before:
        await tab.send(name_of(StaffPeopleState.ask_sign_out))
    monkeypatch.setenv("PARLEY_STAFF", "somebody-else@example.com")
    settings.cache_clear()
    if not asked_before:
        await tab.send(name_of(StaffPeopleState.ask_sign_out))
    assert (await tab.vars_of(StaffPeopleState))["signing_out"] == asked_before
    await tab.send(name_of(StaffPeopleState.sign_out))
    assert await sessions.resolve(token) is not None
