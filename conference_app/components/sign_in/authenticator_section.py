"""The section of the security page about the authenticator app and its recovery codes."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.kit.buttons import button
from conference_app.components.kit.copying import copy_button
from conference_app.components.kit.fields import text_field
from conference_app.components.kit.forms import checked_form, typed
from conference_app.components.kit.plain_elements import literal
from conference_app.components.kit.surfaces import badge, banner
from conference_app.components.kit.vars import count, one_of
from conference_app.components.sign_in.security_form import (
    SecurityState,
    confirmed_form,
    form_actions,
    form_opener,
    section,
    unless_due,
)
from conference_app.services.sign_in import second_factors
from conference_app.session import require_account
from conference_app.texts import _


class AuthenticatorState(SecurityState):
    """Changes of the app and its codes."""

    @rx.event
    async def begin_authenticator(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            await self._confirm(account, form)
            setup = await second_factors.begin(account.account_id)
            self.setup_secret = setup.secret
            self.setup_picture = "data:image/svg+xml;base64," + base64.b64encode(setup.picture.encode()).decode()
            yield rx.set_focus("code")

    @rx.event
    async def finish_authenticator(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            codes = await second_factors.finish(account.account_id, typed(form, "code", 100))
            await self._done(_("Your authenticator app is on."))
            self.new_codes = codes

    @rx.event
    async def remove_authenticator(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            await self._confirm(account, form)
            await second_factors.remove(account.account_id)
            await self._done(_("The authenticator app is removed."))

    @rx.event
    async def make_codes(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            await self._confirm(account, form)
            codes = await second_factors.new_codes(account.account_id)
            await self._done(_("You have new recovery codes; the old ones no longer work."))
            self.new_codes = codes


def _setup() -> rx.Component:
    state = AuthenticatorState
    return checked_form(
        state,
        rx.el.div(
            rx.el.img(
                src=state.setup_picture,
                alt=_("Picture for your authenticator app; the key below says the same in letters"),
                class_name="size-44 rounded-control bg-white p-2 shrink-0",
            ),
            rx.el.div(
                rx.el.p(_("Scan the picture with your authenticator app, or type this key into it:")),
                literal(state.setup_secret, "block mt-2 font-mono text-sm wrap-anywhere"),
            ),
            class_name="flex flex-col sm:flex-row gap-5 text-sm leading-6",
        ),
        text_field(
            _("Code"),
            "code",
            error=state.errors["code"],
            help_text=_("The six digits the app shows now."),
            auto_complete="one-time-code",
            input_mode="numeric",
            max_length=20,
        ),
        form_actions(_("Turn on")),
        on_submit=state.finish_authenticator,
    )


def _new_codes() -> rx.Component:
    state = AuthenticatorState
    return rx.el.div(
        banner(
            _(
                "Keep these recovery codes where you'll find them without your phone. Each works once; they are shown only now."
            ),
            "warn",
        ),
        rx.el.ul(
            rx.foreach(state.new_codes, lambda one: rx.el.li(literal(one))),
            class_name="grid grid-cols-1 sm:grid-cols-2 gap-x-6 gap-y-2 mt-4",
            id="recovery-codes",
        ),
        rx.el.div(
            copy_button(_("Copy codes"), rx.Var.create(state.new_codes).join("\n")),
            button(_("I've saved them"), on_click=state.close),
            class_name="flex flex-wrap gap-3 mt-5",
        ),
        role="status",
    )


def _authenticator_on() -> rx.Component:
    state = AuthenticatorState
    return one_of(
        state.form,
        (
            "remove_authenticator",
            confirmed_form(
                _("Remove the app"), _("So that nobody else can remove it."), state.remove_authenticator, "danger"
            ),
        ),
        (
            "new_codes",
            confirmed_form(_("Make new codes"), _("The old codes stop working."), state.make_codes),
        ),
        otherwise=unless_due(
            rx.el.div(
                button(_("New recovery codes"), kind="secondary", on_click=state.open_form("new_codes")),
                button(_("Remove the app"), kind="quiet", on_click=state.open_form("remove_authenticator")),
                class_name="flex flex-wrap gap-3",
            )
        ),
    )


def authenticator_section() -> rx.Component:
    """Whether it is in force, and the form that is open."""
    state = AuthenticatorState
    start = confirmed_form(_("Go on"), _("So that nobody else can add theirs."), state.begin_authenticator)
    off = rx.cond(
        state.form == "authenticator",
        rx.cond(state.setup_secret, _setup(), start),
        form_opener("authenticator", _("Add an authenticator app")),
    )
    on = rx.fragment(
        rx.el.p(
            badge(_("On"), "ok"),
            rx.el.span(state.codes_left, class_name="text-sm text-ink-muted"),
            class_name="flex flex-wrap items-center gap-3",
        ),
        _authenticator_on(),
    )
    return section(
        _("Authenticator app"),
        _("At sign-in we ask for a code that changes every 30 seconds, besides your password."),
        rx.cond(count(state.new_codes) > 0, _new_codes(), rx.cond(state.has_authenticator, on, off)),
    )
