"""A new password for who has forgotten theirs: ask for a mail, then choose by its link."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.buttons import link_button, submit_button, text_link
from conference_app.components.fields import password_field, text_field
from conference_app.components.forms import FormState, checked_form, typed
from conference_app.components.page_frame import narrow_frame
from conference_app.components.page_registry import page
from conference_app.errors import ConferenceError
from conference_app.services import account_passwords
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
        try:
            await account_passwords.ask_reset(typed(form, "email"), address=client_address(self))
            self.done = True
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False

    @rx.event
    @public
    async def choose(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        token = self.router.url.path.rstrip("/").rsplit("/", 1)[-1][:100]
        try:
            await account_passwords.reset(token, typed(form, "new_password", 5000), address=client_address(self))
            self.done = True
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False


def _said(title: str, text: str, action: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.h1(title, class_name="text-[2rem]"),
        rx.el.p(text, class_name="text-ink-muted mt-3 mb-8"),
        action,
        role="status",
    )


@page(
    "/reset",
    title=n_("Choose a new password"),
    description=n_("Have a link mailed to choose a new password for {brand}."),
    on_load=ResetState.load,
)
def ask_reset() -> rx.Component:
    state = ResetState
    form = rx.el.div(
        rx.el.h1(_("Choose a new password"), class_name="text-[2rem]"),
        rx.el.p(
            _("Tell us the e-mail address you registered with. We mail you a link that works for 30 minutes."),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        checked_form(
            state,
            text_field(
                _("E-mail"),
                "email",
                error=state.errors["email"],
                type="email",
                auto_complete="username",
                max_length=254,
            ),
            submit_button(_("Send me the link"), busy=state.busy, extra="w-full"),
            on_submit=state.ask,
        ),
        rx.el.p(text_link(_("Back to sign in"), localized_path("/sign-in")), class_name="text-sm mt-8"),
    )
    told = _said(
        _("Look into your mail"),
        _("If this address has an account, a link is on its way to it. Nothing there? Look into the spam folder too."),
        text_link(_("Back to sign in"), localized_path("/sign-in")),
    )
    return narrow_frame(rx.cond(state.done, told, form))


@page("/reset/[token]", title=n_("Choose a new password"), on_load=ResetState.load)
def choose_password() -> rx.Component:
    state = ResetState
    form = rx.el.div(
        rx.el.h1(_("Choose a new password"), class_name="text-[2rem]"),
        rx.el.p(
            _("When it is set, every device is signed out, and you sign in anew."),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        checked_form(
            state,
            password_field(
                _("New password"),
                "new_password",
                error=state.errors["new_password"],
                help_text=_("At least 10 characters. A short sentence is easy to keep in mind."),
                auto_complete="new-password",
            ),
            submit_button(_("Set the password"), busy=state.busy, extra="w-full"),
            on_submit=state.choose,
        ),
        rx.el.p(text_link(_("Ask for another link"), localized_path("/reset")), class_name="text-sm mt-8"),
    )
    done = _said(
        _("Your new password is set."),
        _("Sign in with it now."),
        link_button(_("Sign in"), localized_path("/sign-in"), extra="w-full"),
    )
    return narrow_frame(rx.cond(state.done, done, form))
