"""Sign in: by e-mail and password, with a code where one is asked for, or by a passkey alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.encryption.key_vault import TypedPassword
from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, submit_button, text_link
from conference_app.components.kit.fields import email_field, password_field, text_field
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.sign_in.passkey_ceremony import PasskeyCeremony
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import by_password, passkeys, second_factors
from conference_app.services.sign_in.by_password import SecondStep
from conference_app.session import client_address, device_hash, enter, next_path, public, signed_in
from conference_app.texts import _, localized_path, n_


class SignInState(FormState, rx.State):
    """What the sign-in page shows."""

    asks_code: bool = False
    passkey_options: str = ""
    passkey_busy: bool = False
    _second_step: str = ""
    """The token of a sign-in whose password was right."""
    _challenge: bytes = b""

    @rx.event
    @public
    async def load(self) -> EventSpec | None:
        self._reset_form()
        self._start_over()
        return rx.redirect(next_path(self)) if signed_in() else None

    @rx.event
    @public
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        email, password = typed(form, "email"), typed(form, "password", 5000)
        with self._refusing():
            _check_filled(email, password)
            found = await by_password.sign_in(email, password, address=client_address(self), device=device_hash(self))
            if isinstance(found, SecondStep):
                self._second_step, self.asks_code = found.token, True
                yield rx.set_focus("code")
            else:
                yield await enter(self, found.id, next_path(self))

    @rx.event
    @public
    async def submit_code(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        with self._refusing():
            account = await self._pass_second_step(typed(form, "code", 100))
            yield await enter(self, account.id, next_path(self))

    async def _pass_second_step(self, code: str) -> AccountView:
        """Raises as the service does; after NotAllowed the password is asked for anew."""
        try:
            account = await second_factors.pass_second_step(
                self._second_step, code, address=client_address(self), device=device_hash(self)
            )
        except NotAllowed:
            self._start_over()
            raise
        self._second_step = ""
        return account

    @rx.event
    @public
    async def back(self) -> None:
        self._reset_form()
        self._start_over()

    @rx.event
    @public
    async def ask_passkey(self) -> None:
        self._reset_form()
        with self._refusing():
            ceremony = await passkeys.begin_sign_in(address=client_address(self))
            self.passkey_options, self._challenge, self.passkey_busy = ceremony.options, ceremony.challenge, True

    @rx.event
    @public
    async def answer_passkey(self, answer: str) -> EventSpec | None:
        challenge, self._challenge, self.passkey_options, self.passkey_busy = self._challenge, b"", "", False
        with self._refusing():
            account = await passkeys.finish_sign_in(answer, challenge, address=client_address(self))
            self._start_over()
            return await enter(self, account.id, next_path(self))
        return None

    @rx.event
    @public
    async def give_up_passkey(self, why: str) -> None:
        self._challenge, self.passkey_options, self.passkey_busy = b"", "", False
        self._refuse(ConferenceError(give_up_text(why)))

    def _start_over(self) -> None:
        self.asks_code, self._second_step = False, ""
        self.passkey_options, self._challenge, self.passkey_busy = "", b"", False


def _check_filled(email: str, password: str) -> None:
    """Raises InvalidInput for what is left empty: to say that it does not fit together would puzzle."""
    missing: dict[str, ConferenceError] = {}
    if not email.strip():
        missing["email"] = ConferenceError(n_("Enter your e-mail address."))
    if not password:
        missing["password"] = ConferenceError(n_("Enter your password."))
    if missing:
        raise InvalidInput(missing)


def give_up_text(why: str) -> str:
    """What to say when the browser did not come back with a passkey; a msgid."""
    if why == "unsupported":
        return n_("This browser doesn't support passkeys. Use your password.")
    return n_("No passkey was used. Try again, or use your password.")


def _password_form() -> rx.Component:
    return checked_form(
        SignInState,
        TypedPassword.create(field="password"),
        email_field(error=SignInState.errors["email"], auto_complete="username"),
        password_field(
            _("Password"), "password", error=SignInState.errors["password"], auto_complete="current-password"
        ),
        submit_button(_("Sign in"), busy=SignInState.busy, extra="w-full"),
        on_submit=SignInState.submit,
    )


def _passkey() -> rx.Component:
    state = SignInState
    return rx.el.div(
        rx.el.div(
            rx.el.span(class_name="h-px grow bg-line", custom_attrs={"aria-hidden": "true"}),
            rx.el.span(_("or"), class_name="text-sm text-ink-faint"),
            rx.el.span(class_name="h-px grow bg-line", custom_attrs={"aria-hidden": "true"}),
            class_name="flex items-center gap-3",
        ),
        button(
            _("Use a passkey"),
            kind="secondary",
            icon_name="fingerprint",
            busy=state.passkey_busy,
            on_click=state.ask_passkey,
            extra="w-full",
        ),
        PasskeyCeremony.create(
            kind="get",
            options=state.passkey_options,
            on_answer=state.answer_passkey,
            on_give_up=state.give_up_passkey,
        ),
        class_name="grid gap-5 mt-5",
    )


def _code_form() -> rx.Component:
    state = SignInState
    return checked_form(
        state,
        text_field(
            _("Code"),
            "code",
            error=state.errors["code"],
            help_text=_("The six digits your authenticator app shows now, or one of your recovery codes."),
            auto_complete="one-time-code",
            auto_capitalize="none",
            spell_check=False,
            max_length=40,
        ),
        submit_button(_("Sign in"), busy=state.busy, extra="w-full"),
        button(_("Start again"), kind="quiet", on_click=state.back, extra="w-full"),
        on_submit=state.submit_code,
    )


def _elsewhere() -> rx.Component:
    """For who cannot sign in with this form."""
    return rx.fragment(
        rx.el.p(text_link(_("Forgot your password?"), localized_path("/reset")), class_name="text-sm mt-8"),
        rx.el.p(
            _("New here?"),
            " ",
            text_link(_("Create an account"), localized_path("/register")),
            class_name="text-sm text-ink-muted mt-3",
        ),
    )


@page(
    "/sign-in",
    title=n_("Sign in"),
    description=n_("Sign in to {brand} to start and plan your meetings."),
    on_load=SignInState.load,
    is_listed=True,
)
def sign_in() -> rx.Component:
    return narrow_frame(
        rx.el.h1(rx.cond(SignInState.asks_code, _("One more step"), _("Sign in"))),
        rx.el.p(
            rx.cond(
                SignInState.asks_code,
                _("Your password is right. Now show that it is you."),
                _("To join a meeting as a guest you need no account: open the link you were given."),
            ),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        rx.cond(SignInState.asks_code, _code_form(), rx.fragment(_password_form(), _passkey())),
        rx.cond(SignInState.asks_code, rx.fragment(), _elsewhere()),
        signs_in=True,
    )
