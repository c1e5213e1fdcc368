"""Who is signed in, and the gate every Reflex event passes.

Deny by default: a handler of any State runs for signed-in people only, unless it is marked `@public`. Inside a handler
the texts are already in the language of the page it was called from.

The cookie itself never reaches Reflex, whose state manager would keep it: `hide_credentials` replaces it, in the
handshake of Reflex's socket, by a sealed hash that is good for nothing outside this process.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeVar
from urllib.parse import urlencode

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event, EventSpec
from reflex_base.event.context import EventContext
from reflex_base.registry import RegisteredEventHandler, RegistrationContext
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

from conference_app import texts
from conference_app.config import LANGUAGES, settings
from conference_app.errors import NotFound, SignInRequired
from conference_app.services import privacy_state, sign_in_sessions
from conference_app.services.sign_in_sessions import SignedIn
from conference_app.texts import localized_path, n_

Handler = TypeVar("Handler", bound=Callable[..., object])

LANGUAGE_COOKIE = "parley_language"
TICKET_COOKIE = "parley_ticket"
SOCKET_PATH = "/_event"
_PUBLIC_MARK = "parley_public"
_BEFORE_ACCEPTANCE_MARK = "parley_before_acceptance"
_SEAL = "parley-session "
_VISITOR = "visitor"

_INTERNALS = frozenset(
    {
        "reflex___state____state.hydrate",
        "reflex___state____state.hydrate_and_load",
        "reflex___state____state.set_is_hydrated",
        "reflex___state____state.reflex___state____on_load_internal_state.on_load_internal",
        "reflex___state____state.reflex___state____on_load_internal_state.set_is_hydrated",
        "reflex___state____state.reflex___state____update_vars_internal_state.update_vars_internal",
    }
)
"""Reflex's own handlers that anybody may call, read in its source (0.10.1): they send the caller's own state, flip its
loading flag, queue the page's on_load handlers (each of which passes the gate itself), and write vars that live in the
browser's storage anyway (rx.Cookie, rx.LocalStorage), no others. Everything else of Reflex is refused, among it
`handle_frontend_exception`, with which anybody could write what they like into our log."""

_HYDRATIONS = frozenset({"reflex___state____state.hydrate", "reflex___state____state.hydrate_and_load"})
"""The events that begin a page's life: after them the browser holds nothing of an earlier state."""

_caller: ContextVar[SignedIn | None] = ContextVar("caller", default=None)


def session_cookie() -> str:
    """The cookie's name. On https browsers then refuse it from a subdomain, without Secure and with another path."""
    return "__Host-parley_session" if settings().is_https else "parley_session"


def public(handler: Handler) -> Handler:
    """Mark a handler as callable by anybody. Stands directly above the function, below `@rx.event`."""
    setattr(handler, _PUBLIC_MARK, True)
    return handler


def before_acceptance(handler: Handler) -> Handler:
    """Mark a handler as open to members who have not accepted changed terms yet. Stands where `@public` does.

    For what nobody may be kept from: accepting, and taking one's data out.
    """
    setattr(handler, _BEFORE_ACCEPTANCE_MARK, True)
    return handler


class SessionState(rx.State):
    """What every page may show of the person: set by the gate before each handler and each hydration."""

    signed_in: bool = False
    first_name: str = ""
    initials: str = ""
    language: str = ""
    csrf_token: str = ""
    is_verified: bool = False
    """Whether the e-mail address is confirmed."""
    may_invite: bool = False
    """Whether the account may let guests in."""
    _bound: str = ""
    """Whose tab this is: a session's hash, or "visitor"; empty before the first event."""

    def _show(self, caller: SignedIn | None, chosen_language: str) -> None:
        wanted = {
            "signed_in": caller is not None,
            "first_name": caller.first_name if caller else "",
            "initials": f"{caller.first_name[:1]}{caller.last_name[:1]}".upper() if caller else "",
            "language": chosen_language or (caller.language if caller else ""),
            "csrf_token": caller.csrf_token if caller else "",
            "is_verified": caller is not None and caller.is_verified,
            "may_invite": caller is not None and caller.may_invite,
        }
        for name, value in wanted.items():
            if getattr(self, name) != value:
                setattr(self, name, value)


