"""Staff answer: a conversation, and a request about data; lists that are long, and what is not there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app import database
from conference_app.components.kit.times import instant
from conference_app.pages.staff.case import StaffCaseState
from conference_app.pages.staff.cases import StaffCasesState
from conference_app.pages.staff.conversation import StaffThreadState
from conference_app.pages.staff.conversations import StaffContactState
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.cases import cases
from conference_app.services.contact import desk
from tests.conference_app.staff_desk import staff_tab, wrote
from tests.conference_app.tabs import Processor, name_of, redirects


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
    assert (await desk.threads()).rows == []
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
@pytest.mark.slow
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
