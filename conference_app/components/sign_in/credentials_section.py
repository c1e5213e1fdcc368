"""The sections of the security page about signing in by e-mail and password: either can be changed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventCallback

from conference_app.components.encryption.key_vault import TypedPassword
from conference_app.components.encryption.vault_state import VaultState
from conference_app.components.kit.fields import email_field, password_field
from conference_app.components.kit.forms import checked_form, typed
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.sign_in.security_form import (
    SecurityState,
    form_actions,
    form_opener,
    password_again,
    section,
    when_open,
)
from conference_app.services.sign_in import account_passwords, email_proofs
from conference_app.session import client_address, require_account
from conference_app.texts import _


class CredentialsState(SecurityState):
    """Changes of e-mail and password."""

    @rx.event
    async def change_password(self, form: dict[str, object]) -> AsyncIterator[EventCallback[()] | None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            await account_passwords.change_password(
                account.account_id,
                typed(form, "current_password", 5000),
                typed(form, "new_password", 5000),
                session_hash=account.session_hash,
                address=client_address(self),
            )
            await self._done(_("Your password is changed. All other devices are signed out."))
            yield VaultState.password_taken

    @rx.event
    async def change_email(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            await email_proofs.ask_change(
                account.account_id,
                typed(form, "email"),
                typed(form, "password", 5000),
                address=client_address(self),
            )
            await self._done(_("Check the mail of the new address, and follow the link there."))


def email_section() -> rx.Component:
    """The address, and the form to change it."""
    state = CredentialsState
    opened = checked_form(
        state,
        email_field(
            label=_("New e-mail"),
            error=state.errors["email"],
            help_text=_("We'll send it a link. The address changes when you use the link, and we tell the old one."),
        ),
        password_again(_("So that nobody else can change it.")),
        form_actions(_("Send the link")),
        on_submit=state.change_email,
    )
    pending = rx.el.p(
        slotted(_("Waiting to be confirmed: {email}"), email=state.pending_email),
        class_name="text-sm text-ink-muted wrap-anywhere",
    )
    return section(
        _("E-mail"),
        _("You sign in with it, and e-mails about your meetings go there."),
        rx.el.p(state.email, class_name="font-medium wrap-anywhere"),
        rx.cond(state.pending_email, pending),
        when_open("email", opened, form_opener("email", _("Change e-mail"))),
    )


def password_section() -> rx.Component:
    """The form to change the password."""
    state = CredentialsState
    opened = checked_form(
        state,
        TypedPassword.create(field="new_password"),
        password_field(
            _("Current password"),
            "current_password",
            error=state.errors["current_password"],
            auto_complete="current-password",
        ),
        password_field(
            _("New password"),
            "new_password",
            error=state.errors["new_password"],
            help_text=_("At least 10 characters. A short sentence is easy to remember."),
            auto_complete="new-password",
        ),
        form_actions(_("Change password")),
        on_submit=state.change_password,
    )
    return section(
        _("Password"),
        _("Kept in a form that nobody can read, not even our staff. We never ask for it by e-mail or phone."),
        when_open("password", opened, form_opener("password", _("Change password"))),
    )