class EntryState(rx.State):
    """Carries a sign-in from its page to the plain route that sets the cookie."""

    ticket: str = rx.Cookie(
        "", name=TICKET_COOKIE, path="/auth", max_age=60, same_site="strict", secure=settings().is_https
    )


class Gate(Middleware):
    """`app.add_middleware(Gate())`: refuses, names the caller, binds the tab to the session."""

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event through to its handler; an update answers it here and ends it."""
        router_data = EventContext.get().router_data
        registered = RegistrationContext.get().event_handlers.get(event.name)
        is_internal = event.name in _INTERNALS
        if registered is None or not router_data or not (is_internal or _is_ours(registered)):
            # Without router data an event came by Reflex's upload route, which knows nothing of cookies.
            return StateUpdate()
        headers = _headers(router_data)
        caller = await _unseal(headers.get("authorization", ""))
        _caller.set(caller)
        texts.answer_in(page_language(state))
        root = state._get_root_state()
        bound_to = await _bind(root, caller)
        (await root.get_state(SessionState))._show(caller, headers.get("x-parley-language", ""))
        if bound_to == "other" and event.name not in _HYDRATIONS:
            return await _refusal(root, caller)
        if is_internal or _is_public(registered):
            return None
        if caller is not None and caller.must_accept and not _is_before_acceptance(registered):
            return await _to_acceptance(root)
        return None if caller is not None else await _refusal(root, caller)


def _headers(router_data: dict[str, Any]) -> dict[str, str]:
    return router_data.get("headers", {})


def _is_ours(registered: RegisteredEventHandler) -> bool:
    """Whether the handler's code is ours: Reflex gives every State a `setvar` of its own, which is not."""
    return registered.handler.fn.__module__.split(".", 1)[0] == __name__.split(".", 1)[0]


def _is_public(registered: RegisteredEventHandler) -> bool:
    return getattr(registered.handler.fn, _PUBLIC_MARK, False) is True


def _is_before_acceptance(registered: RegisteredEventHandler) -> bool:
    return getattr(registered.handler.fn, _BEFORE_ACCEPTANCE_MARK, False) is True


async def _to_acceptance(root: BaseState) -> StateUpdate:
    """The answer to a member who has changed terms to accept first."""
    delta = await root._get_resolved_delta()
    root._clean()
    redirect = rx.redirect(f"{localized_path('/accept')}?{urlencode({'next': root.router.url.path})}")
    return StateUpdate(delta=delta, events=Event.from_event_type(redirect))


async def _bind(root: BaseState, caller: SignedIn | None) -> str:
    """Tie the tab's state to the caller: "same", or "other" if it was somebody else's, of whom nothing is left then.

    Whoever learns a tab's token finds an empty state. A visitor who signs in keeps the tab.
    """
    session = await root.get_state(SessionState)
    now = caller.session_hash if caller else _VISITOR
    before = session._bound
    if before not in ("", _VISITOR, now):
        await _empty(root)
        session._bound = now
        return "other"
    if before != now:
        session._bound = now
    return "same"


async def _empty(root: BaseState) -> None:
    """Set every State of the tab to its defaults. Redis loads only what an event needs, so all are asked for first."""
    for state in RegistrationContext.get().base_states.values():
        await root.get_state(state)
    root.reset()


async def _refusal(root: BaseState, caller: SignedIn | None) -> StateUpdate:
    """The answer to a refused event: what the page now shows, and for a visitor the way to sign in."""
    delta = await root._get_resolved_delta()
    root._clean()
    path = root.router.url.path
    sign_in = localized_path("/sign-in")
    if caller is not None or path.rstrip("/") == sign_in:
        return StateUpdate(delta=delta)
    redirect = rx.redirect(f"{sign_in}?{urlencode({'next': path})}")
    return StateUpdate(delta=delta, events=Event.from_event_type(redirect))


