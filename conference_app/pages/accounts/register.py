"""Registration: one short form, each field with its reason in a fold, errors beside the fields."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.accounts.person_inputs import (
    kept_note,
    person_input,
    person_inputs,
    typed_optional,
)
from conference_app.components.accounts.suggested_username import SuggestedUsername
from conference_app.components.encryption.key_vault import TypedPassword
from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import icon, submit_button, text_link
from conference_app.components.kit.choices import checkbox
from conference_app.components.kit.forms import FormState, checked_form, ticked, typed
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.strength_meter import strength_meter
from conference_app.services.accounts import registration
from conference_app.services.people.person_fields import BY_NAME, OPTIONAL, REQUIRED
from conference_app.services.sign_in import password_hashes, password_strength
from conference_app.session import client_address, enter, public, signed_in
from conference_app.texts import _, current_language, localized_path, n_


class RegisterState(FormState, rx.State):
    """What the registration page shows."""

    strength: int = -1
    """0..4; -1 while nothing is typed."""
    advice: str = ""
    optional_wrong: bool = False
    """Whether the fold of optional fields holds a wrong one."""

    @rx.event
    @public
    async def load(self) -> EventSpec | None:
        self._reset_form()
        self.strength, self.advice, self.optional_wrong = -1, "", False
        return rx.redirect(localized_path("/dashboard")) if signed_in() else None

    @rx.event(supersedes=True)  # only what was typed last is worth measuring
    @public
    async def measure(self, password: str) -> None:
        if not password:
            self.strength, self.advice = -1, ""
            return
        if strength := await password_strength.measured(password):
            self.strength, self.advice = strength.score, _(strength.advice)

    @rx.event
    @public
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        with self._refusing():
            account = await registration.register(_registration(form), address=client_address(self))
            yield await enter(self, account.id, localized_path("/check-mail"))
        self.optional_wrong = any(one.name in self.errors for one in OPTIONAL)


def _registration(form: dict[str, object]) -> registration.RegistrationForm:
    return registration.RegistrationForm(
        first_name=typed(form, "first_name"),
        last_name=typed(form, "last_name"),
        username=typed(form, "username"),
        email=typed(form, "email"),
        password=typed(form, "password", 5000),
        accepted=ticked(form, "accepted"),
        language=current_language(),
        optional=typed_optional(form),
    )


def _required() -> list[rx.Component]:
    """The username comes after the address, which suggests it."""
    names = [one for one in REQUIRED if one.kind == "line"]
    return [
        rx.el.div(
            *person_inputs(tuple(names), RegisterState.errors), class_name="grid gap-5 sm:grid-cols-2 items-start"
        ),
        *person_inputs((BY_NAME["email"], BY_NAME["username"]), RegisterState.errors),
        SuggestedUsername.create(source="email", target="username"),
        _password(),
    ]


def _optional() -> rx.Component:
    """What nobody needs to give, folded away; it opens by itself when one of its fields is wrong."""
    fields = tuple(one for one in OPTIONAL if one.is_column)
    return rx.el.details(
        rx.el.summary(
            icon("chevron-right", 18, "transition-transform duration-150 group-open:rotate-90"),
            _("Add more (optional)"),
            class_name="flex items-center gap-2 py-2 pointer-coarse:py-3 text-sm font-medium text-accent-ink cursor-pointer rounded-control",
        ),
        rx.el.div(
            *person_inputs(fields, RegisterState.errors),
            rx.el.p(_("You can add a photo later, on your account page."), class_name="text-sm text-ink-muted"),
            class_name="grid grid-cols-1 gap-5 pt-4",
        ),
        open=RegisterState.optional_wrong,
        class_name="group",
    )


def _password() -> rx.Component:
    state = RegisterState
    hint = rx.cond(state.advice, state.advice, _("At least 10 characters. A short sentence is easy to remember."))
    meter = strength_meter(state.strength, hint)
    return person_input(
        BY_NAME["password"],
        state.errors,
        on_change=state.measure.debounce(250),
        meter=meter,
        min_length=password_hashes.MIN_LENGTH,
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
    description=n_("Create an account on {brand} to hold your own meetings. Guests don't need one."),
    on_load=RegisterState.load,
    is_listed=True,
)
def register() -> rx.Component:
    return narrow_frame(
        rx.el.h1(_("Create your account")),
        rx.el.p(
            _("Hosts need an account. Guests join your meetings with a link and a name."),
            class_name="text-ink-muted mt-3 mb-4",
        ),
        rx.el.div(kept_note(), class_name="mb-8"),
        checked_form(
            RegisterState,
            TypedPassword.create(field="password"),
            *_required(),
            _optional(),
            _acceptance(),
            submit_button(_("Create account"), busy=RegisterState.busy, extra="w-full"),
            on_submit=RegisterState.submit,
        ),
        rx.el.p(
            _("Already have an account?"),
            " ",
            text_link(_("Sign in"), localized_path("/sign-in")),
            class_name="text-sm text-ink-muted mt-8",
        ),
        signs_in=True,
    )
