"""Closed tabs: their States are found again for minutes, and never more of them than fit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State

from conference_app.session import tab_states
from conference_app.session.tab_states import CLOSED_LIFE_S, EXPIRATION_S, STAY_EVERY_S, ClosedTabs


class Tabs:
    """Tabs with a State each, and whether their sockets are open."""

    def __init__(self) -> None:
        self.manager = StateManagerMemory()
        self.open: set[str] = set()
        self.closed = ClosedTabs(self.manager, lambda token: token in self.open)

    async def add(self, token: str, address: str = "192.0.2.7") -> None:
        async with self.manager.modify_state(BaseStateToken(ident=token, cls=State)) as root:
            root.router_data = {"ip": address}

    @property
    def kept(self) -> list[str]:
        return [key.split("/", 1)[0] for key in self.manager.states]


@pytest.fixture
async def tabs() -> AsyncIterator[Tabs]:
    made = Tabs()
    yield made
    await made.manager.close()


async def test_a_closed_tab_is_kept_for_minutes(tabs: Tabs) -> None:
    await tabs.add("open")
    await tabs.add("closed")
    tabs.open.add("open")
    tabs.closed.sweep(0.0)
    tabs.closed.sweep(CLOSED_LIFE_S - 1)
    assert tabs.kept == ["open", "closed"]
    tabs.closed.sweep(CLOSED_LIFE_S)
    assert tabs.kept == ["open"]


async def test_a_tab_that_comes_back_begins_anew(tabs: Tabs) -> None:
    await tabs.add("tab")
    tabs.closed.sweep(0.0)
    tabs.open.add("tab")
    tabs.closed.sweep(CLOSED_LIFE_S - 1)
    tabs.open.clear()
    tabs.closed.sweep(CLOSED_LIFE_S + 1)
    assert tabs.kept == ["tab"]


async def test_one_address_leaves_only_so_many(tabs: Tabs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab_states, "MOST_CLOSED_PER_ADDRESS", 2)
    for number in range(3):
        await tabs.add(f"theirs {number}")
        tabs.closed.sweep(float(number))
    await tabs.add("somebody else's", "198.51.100.1")
    tabs.closed.sweep(3.0)
    assert tabs.kept == ["theirs 1", "theirs 2", "somebody else's"]
    monkeypatch.setattr(tab_states, "MOST_CLOSED", 1)
    tabs.closed.sweep(4.0)
    assert tabs.kept == ["somebody else's"]


async def test_a_state_in_use_is_left_alone(tabs: Tabs) -> None:
    await tabs.add("busy")
    async with tabs.manager.modify_state(BaseStateToken(ident="busy", cls=State)):
        tabs.closed.sweep(0.0)
        tabs.closed.sweep(CLOSED_LIFE_S + 1)
    assert tabs.kept == ["busy"]


async def test_the_sweep_sees_the_app_s_own_states(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tab_states, "SWEEP_EVERY_S", 0.0)
    monkeypatch.setattr(tab_states, "MOST_CLOSED", 0)
    tabs = Tabs()
    app: Any = SimpleNamespace(
        state_manager=tabs.manager,
        event_namespace=SimpleNamespace(_token_manager=SimpleNamespace(token_to_socket={})),
    )
    await tabs.add("closed")
    sweeping = asyncio.create_task(tab_states.forget_closed_tabs(app))
    async with asyncio.timeout(60):
        while tabs.kept:
            await asyncio.sleep(0.01)
    assert not tabs.kept
    sweeping.cancel()
    await asyncio.gather(sweeping, return_exceptions=True)
    await tabs.manager.close()


def test_an_open_page_never_expires() -> None:
    assert 2 * STAY_EVERY_S < EXPIRATION_S
