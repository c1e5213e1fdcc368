"""Forgets what closed tabs show: minutes after their socket has gone, or sooner where one address leaves many.

Reflex's memory manager keeps a tab's State until nobody has asked for it for the whole expiration, also when the tab is
closed, some 300 kB each. A reload or a short loss of the network finds its State again. With Redis the expiration alone
decides: there the States are in another memory.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import reflex as rx
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import StateToken

from conference_app.services.limits.rate_limits import network_of

SWEEP_EVERY_S = 10.0
EXPIRATION_S = 20 * 60
"""How long the State of a tab that asks for nothing is kept; open pages ask more often (`STAY_EVERY_S`)."""
STAY_EVERY_S = 8 * 60
"""How often an open page asks, so that it never expires; two of its questions may get lost."""
CLOSED_LIFE_S = 5 * 60
MOST_CLOSED_PER_ADDRESS = 100
MOST_CLOSED = 1000


class ClosedTabs:
    """Which tabs have lost their socket, and since when; reads private parts of Reflex's manager (0.10.1)."""

    def __init__(self, manager: StateManagerMemory, is_open: Callable[[str], bool]) -> None:
        self._manager = manager
        self._is_open = is_open
        self._since: dict[str, float] = {}

    def sweep(self, now: float) -> None:
        """Forget the tabs closed for too long, and of the others the oldest beyond the limits. `now` in seconds."""
        closed = {key: token for key, (_at, token) in self._manager._token_expires_at.items() if self._is_closed(token)}
        self._since = {key: self._since.get(key, now) for key in closed}
        kept: Counter[str] = Counter()
        for key in sorted(closed, key=lambda one: self._since[one], reverse=True):
            who = self._address_of(key)
            has_room = kept[who] < MOST_CLOSED_PER_ADDRESS and kept.total() < MOST_CLOSED
            if has_room and now - self._since[key] < CLOSED_LIFE_S:
                kept[who] += 1
            else:
                self._manager._purge_token(closed[key])

    def _is_closed(self, token: StateToken[object]) -> bool:
        """Whether nobody is connected to it and nothing works on it."""
        lock = self._manager._states_locks.get(token.lock_key)
        return not self._is_open(token.ident) and not (lock is not None and lock.locked())

    def _address_of(self, key: str) -> str:
        router = getattr(self._manager.states.get(key), "router_data", {})
        return network_of(str(router.get("ip", "")))


async def forget_closed_tabs(app: rx.App) -> None:
    """Look for closed tabs again and again, for ever; returns at once where States are not in this memory."""
    manager, namespace = app.state_manager, app.event_namespace
    if not isinstance(manager, StateManagerMemory) or namespace is None:
        return
    tabs = ClosedTabs(manager, lambda token: token in namespace._token_manager.token_to_socket)
    while True:
        await asyncio.sleep(SWEEP_EVERY_S)
        tabs.sweep(time.monotonic())
