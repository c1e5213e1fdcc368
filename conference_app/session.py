"""Who is signed in, and the gate every Reflex event passes.

Deny by default: a handler of any State runs for signed-in people only, unless it is marked `@public`. Inside a handler
the texts are already in the language of the page it was called from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import reflex as rx
from reflex.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event, EventSpec

from conference_app.services.sign_in_sessions import SignedIn

Handler = TypeVar("Handler", bound=Callable[..., object])

SESSION_COOKIE = "parley_session"
TICKET_COOKIE = "parley_ticket"
LANGUAGE_COOKIE = "parley_language"


def public(handler: Handler) -> Handler:
    """Mark a handler as callable by anybody. Stands directly above the function, below `@rx.event`."""
    raise NotImplementedError


class SessionState(rx.State):
    """What every page may show of the person: set by the gate before each handler and each hydration."""

    signed_in: bool = False
    first_name: str = ""
    initials: str = ""
    language: str = ""
    csrf_token: str = ""


class Gate(Middleware):
    """`app.add_middleware(Gate())`: refuses, names the caller, binds the tab to the session."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        raise NotImplementedError


def signed_in() -> SignedIn | None:
    """Who called the running handler; None for a visitor (only in handlers marked `@public`)."""
    raise NotImplementedError


async def require_account(state: BaseState) -> SignedIn:
    """Who called the running handler. Raises SignInRequired."""
    raise NotImplementedError


async def enter(state: BaseState, account_id: str, next_path: str = "/dashboard") -> EventSpec:
    """Return this from the handler after `accounts.sign_in` or `register`: it sets the session cookie by a plain
    route (a full page load) and goes on to `next_path`.
    """
    raise NotImplementedError


def client_address(state: BaseState) -> str:
    """The network address of the caller, for rate limits only."""
    raise NotImplementedError


def tab_id(state: BaseState) -> str:
    """A secret that stays the same for this tab over reloads; never show or log it."""
    raise NotImplementedError


def page_language(state: BaseState) -> str:
    """The language of the page the event comes from."""
    raise NotImplementedError
