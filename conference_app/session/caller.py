"""What a handler may ask about the event it answers: who called, from which browser, tab and page."""

from __future__ import annotations

from contextvars import ContextVar
from urllib.parse import unquote, urlencode

import reflex as rx
from reflex.state import BaseState
from reflex_base.event import EventSpec
from reflex_base.event.context import EventContext

from conference_app import texts
from conference_app.errors import NotAllowed, NotFound, SignInRequired
from conference_app.services.consent import person_state
from conference_app.services.sign_in import sessions
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.services.sign_in.staff_role import Missing
from conference_app.session import credentials
from conference_app.session.state import EntryState
from conference_app.session.storable import storable
from conference_app.texts import localized_path, n_

_LACKING = {
    Missing.AUTHENTICATOR: n_("Set up an authenticator app first, under Security."),
    Missing.SIGN_IN: n_(
        "Staff pages are closed to this sign-in now. Copy what you typed, then reload the page to sign in again."
    ),
}
current: ContextVar[SignedIn | None] = ContextVar("caller", default=None)
"""Who called the running handler, as the gate found them."""


def sent_headers() -> dict[str, str]:
    """The headers of the socket's handshake, as `credentials` has made them."""
    return EventContext.get().router_data.get("headers", {})


def signed_in() -> SignedIn | None:
    """Who called the running handler; None for a visitor (only in handlers marked `@public`)."""
    return current.get()


async def still_signed_in() -> SignedIn | None:
    """The same at this moment: while a background handler runs for long, the session may have ended."""
    caller = current.get()
    return await sessions.resolve_hash(caller.session_hash) if caller else None


async def require_account(state: BaseState) -> SignedIn:
    """Who called the running handler, at this moment. Raises SignInRequired."""
    caller = await still_signed_in()
    if caller is None:
        raise SignInRequired(n_("Sign in to go on."))
    return caller


async def require_staff(state: BaseState) -> SignedIn:
    """As `require_account`, for the staff alone. Raises NotFound for everybody else, who need not know what is here.

    Staff who have changed terms to accept are nobody yet, also in handlers that the gate lets everybody call. Raises
    NotAllowed for staff without an authenticator app, or whose session was unused for too long.
    """
    caller = await require_account(state)
    if not caller.is_staff or caller.must_accept:
        raise NotFound(n_("There is nothing here."))
    if caller.staff_lacks:
        raise NotAllowed(_LACKING[caller.staff_lacks])
    return caller


async def enter(state: BaseState, account_id: str, next_path: str = "/dashboard") -> EventSpec:
    """Return this from the handler after `by_password.sign_in` or `register`: the page /entering then loads the plain
    route /auth/enter, which sets the session cookie and goes on to `next_path`.
    """
    next_path = await entry_path(account_id, next_path)
    entry = await state.get_state(EntryState)
    entry.ticket = await sessions.issue_ticket(account_id)
    return rx.redirect(f"{localized_path('/entering')}?{urlencode({'next': next_path})}", replace=True)


async def entry_path(account_id: str, next_path: str) -> str:
    """Where to go after signing in: a deactivated account is offered to go on first."""
    return localized_path("/privacy-center") if await person_state.is_deactivated_now(account_id) else next_path


def client_address(state: BaseState) -> str:
    """The network address of the caller, for rate limits only."""
    return state.router.session.client_ip


def device_hash(state: BaseState) -> str:
    """What names the caller's browser to `by_password.sign_in`; empty for one that keeps no cookie of ours."""
    return credentials.device_hash(sent_headers())


def tab_id(state: BaseState) -> str:
    """A secret that stays the same for this tab over reloads; never show or log it."""
    return state.router.session.client_token


def page_language(state: BaseState) -> str:
    """The language of the page the event comes from."""
    return texts.language_of_path(state.router.url.path)


def path_end(state: BaseState) -> str:
    """The last part of the address of the page the event comes from, decoded: such as the identifier of what it shows.

    It is the browser's word: of any length, and perhaps of nothing.
    """
    return storable(unquote(state.router.url.path.rstrip("/").rsplit("/", 1)[-1]))


def query_value(state: BaseState, name: str) -> str:
    """The value of `name` in the query of that address; empty without one. The browser's word too."""
    return storable(state.router.url.query_parameters.get(name, ""))
