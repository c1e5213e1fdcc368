"""A new password for who has forgotten theirs: ask for a mail, then choose by its link."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.link_token import drop_token, held_token, with_token
from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button, submit_button, text_link
from conference_app.components.kit.fields import email_field, password_field
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.unbroken import unbroken
from conference_app.services.sign_in import account_passwords
from conference_app.session import client_address, public
from conference_app.texts import _, localized_path, n_


class ResetState(FormState, rx.State):
    """What both pages of a reset show."""

    done: bool = False

    @rx.event
    @public
    async def load(self) -> None:
        self._reset_form()
        self.done = False

    @rx.event
    @public
    async def ask(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        with self._refusing():
            await account_passwords.ask_reset(typed(form, "email"), address=client_address(self))
            self.done = True
            yield rx.set_focus("said")

    @rx.event
    @public
    async def choose(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        with self._refusing():
            await account_passwords.reset(
                await held_token(self), typed(form, "new_password", 5000), address=client_address(self)
            )
            await drop_token(self)
            self.done = True
            yield rx.set_focus("said")


def _said(title: str, text: str, action: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.h1(title),
        rx.el.p(text, class_name="text-ink-muted mt-3 mb-8"),
        action,
        id="said",
        tab_index=-1,
        role="status",
        class_name="outline-none",
    )


@page(
    "/reset",
    title=n_("Choose a new password"),
    description=n_("Get a link to choose a new password for {brand}."),
    on_load=ResetState.load,
)
def ask_reset() -> rx.Component:
    state = ResetState
    form = rx.el.div(
        rx.el.h1(_("Choose a new password")),
        rx.el.p(
            unbroken(
                _("Enter the e-mail address you registered with. We'll send you a link that works for 30 minutes.")
            ),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        checked_form(
            state,
            email_field(error=state.errors["email"], auto_complete="username"),
            submit_button(_("Send me the link"), busy=state.busy, extra="w-full"),
            on_submit=state.ask,
        ),
        rx.el.p(text_link(_("Back to sign in"), localized_path("/sign-in")), class_name="text-sm mt-8"),
    )
    told = _said(
        _("Check your mail"),
        _("If this address has an account, a link is on its way to it. Nothing there? Look in the spam folder too."),
        text_link(_("Back to sign in"), localized_path("/sign-in")),
    )
    return narrow_frame(rx.cond(state.done, told, form))


def _new_password() -> rx.Component:
    state = ResetState
    return checked_form(
        state,
        password_field(
            _("New password"),
            "new_password",
            error=state.errors["new_password"],
            help_text=_("At least 10 characters. A short sentence is easy to remember."),
            auto_complete="new-password",
        ),
        submit_button(_("Set password"), busy=state.busy, extra="w-full"),
        on_submit=state.choose,
    )


@page("/reset/choose", title=n_("Choose a new password"), on_load=ResetState.load)
def choose_password() -> rx.Component:
    state = ResetState
    form = rx.el.div(
        rx.el.h1(_("Choose a new password"), class_name="mb-3"),
        with_token(
            rx.fragment(
                rx.el.p(_("Then every device is signed out, and you sign in again."), class_name="text-ink-muted mb-8"),
                _new_password(),
            ),
            rx.fragment(),
        ),
        rx.el.p(text_link(_("Ask for a new link"), localized_path("/reset")), class_name="text-sm mt-8"),
    )
    done = _said(
        _("Your new password is set."),
        _("Sign in with it now."),
        link_button(_("Sign in"), localized_path("/sign-in"), extra="w-full"),
    )
    return narrow_frame(rx.cond(state.done, done, form))