def signed_in() -> SignedIn | None:
    """Who called the running handler; None for a visitor (only in handlers marked `@public`)."""
    return _caller.get()


async def require_account(state: BaseState) -> SignedIn:
    """Who called the running handler. Raises SignInRequired.

    In a background handler that runs for long, the database is asked again, since the session may have ended meanwhile.
    """
    caller = _caller.get()
    caller = await sign_in_sessions.resolve_hash(caller.session_hash) if caller else None
    if caller is None:
        raise SignInRequired(n_("Sign in to go on."))
    return caller


async def require_staff(state: BaseState) -> SignedIn:
    """As `require_account`, for the staff alone. Raises NotFound for everybody else, who need not know what is here."""
    caller = await require_account(state)
    if not caller.is_staff:
        raise NotFound(n_("There is nothing here."))
    return caller


async def enter(state: BaseState, account_id: str, next_path: str = "/dashboard") -> EventSpec:
    """Return this from the handler after `accounts.sign_in` or `register`: the page /entering then loads the plain
    route /auth/enter, which sets the session cookie and goes on to `next_path`.
    """
    next_path = await privacy_state.entry_path(account_id, next_path, localized_path("/privacy-center"))
    entry = await state.get_state(EntryState)
    entry.ticket = await sign_in_sessions.issue_ticket(account_id)
    return rx.redirect(f"{localized_path('/entering')}?{urlencode({'next': next_path})}", replace=True)


def client_address(state: BaseState) -> str:
    """The network address of the caller, for rate limits only."""
    return state.router.session.client_ip


def tab_id(state: BaseState) -> str:
    """A secret that stays the same for this tab over reloads; never show or log it."""
    return state.router.session.client_token


def page_language(state: BaseState) -> str:
    """The language of the page the event comes from."""
    return texts.language_of_path(state.router.url.path)


def cookie_value(header: str, name: str) -> str:
    """The cookie `name` of a Cookie header, whatever other programs of this host have put beside it; "" without it."""
    return cookie_parser(header[:8192]).get(name, "")


def _seal(session_hash: str) -> str:
    """The hash with our mark, so that a header a client made up is told from ours."""
    mark = hmac.digest(settings().secrets.session_key.encode(), f"socket\0{session_hash}".encode(), "sha256").hex()
    return f"{_SEAL}{session_hash}.{mark}"


async def _unseal(header: str) -> SignedIn | None:
    hashed = header.removeprefix(_SEAL).partition(".")[0]
    if not hashed or not hmac.compare_digest(_seal(hashed).encode(), header.encode("utf-8", "replace")):
        return None
    return await sign_in_sessions.resolve_hash(hashed)


_REPLACED = (b"cookie", b"authorization", b"x-parley-language")


def hide_credentials(app: ASGIApp) -> ASGIApp:
    """ASGI middleware for `rx.App(api_transformer=…)`: Reflex's socket sees a sealed hash instead of cookies."""

    async def hidden(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"].startswith(SOCKET_PATH):
            scope = {**scope, "headers": _without_credentials(scope["headers"])}
        await app(scope, receive, send)

    return hidden


def _without_credentials(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    cookies = b"; ".join(value for name, value in headers if name == b"cookie").decode("latin-1")
    kept = [(name, value) for name, value in headers if name not in _REPLACED]
    if token := cookie_value(cookies, session_cookie()):
        kept.append((b"authorization", _seal(sign_in_sessions.session_hash(token)).encode()))
    if (language := cookie_value(cookies, LANGUAGE_COOKIE)) in LANGUAGES:
        kept.append((b"x-parley-language", language.encode()))
    return kept
