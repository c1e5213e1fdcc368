"""The gate every Reflex event passes.

Deny by default: a handler of any State runs for signed-in people only, unless it is marked `@public`. The gate also
ties each tab to the session it was opened with.
"""

from __future__ import annotations

import logging
from urllib.parse import urlencode

import reflex as rx
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate
from reflex_base.event import Event
from reflex_base.event.context import EventContext
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from conference_app import texts
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.session import credentials
from conference_app.session.browser_values import keep_what_browsers_store
from conference_app.session.budgets import EventBudgets
from conference_app.session.caller import current, page_language, sent_headers
from conference_app.session.fresh_pages import is_first_of_page, start_anew
from conference_app.session.marks import is_before_acceptance, is_public
from conference_app.session.notices import NoticeState
from conference_app.session.payloads import fits
from conference_app.session.state import SessionState
from conference_app.session.storable import make_storable
from conference_app.texts import localized_path

logger = logging.getLogger(__name__)

_VISITOR = "visitor"
budgets = EventBudgets()
"""What this process lets through."""

INTERNALS = frozenset(
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


class Gate(Middleware):
    """`app.add_middleware(Gate())`: drops what fits no handler or no budget, refuses, names the caller, binds the tab to
    the session.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event through to its handler; an update answers it here and ends it."""
        registered = RegistrationContext.get().event_handlers.get(event.name)
        is_internal = event.name in INTERNALS
        if registered is None or not EventContext.get().router_data or not (is_internal or _is_ours(registered)):
            # Without router data an event came by Reflex's upload route, which knows nothing of cookies.
            return StateUpdate()
        if not fits(registered.handler.fn, event.payload):
            logger.debug("an event did not fit %s", registered.handler.fn.__qualname__)
            return StateUpdate()
        if is_internal and not keep_what_browsers_store(event.payload):
            return StateUpdate()
        make_storable(event.payload)
        root = state._get_root_state()
        texts.answer_in(page_language(state))
        if not _is_within_budget():
            return await _haste(root)
        caller = await credentials.caller_of(sent_headers())
        current.set(caller)
        bound_to = await _bind(root, caller)
        is_hydration = event.name in _HYDRATIONS
        if is_hydration and is_first_of_page(event):
            await start_anew(root)
        (await root.get_state(SessionState))._show(caller, credentials.chosen_language(sent_headers()))
        if bound_to == "other" and not is_hydration:
            return await _refusal(root, caller)
        if is_internal or is_public(registered.handler.fn):
            return None
        return await _for_members(root, caller, registered)


def _is_within_budget() -> bool:
    """Whether the running event may go on: one that a handler of ours has caused is not the client's to pay for."""
    event = EventContext.get()
    return bool(event.parent_txid) or budgets.allows(event.token, credentials.session_name(sent_headers()))


async def _haste(root: BaseState) -> StateUpdate:
    """The answer to an event too many: the first within a minute says so, the others are dropped without a word."""
    if not budgets.is_told(EventContext.get().token):
        return StateUpdate()
    if await _bind(root, await credentials.caller_of(sent_headers())) == "other":
        return StateUpdate()
    (await root.get_state(NoticeState)).refuse_haste()
    return await _shown(root)


async def _for_members(
    root: BaseState, caller: SignedIn | None, registered: RegisteredEventHandler
) -> StateUpdate | None:
    """The answer where only members are let through."""
    if caller is None:
        return await _refusal(root, caller)
    if caller.must_accept and not is_before_acceptance(registered.handler.fn):
        return await _to_acceptance(root)
    return None


def _is_ours(registered: RegisteredEventHandler) -> bool:
    """Whether the handler's code is ours: Reflex gives every State a `setvar` of its own, which is not."""
    return registered.handler.fn.__module__.split(".", 1)[0] == __name__.split(".", 1)[0]


async def _shown(root: BaseState, *redirects: Event) -> StateUpdate:
    """An answer of the gate's own: what has changed in the tab, and where to go on."""
    delta = await root._get_resolved_delta()
    root._clean()
    return StateUpdate(delta=delta, events=list(redirects))


async def _to_acceptance(root: BaseState) -> StateUpdate:
    """The answer to a member who has changed terms to accept first."""
    redirect = rx.redirect(f"{localized_path('/accept')}?{urlencode({'next': root.router.url.path})}")
    return await _shown(root, *Event.from_event_type(redirect))


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
    path = root.router.url.path
    sign_in = localized_path("/sign-in")
    if caller is not None or path.rstrip("/") == sign_in:
        return await _shown(root)
    redirect = rx.redirect(f"{sign_in}?{urlencode({'next': path})}")
    return await _shown(root, *Event.from_event_type(redirect))
