"""The gate: every handler of every State, called by nobody and by the wrong person, does nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
import reflex as rx
from reflex.state import State
from reflex_base.registry import RegistrationContext
from sqlalchemy import delete, text
from sqlmodel import col

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Admission, SQLModel
from conference_app.pages.meetings.dashboard import DashboardState
from conference_app.pages.sign_in.sign_in import SignInState
from conference_app.services.meetings import meetings
from conference_app.services.room import joining
from conference_app.services.sign_in import sessions
from conference_app.session import EntryState, NoticeState, SessionState, signed_in
from conference_app.session.budgets import Budget, EventBudgets
from conference_app.session.gate import INTERNALS
from conference_app.session.marks import is_public as is_marked_public
from conference_app.session.payloads import parameters
from conference_app.texts import current_language
from tests.conference_app.links import with_link
from tests.conference_app.people import PASSWORD, confirmed, meeting_of, registered, session_of, session_token
from tests.conference_app.tabs import HYDRATE, Processor, Tab, delta_of, name_of, processing, redirects
from tests.fakes import LOOKING, FakeRoomAdmin


@pytest_asyncio.fixture
async def processor(sqlite_db: Settings, rooms: FakeRoomAdmin) -> AsyncIterator[Processor]:
    async with processing() as running:
        yield running


def handlers() -> dict[str, Any]:
    """Every handler a client can name."""
    return dict(RegistrationContext.get().event_handlers)


def is_public(registered_handler: Any) -> bool:
    return is_marked_public(registered_handler.handler.fn)


def qualname(name: str) -> str:
    return handlers()[name].handler.fn.__qualname__


async def everything_kept(*, but: str = "") -> set[str]:
    """Every row of the database as text; without those that hold `but`."""
    rows: set[str] = set()
    async with database.reading(*LOOKING) as db:
        connection = await db.connection()
        for table in SQLModel.metadata.sorted_tables:
            found = (await connection.execute(text(f"SELECT * FROM {table.name}"))).all()  # noqa: S608 - our own tables
            rows |= {f"{table.name} {row!r}" for row in found}
    return {row for row in rows if not but or but not in row}


def moved(before: set[str], after: set[str], *theirs: str) -> list[str]:
    """Rows that are gone or other than before, and new ones that hold an identifier of `theirs`."""
    return [*(before - after), *[row for row in after - before if any(name in row for name in theirs)]]


def payloads(registered_handler: Any, words: list[Any]) -> list[dict[str, Any]]:
    """For each word a set of arguments made of it: alone, and as every field of a form."""
    _signature, types = parameters(registered_handler.handler.fn)
    if not types:
        return [{}]
    fields = ("code", "meeting_id", "account_id", "id", "identity", "track_sid", "name", "subject", "email", "password")
    made = []
    for word in words:
        of_type = {str: word, bool: True, dict: dict.fromkeys(fields, word)}
        made.append({name: of_type[kind] for name, kind in types.items()})
    return made


def test_the_sweep_sees_every_page() -> None:
    modules = {entry.states[0].__module__ for entry in handlers().values()}
    for page in ("accounts.register", "sign_in.sign_in", "meetings.dashboard", "meetings.own_meeting", "room.room"):
        assert f"conference_app.pages.{page}" in modules
    assert len(handlers()) > 40


def test_what_reflex_lets_anybody_do_is_known_by_name() -> None:
    own = {name for name, entry in handlers().items() if entry.handler.fn.__module__.startswith("reflex")}
    known = {name for name in own if not name.endswith(".setvar")}
    refused = {"reflex___state____state.reflex___state____frontend_event_exception_state.handle_frontend_exception"}
    assert known == INTERNALS | refused  # a new Reflex with a new handler fails here: read it before it is let in


@pytest.mark.promise("P76")
@pytest.mark.slow
async def test_a_visitor_runs_public_handlers_only(processor: Processor) -> None:
    ann = await confirmed("ann")
    made = await meeting_of(ann)
    guest = await joining.join(
        (await meetings.open_room(ann.id, made.code)).code,
        name="Guest",
        pass_phrase="",
        tab_id="t",
        session=None,
        address="",
        **with_link("Guest"),
    )
    assert isinstance(guest, joining.Admitted)
    before = await everything_kept()
    words = [made.code, made.id, ann.id, guest.identity, True]
    for path in ("/", f"/meetings/{made.code}"):
        tab = Tab(processor, path=path)
        for name, entry in handlers().items():
            if name in INTERNALS:
                continue
            for payload in payloads(entry, words):
                await tab.send(name, **payload)
    allowed = {qualname(name) for name, entry in handlers().items() if is_public(entry) or name in INTERNALS}
    assert set(processor.executed) <= allowed
    assert any(name.startswith("SignInState") for name in processor.executed)  # the sweep does reach handlers
    await forget_admissions_but(guest.identity)  # with the link in its address, the tab may come in as a guest
    assert moved(before, await everything_kept(), ann.id, made.id) == []


async def forget_admissions_but(identity: str) -> None:
    """Take back what a sweep may do by right: join an open meeting."""
    async with database.session(*LOOKING) as db:
        await db.exec(delete(Admission).where(col(Admission.identity) != identity))


async def forget_meetings_of(account_id: str) -> None:
    """Take back what a member may do by right: have meetings of their own."""
    for meeting in await meetings.list_for(account_id):
        await meetings.delete(account_id, meeting.code)


@pytest.mark.promise("P76")
@pytest.mark.slow
async def test_with_anothers_ids_nothing_of_theirs_moves(processor: Processor, rooms: FakeRoomAdmin) -> None:
    ann, eve = await confirmed("ann"), await confirmed("eve")
    made = await meeting_of(ann, "canary subject", pass_phrase="canary phrase")
    await meetings.open_room(ann.id, made.code)
    host = await joining.join(made.code, name="", pass_phrase="", tab_id="t", session=await session_of(ann), address="")
    assert isinstance(host, joining.Admitted)
    evil = await session_token(eve)
    before = await everything_kept(but=eve.id)
    words = [made.code, made.id, ann.id, host.identity, "TR_1", True, {"code": made.code}]
    for path in (f"/meetings/{made.code}", f"/m/{made.code}"):
        tab = Tab.signed_in(processor, evil, path=path)
        for name, entry in handlers().items():
            for payload in payloads(entry, words):
                await tab.send(name, **payload)
    assert {"DashboardState.load", "OwnMeetingState.load"} <= set(processor.executed)  # hers ran, on nothing of his
    assert rooms.orders == []
    await forget_admissions_but(host.identity)
    await forget_meetings_of(eve.id)
    assert moved(before, await everything_kept(but=eve.id), ann.id, made.id, host.identity) == []
    assert "canary" not in processor.wire
    assert "Ann" not in processor.wire


async def test_reflexs_own_handlers_are_refused_to_members_too(processor: Processor) -> None:
    tab = Tab.signed_in(processor, await session_token(await registered()))
    await tab.hydrate()
    processor.executed.clear()
    for name in handlers():
        if handlers()[name].handler.fn.__module__.startswith("reflex") and name not in INTERNALS:
            await tab.send(name, var_name="signed_in", value=False, info="canary", component_stack="")
    assert processor.executed == []
    assert (await tab.vars_of(SessionState))["signed_in"] is True


async def test_a_browser_writes_only_what_lives_in_the_browser(processor: Processor) -> None:
    tab = Tab(processor)
    states = {entry.states[0] for entry in handlers().values()}
    everything = {f"{state.get_full_name()}.{name}": "owned" for state in states for name in state.__fields__}
    for name in (HYDRATE, "reflex___state____state.reflex___state____update_vars_internal_state.update_vars_internal"):
        await tab.send(name, vars=everything)
    owned = {
        (state.__name__, name)
        for state in states
        for name, value in (await tab.vars_of(state)).items()
        if value == "owned"
    }
    assert owned <= {("EntryState", "ticket")}
    assert (await tab.vars_of(SessionState))["signed_in"] is False


@pytest.mark.promise("P76")
async def test_an_event_that_did_not_come_by_the_socket_is_refused(processor: Processor) -> None:
    """Reflex's upload route enqueues without router data: the tab's last cookie must not speak for it."""
    tab = Tab.signed_in(processor, await session_token(await registered()), path="/dashboard")
    await tab.hydrate()
    processor.executed.clear()
    event = rx.event.Event(name=name_of(DashboardState.load))
    await (await processor.events.enqueue(tab.token, event)).wait_all()
    assert processor.executed == []
    await tab.send(name_of(DashboardState.load))
    assert processor.executed == ["DashboardState.load"]


class ProbeState(rx.State):
    """Handlers of kinds that no page has yet."""

    seen: list[str] = []

    @rx.event(background=True)
    async def behind(self) -> None:
        """A background handler."""
        assert signed_in() is not None
        async with self:
            self.seen = [*self.seen, "behind"]

    @rx.event
    async def first(self) -> Any:
        """Yields another one."""
        return ProbeState.second

    @rx.event
    async def second(self) -> None:
        """The one that was yielded."""
        self.seen = [*self.seen, f"second in {current_language()}"]


for _probe in ProbeState.event_handlers.values():
    if _probe.fn.__qualname__.startswith("ProbeState."):
        _probe.fn.__module__ = "conference_app.pages.probe"  # as if it were a page's


@pytest.mark.promise("P76")
async def test_background_and_chained_events_pass_the_gate_too(processor: Processor) -> None:
    ann = await registered()
    for cookie, expected in (({}, []), (await session_token(ann), ["behind", "second in en"])):
        tab = Tab.signed_in(processor, cookie) if isinstance(cookie, str) else Tab(processor)
        await tab.send(name_of(ProbeState.behind))
        await tab.send(name_of(ProbeState.first))
        assert (await tab.vars_of(ProbeState))["seen"] == expected


async def test_a_page_knows_at_once_who_looks_at_it(processor: Processor) -> None:
    ann = await registered("ann", language="pl", optional={"time_zone": "Asia/Tokyo"})
    token = await session_token(ann)
    shown = delta_of(await Tab.signed_in(processor, token).hydrate(), SessionState)
    assert shown["csrf_token"] == sessions.csrf_token(token)
    del shown["csrf_token"]
    wanted = {"signed_in": True, "first_name": "Ann", "initials": "AN", "language": "pl", "time_zone": "Asia/Tokyo"}
    assert shown == wanted | {"is_verified": False, "may_invite": False, "is_staff": False}
    visitor = await Tab(processor).hydrate()
    assert "Ann" not in repr(visitor)
    assert delta_of(visitor, SessionState).get("signed_in", False) is False


async def test_the_session_never_enters_reflex(processor: Processor) -> None:
    token = await session_token(await registered())
    tab = Tab.signed_in(processor, token, path="/dashboard")
    await tab.hydrate()
    await tab.send(name_of(DashboardState.load))
    async with processor.manager.modify_state(rx.BaseStateToken(ident=tab.token, cls=State)) as root:
        kept = repr(root.router_data) + repr(root.__getstate__())
    assert token not in kept
    assert token not in processor.wire
    assert sessions.session_hash(token) not in processor.wire


@pytest.mark.promise("P76")
@pytest.mark.parametrize(
    "header", ["parley-session {hash}", "parley-session {hash}.", "parley-session {hash}.00", "{hash}"]
)
async def test_a_header_made_up_by_the_client_is_nobody(processor: Processor, header: str) -> None:
    token = await session_token(await registered())
    forged = header.format(hash=sessions.session_hash(token))
    tab = Tab(processor, headers={"authorization": forged}, path="/dashboard")
    await tab.hydrate()
    assert (await tab.vars_of(SessionState))["signed_in"] is False


@pytest.mark.promise("P76")
async def test_a_stolen_tab_token_finds_an_empty_tab(processor: Processor) -> None:
    ann, eve = await registered("ann"), await registered("eve")
    await meeting_of(ann, "canary subject")
    hers = Tab.signed_in(processor, await session_token(ann), path="/dashboard")
    await hers.hydrate()
    await hers.send(name_of(DashboardState.load))
    assert "canary" in processor.wire
    processor.wire = ""
    for thief in (
        Tab(processor, token=hers.token),
        Tab.signed_in(processor, await session_token(eve), token=hers.token),
    ):
        processor.executed.clear()
        await thief.send(name_of(DashboardState.load))
        assert "DashboardState.load" not in processor.executed  # refused, and emptied
        await thief.hydrate()
        assert "canary" not in processor.wire
        assert "Ann" not in processor.wire
        # The owner comes back, and finds an empty tab as well: nobody takes over from anybody.
        await hers.hydrate()
        processor.wire = ""


async def test_the_thief_who_hydrates_first_gets_defaults(processor: Processor) -> None:
    ann = await registered("ann")
    await meeting_of(ann, "canary subject")
    hers = Tab.signed_in(processor, await session_token(ann), path="/dashboard")
    await hers.hydrate()
    await hers.send(name_of(DashboardState.load))
    processor.wire = ""
    await Tab(processor, token=hers.token).hydrate()
    assert "canary" not in processor.wire
    assert "Ann" not in processor.wire


async def test_signing_in_keeps_the_tab_and_signing_out_empties_it(processor: Processor) -> None:
    ann = await registered("ann")
    visitor = Tab(processor, path="/sign-in")
    await visitor.hydrate()
    token = await session_token(ann)
    member = Tab.signed_in(processor, token, token=visitor.token, path="/dashboard")
    await member.hydrate()
    await member.send(name_of(DashboardState.load))
    assert "DashboardState.load" in processor.executed
    await sessions.end(token)
    processor.executed.clear()
    updates = await member.send(name_of(DashboardState.load))  # another tab of hers, its socket still open
    assert processor.executed == []
    assert redirects(updates) == ["/sign-in?next=%2Fdashboard"]
    shown = delta_of(updates, SessionState)
    assert (shown["signed_in"], shown["first_name"], shown["csrf_token"]) == (False, "", "")


async def test_a_refused_visitor_is_shown_the_way_in_the_language_of_the_page(processor: Processor) -> None:
    updates = await Tab(processor, path="/pl/dashboard").send(name_of(DashboardState.load))
    assert redirects(updates) == ["/pl/sign-in?next=%2Fpl%2Fdashboard"]
    assert redirects(await Tab(processor, path="/sign-in").send(name_of(DashboardState.load))) == []


async def test_handlers_answer_in_the_language_of_the_page(processor: Processor) -> None:
    token = await session_token(await registered("ann", language="pl"))
    for path, expected in (("/dashboard", "en"), ("/pl/dashboard", "pl"), ("/players", "en")):
        tab = Tab.signed_in(processor, token, path=path)
        await tab.send(name_of(ProbeState.first))
        assert (await tab.vars_of(ProbeState))["seen"] == [f"second in {expected}"]


async def test_signing_in_by_the_page_leads_through_the_ticket(processor: Processor) -> None:
    await registered("ann")
    tab = Tab(processor, path="/sign-in")
    updates = await tab.send(name_of(SignInState.submit), form={"email": "ann@example.com", "password": PASSWORD})
    assert redirects(updates) == ["/entering?next=%2Fdashboard"]
    ticket = delta_of(updates, EntryState)["ticket"]
    assert await sessions.redeem_ticket(ticket) is not None
    assert PASSWORD not in processor.wire


async def test_who_floods_is_told_once_and_others_never_notice(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    budgets = EventBudgets(tab=Budget(per_s=0.001, burst=3), session=Budget(per_s=0.001, burst=1000))
    async with processing(budgets) as processor:
        tab, other = Tab(processor, path="/pl/register"), Tab(processor)
        answers = [await tab.send(name_of(SessionState.stay)) for _ in range(6)]
        assert processor.executed.count("SessionState.stay") == 3
        told = [delta_of(updates, NoticeState) for updates in answers]
        assert [place for place, shown in enumerate(told) if shown.get("is_error")] == [3]
        assert "naraz" in told[3]["text"]
        await other.send(name_of(SessionState.stay))
        assert processor.executed.count("SessionState.stay") == 4


async def test_all_tabs_of_a_session_count_together(sqlite_db: Settings) -> None:
    budgets = EventBudgets(tab=Budget(per_s=0.001, burst=1000), session=Budget(per_s=0.001, burst=3))
    ann, eve = await session_token(await registered("ann")), await session_token(await registered("eve"))
    async with processing(budgets) as processor:
        for _ in range(5):
            await Tab.signed_in(processor, ann).send(name_of(SessionState.stay))
        assert processor.executed.count("SessionState.stay") == 3
        await Tab.signed_in(processor, eve).send(name_of(SessionState.stay))
        assert processor.executed.count("SessionState.stay") == 4


async def test_what_our_handlers_cause_is_not_counted(sqlite_db: Settings) -> None:
    async with processing(EventBudgets(tab=Budget(per_s=0.001, burst=1))) as processor:
        tab = Tab.signed_in(processor, await session_token(await registered()))
        await tab.send(name_of(ProbeState.first))
        probed = [name for name in processor.executed if name.startswith("ProbeState.")]
        assert probed == ["ProbeState.first", "ProbeState.second"]


@pytest.mark.parametrize("vars", ["text", ["x"], 7, {"no_state.no_var": "x"}, {"": "x"}, {"a": {"b": []}}])
async def test_a_malformed_hydration_is_no_incident(processor: Processor, vars: object) -> None:
    tab = Tab(processor)
    for name in (HYDRATE, "reflex___state____state.reflex___state____update_vars_internal_state.update_vars_internal"):
        await tab.send(name, vars=vars)
    assert processor.errors == []
