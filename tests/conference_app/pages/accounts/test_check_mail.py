"""The end of a registration: for a new and a known address the same, in words, state, way and work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import reflex as rx
from reflex.state import State
from reflex_base.registry import RegistrationContext
from sqlalchemy import event
from sqlalchemy.engine import Engine

from conference_app.pages.accounts.check_mail import CheckMailState
from conference_app.pages.accounts.register import RegisterState
from conference_app.services.sign_in import password_hashes, sessions
from conference_app.session import EntryState, SessionState
from tests.conference_app.people import confirmed, registered, session_token
from tests.conference_app.tabs import Processor, Tab, delta_of, name_of, redirects

FORM = {
    "first_name": "Ann",
    "last_name": "Nowak",
    "username": "newcomer1",
    "email": "known@example.com",
    "password": "a quite long password",
    "accepted": "on",
}


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement the database gets inside the block, without its values."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each password that is hashed or checked."""
    seen: list[str] = []
    work = password_hashes._in_thread

    async def counted(function: Any, *arguments: bytes) -> Any:
        seen.append(function.__name__)
        return await work(function, *arguments)

    monkeypatch.setattr(password_hashes, "_in_thread", counted)
    return seen


async def register(processor: Processor, username: str, email: str) -> tuple[Tab, list[str], list[str]]:
    """A tab that registers: itself, where it was sent, and what the database was asked."""
    tab = Tab(processor, path="/register")
    await tab.hydrate()
    with statements() as asked:
        updates = await tab.send(name_of(RegisterState.submit), form=FORM | {"username": username, "email": email})
    ticket = delta_of(updates, EntryState)["ticket"]
    session = await sessions.redeem_ticket(ticket)
    assert session is not None
    return Tab.signed_in(processor, session, token=tab.token, path="/check-mail"), redirects(updates), asked


async def everything_shown(tab: Tab) -> dict[str, Any]:
    """Every var of every State of the tab, without what is random for everybody."""
    states = {entry.states[0] for entry in RegistrationContext.get().event_handlers.values()}
    ours = [one for one in states if issubclass(one, State) and one.__module__.startswith("conference_app.")]
    shown: dict[str, Any] = {}
    for state in sorted(ours, key=lambda one: one.get_full_name()):
        for name, value in (await tab.vars_of(state)).items():
            is_random = (state, name) in (
                (EntryState, "ticket"),
                (SessionState, "csrf_token"),
                (SessionState, "_bound"),
            )
            if name not in rx.State.__fields__ and not is_random:
                shown[f"{state.get_full_name()}.{name}"] = value
    return shown


@pytest.mark.promise("P22")
async def test_a_known_address_is_answered_like_a_new_one(processor: Processor, hashed: list[str]) -> None:
    await confirmed("owner", email="owned@example.com")
    ends = {}
    for username, email in (("newcomer1", "fresh@example.com"), ("newcomer2", "owned@example.com")):
        hashed.clear()
        tab, way, asked = await register(processor, username, email)
        await tab.hydrate()
        await tab.send(name_of(CheckMailState.load))
        shown = await everything_shown(tab)
        assert shown[f"{CheckMailState.get_full_name()}.email"] == email
        words = repr(shown).replace(email, "ADDRESS")
        ends[email] = (way, asked, list(hashed), words)
    assert ends["fresh@example.com"] == ends["owned@example.com"]
    way, asked, work, _words = ends["owned@example.com"]
    assert way == ["/entering?next=%2Fcheck-mail"]
    assert work == ["hashpw"]
    assert asked


async def test_the_address_stays_out_of_addresses_and_cookies(processor: Processor) -> None:
    tab, way, _asked = await register(processor, "newcomer", "secret@example.com")
    assert "secret" not in repr(way)
    assert "secret" not in repr(tab.cookies)


async def test_who_is_confirmed_goes_on(processor: Processor) -> None:
    tab = Tab.signed_in(processor, await session_token(await confirmed()), path="/pl/check-mail")
    await tab.hydrate()
    assert redirects(await tab.send(name_of(CheckMailState.load))) == ["/pl/dashboard"]


async def test_without_cookies_the_page_says_what_to_do_and_names_nobody(processor: Processor) -> None:
    tab = Tab(processor, path="/check-mail")
    await tab.hydrate()
    shown = delta_of(await tab.send(name_of(CheckMailState.load)), CheckMailState)
    assert (shown["loaded"], shown.get("email", "")) == (True, "")


@pytest.mark.parametrize("form", [{}, {"email": "ann@"}, {"email": ["x"]}, {"email": "x" * 9000}])
@pytest.mark.slow
async def test_a_wrong_correction_is_refused_beside_the_field(processor: Processor, form: dict[str, object]) -> None:
    tab = Tab.signed_in(processor, await session_token(await registered()), path="/check-mail")
    await tab.hydrate()
    await tab.send(name_of(CheckMailState.load))
    shown = delta_of(await tab.send(name_of(CheckMailState.correct), form=form), CheckMailState)
    assert list(shown["errors"]) == ["email"]
    assert (await tab.vars_of(CheckMailState))["email"] == "ann@example.com"
