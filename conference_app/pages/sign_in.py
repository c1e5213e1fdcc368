"""Sign in by e-mail and password."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.buttons import submit_button, text_link
from conference_app.components.fields import password_field, text_field
from conference_app.components.forms import FormState, checked_form, typed
from conference_app.components.page_frame import narrow_frame
from conference_app.components.page_registry import page
from conference_app.errors import ConferenceError
from conference_app.services import accounts
from conference_app.session import client_address, enter, public, signed_in
from conference_app.texts import _, localized_path, n_


class SignInState(FormState, rx.State):
    """What the sign-in page shows."""

    @rx.event
    @public
    async def load(self) -> EventSpec | None:
        self._reset_form()
        return rx.redirect(self._next_path()) if signed_in() else None

    @rx.event
    @public
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        email, password = typed(form, "email"), typed(form, "password", 5000)
        try:
            account = await accounts.sign_in(email, password, address=client_address(self))
            yield await enter(self, account.id, self._next_path())
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False

    def _next_path(self) -> str:
        """Where the person wanted to go: a path of our own, never another site."""
        path = self.router.url.query_parameters.get("next", "")
        is_ours = path.startswith("/") and not path.startswith(("//", "/\\", "/auth/")) and path.isprintable()
        return path if is_ours else localized_path("/dashboard")


@page(
    "/sign-in",
    title=n_("Sign in"),
    description=n_("Sign in to {brand} to start and plan your meetings."),
    on_load=SignInState.load,
    is_listed=True,
)
def sign_in() -> rx.Component:
    return narrow_frame(
        rx.el.h1(_("Sign in"), class_name="text-[2rem]"),
        rx.el.p(
            _("To join a meeting as a guest you need no account: open the link you were given."),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        checked_form(
            SignInState,
            text_field(
                _("E-mail"),
                "email",
                error=SignInState.errors["email"],
                type="email",
                auto_complete="username",
                max_length=254,
            ),
            password_field(
                _("Password"), "password", error=SignInState.errors["password"], auto_complete="current-password"
            ),
            submit_button(_("Sign in"), busy=SignInState.busy, extra="w-full"),
            on_submit=SignInState.submit,
        ),
        rx.el.p(
            _("New here?"),
            " ",
            text_link(_("Create an account"), localized_path("/register")),
            class_name="text-sm text-ink-muted mt-8",
        ),
    )
