"""Browser tabs that speak to the real app's event processor: real States, real gate, real handlers, no socket."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State, StateUpdate
from reflex_base.event import Event
from reflex_base.event.processor import base_state_processor
from reflex_base.event.processor.base_state_processor import BaseStateEventProcessor
from reflex_base.utils.format import format_event_handler, json_dumps

from conference_app.conference_app import app
from conference_app.session import gate, session_cookie
from conference_app.session.budgets import Budget, EventBudgets
from conference_app.session.credentials import without_credentials

HYDRATE = format_event_handler(State.event_handlers["hydrate_and_load"])


@dataclass
class Processor:
    """The app's event processor without its socket; remembers what went to which tab and what broke."""

    events: BaseStateEventProcessor
    manager: StateManagerMemory
    sent: defaultdict[str, list[StateUpdate]] = field(default_factory=lambda: defaultdict(list))
    texts: list[str] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    executed: list[str] = field(default_factory=list)
    """Names of handlers that really ran."""

    async def emit_update(self, update: StateUpdate, token: str) -> None:
        """Reflex's way to the browser."""
        self.sent[token].append(update)
        self.texts.append(json_dumps(update))

    @property
    def wire(self) -> str:
        """All that was sent, as the text that goes over the socket; a test may set it to begin anew."""
        return "\n".join(self.texts)

    @wire.setter
    def wire(self, text: str) -> None:
        self.texts = [text]


@asynccontextmanager
async def processing(budgets: EventBudgets | None = None) -> AsyncIterator[Processor]:
    """Run the app's events inside the block, as many as a test likes unless it gives budgets of its own."""
    manager = StateManagerMemory()

    def note(error: Exception) -> None:
        processor.errors.append(error)

    events = BaseStateEventProcessor(middleware=app, backend_exception_handler=note)
    processor = Processor(events, manager)
    run = base_state_processor.process_event

    async def noted(handler: Any, payload: Any, state: Any, root_state: Any) -> None:
        processor.executed.append(handler.fn.__qualname__)
        await run(handler, payload, state, root_state)

    base_state_processor.process_event = noted
    own_budgets, gate.budgets = gate.budgets, budgets or EventBudgets(_endless(), _endless())
    try:
        async with events.configure(state_manager=manager, event_namespace=processor):  # type: ignore[arg-type]
            yield processor
    finally:
        base_state_processor.process_event = run
        gate.budgets = own_budgets


def _endless() -> Budget:
    return Budget(per_s=1e9, burst=1e9)


@dataclass
class Tab:
    """One tab of a browser, with the cookies its socket was opened with."""

    processor: Processor
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    path: str = "/"
    headers: dict[str, str] = field(default_factory=dict)
    address: str = "192.0.2.7"

    @classmethod
    def signed_in(cls, processor: Processor, session_token: str, **how: Any) -> Tab:
        """A tab whose browser holds this session's cookie."""
        return cls(processor, {session_cookie(): session_token}, **how)

    def _router_data(self) -> dict[str, Any]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        raw = [(name.encode(), value.encode()) for name, value in {"cookie": cookie, **self.headers}.items() if value]
        headers = {name.decode(): value.decode() for name, value in without_credentials(raw)}
        headers["origin"] = "http://localhost:3000"
        return {
            "pathname": self.path,
            "asPath": self.path,
            "query": {},
            "headers": headers,
            "ip": self.address,
            "sid": "sid",
            "token": self.token,
        }

    async def send(self, name: str, /, **payload: Any) -> list[StateUpdate]:
        """Send one event; all that came back until it and what it caused were done."""
        before = len(self.processor.sent[self.token])
        event = Event(name=name, payload=payload, router_data=self._router_data())
        future = await self.processor.events.enqueue(self.token, event)
        try:
            await future.wait_all()
        except Exception:  # noqa: BLE001 - the processor keeps it in `errors`
            await self.processor.events.join(timeout=60)
        return self.processor.sent[self.token][before:]

    async def hydrate(self) -> list[StateUpdate]:
        """What a page does first on a new socket."""
        return await self.send(HYDRATE)

    async def vars_of(self, state: type[State]) -> dict[str, Any]:
        """The vars of one State, backend vars too, as the server holds them for this tab."""
        async with self.processor.manager.modify_state(BaseStateToken(ident=self.token, cls=State)) as root:
            found = await root.get_state(state)
            return {name: getattr(found, name) for name in state.__fields__}


def name_of(handler: Any) -> str:
    """The wire name of `SomeState.handler`."""
    return format_event_handler(handler)


def redirects(updates: list[StateUpdate]) -> list[str]:
    """Where the browser was told to go."""
    return [event.payload["path"] for update in updates for event in update.events or [] if event.name == "_redirect"]


def delta_of(updates: list[StateUpdate], state: type[State]) -> dict[str, Any]:
    """Every var of one State that was sent, the last value of each."""
    merged: dict[str, Any] = {}
    for update in updates:
        merged |= (update.delta or {}).get(state.get_full_name(), {})
    return {name.removesuffix("_rx_state_"): value for name, value in merged.items()}
