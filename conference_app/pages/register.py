"""Registration: one short form, each field with its reason, errors beside the fields."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.buttons import submit_button, text_link
from conference_app.components.fields import checkbox, password_field, strength_meter, text_field
from conference_app.components.forms import FormState, checked_form, ticked, typed
from conference_app.components.page_frame import narrow_frame
from conference_app.components.page_registry import page
from conference_app.components.slots import slotted
from conference_app.errors import ConferenceError
from conference_app.services import accounts
from conference_app.session import client_address, enter, public, signed_in
from conference_app.texts import _, current_language, localized_path, n_

_MEASURED = 128
"""Characters of a password that are measured while it is typed; more make no difference to the verdict."""


class RegisterState(FormState, rx.State):
    """What the registration page shows."""

    strength: int = -1
    """0..4; -1 while nothing is typed."""
    advice: str = ""

    @rx.event
    @public
    async def load(self) -> EventSpec | None:
        self._reset_form()
        self.strength, self.advice = -1, ""
        return rx.redirect(localized_path("/dashboard")) if signed_in() else None

    @rx.event
    @public
    async def measure(self, password: str) -> None:
        if not password:
            self.strength, self.advice = -1, ""
            return
        strength = accounts.password_strength(password[:_MEASURED])
        self.strength, self.advice = strength.score, _(strength.advice) if strength.advice else ""

    @rx.event
    @public
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        try:
            account = await accounts.register(_registration(form), address=client_address(self))
            yield await enter(self, account.id, localized_path("/dashboard"))
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False


def _registration(form: dict[str, object]) -> accounts.RegistrationForm:
    return accounts.RegistrationForm(
        first_name=typed(form, "first_name"),
        last_name=typed(form, "last_name"),
        username=typed(form, "username"),
        email=typed(form, "email"),
        password=typed(form, "password", 5000),
        accepted=ticked(form, "accepted"),
        language=current_language(),
    )


def _names() -> rx.Component:
    errors = RegisterState.errors
    return rx.el.div(
        text_field(
            _("First name"), "first_name", error=errors["first_name"], auto_complete="given-name", max_length=100
        ),
        text_field(_("Last name"), "last_name", error=errors["last_name"], auto_complete="family-name", max_length=100),
        class_name="grid gap-5 sm:grid-cols-2 items-start",
    )


def _password() -> rx.Component:
    return rx.el.div(
        password_field(
            _("Password"),
            "password",
            error=RegisterState.errors["password"],
            auto_complete="new-password",
            on_change=RegisterState.measure.debounce(250),
        ),
        strength_meter(
            RegisterState.strength,
            rx.cond(
                RegisterState.advice,
                RegisterState.advice,
                _("At least 10 characters. A short sentence is easy to keep in mind."),
            ),
        ),
    )


def _acceptance() -> rx.Component:
    label = slotted(
        _("I accept the {terms} and the {policy}."),
        terms=text_link(_("terms"), localized_path("/terms"), target="_blank"),
        policy=text_link(_("privacy policy"), localized_path("/privacy"), target="_blank"),
    )
    return checkbox(label, "accepted", error=RegisterState.errors["accepted"])


@page(
    "/register",
    title=n_("Create your account"),
    description=n_("Create an account on {brand} to hold your own meetings. Guests need none."),
    on_load=RegisterState.load,
    is_listed=True,
)
def register() -> rx.Component:
    errors = RegisterState.errors
    return narrow_frame(
        rx.el.h1(_("Create your account"), class_name="text-[2rem]"),
        rx.el.p(
            _("Hosts need an account. Guests join your meetings with a link and a name."),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        checked_form(
            RegisterState,
            _names(),
            text_field(
                _("Username"),
                "username",
                error=errors["username"],
                help_text=_("How others find you here. You can use letters, digits, dots and hyphens."),
                auto_complete="username",
                auto_capitalize="none",
                spell_check=False,
                max_length=100,
            ),
            text_field(
                _("E-mail"),
                "email",
                error=errors["email"],
                help_text=_("To sign in, and for mail about your own meetings. Nobody else sees it."),
                type="email",
                auto_complete="email",
                max_length=254,
            ),
            _password(),
            _acceptance(),
            submit_button(_("Create account"), busy=RegisterState.busy, extra="w-full"),
            on_submit=RegisterState.submit,
        ),
        rx.el.p(
            _("You have an account?"),
            " ",
            text_link(_("Sign in"), localized_path("/sign-in")),
            class_name="text-sm text-ink-muted mt-8",
        ),
    )
