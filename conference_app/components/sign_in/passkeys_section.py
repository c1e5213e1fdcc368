"""The section of the security page about passkeys: add, rename, remove."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventCallback, EventSpec

from conference_app.components.encryption.vault_state import VaultState
from conference_app.components.kit.buttons import button
from conference_app.components.kit.fields import text_field
from conference_app.components.kit.forms import checked_form, typed
from conference_app.components.kit.sentence_slots import slotted, slotted_words
from conference_app.components.kit.times import moment
from conference_app.components.kit.vars import count, one_of
from conference_app.components.sign_in.passkey_ceremony import PasskeyCeremony
from conference_app.components.sign_in.security_form import (
    FORMS,
    PasskeyRow,
    SecurityState,
    form_actions,
    form_opener,
    password_again,
    section,
    unless_due,
)
from conference_app.errors import ConferenceError
from conference_app.services.sign_in import passkeys, recent_factors
from conference_app.session import require_account
from conference_app.texts import _, n_


class PasskeysState(SecurityState):
    """Changes of the passkeys."""

    @rx.event
    async def choose(self, form: str, passkey_id: str, name: str) -> EventSpec | None:
        self._close()
        if form not in ("rename", "remove_passkey"):
            return None
        self.form, self.chosen_id, self.chosen_name = form, passkey_id, name[:100]
        return rx.set_focus(FORMS[form])

    @rx.event
    async def add_passkey(self, form: dict[str, object]) -> None:
        account = await require_account(self)
        self._begin()
        self._passkey_name = typed(form, "passkey_name", 400)
        with self._refusing():
            await self._confirm(account, form)
            ceremony = await passkeys.begin_adding(account.account_id)
            self.passkey_options, self._challenge = ceremony.options, ceremony.challenge
        self.busy = bool(self.passkey_options)  # until the browser answers

    @rx.event
    async def answer_passkey(self, answer: str) -> EventCallback[()] | None:
        account = await require_account(self)
        challenge, self._challenge, self.passkey_options = self._challenge, b"", ""
        with self._refusing():
            await recent_factors.require(account.account_id, account.session_hash)
            await passkeys.finish_adding(account.account_id, self._passkey_name, answer, challenge)
            await self._done(_("Your passkey is added."))
            return VaultState.load  # which learns that it may open the keys
        return None

    @rx.event
    async def give_up_passkey(self, why: str) -> None:
        self._challenge, self.passkey_options, self.busy = b"", "", False
        if why == "unsupported":
            self._refuse(ConferenceError(n_("This browser doesn't support passkeys.")))
        elif why == "InvalidStateError":
            self._refuse(ConferenceError(n_("This device already has a passkey for your account.")))
        else:
            self._refuse(ConferenceError(n_("No passkey was made. Try again when you like.")))

    @rx.event
    async def rename_passkey(self, form: dict[str, object]) -> None:
        account = await require_account(self)
        self._begin()
        with self._refusing():
            await passkeys.rename(account.account_id, self.chosen_id, typed(form, "passkey_name", 400))
            await self._done(_("Your changes are saved."))

    @rx.event
    async def remove_passkey(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            await self._confirm(account, form)
            await passkeys.remove(account.account_id, self.chosen_id)
            await self._done(_("The passkey is removed."))


def _opener(label: str, said: str, form: str, one: PasskeyRow) -> rx.Component:
    """The button that opens `form` for one passkey; read out as `said`, with its {name}."""
    return button(
        label,
        kind="quiet",
        size="small",
        on_click=PasskeysState.choose(form, one.id, one.name),
        aria_label=slotted_words(said, name=one.name),
    )


def _passkey_item(one: PasskeyRow) -> rx.Component:
    used = rx.cond(
        one.used,
        slotted(_("last used {when}"), when=moment(one.used)),
        slotted(_("added {when}"), when=moment(one.added)),
    )
    return rx.el.li(
        rx.el.div(
            rx.el.p(one.name, class_name="font-medium wrap-anywhere"),
            rx.el.p(used, class_name="text-sm text-ink-muted"),
            class_name="grow min-w-0",
        ),
        rx.el.div(
            _opener(_("Rename"), _("Rename the passkey {name}"), "rename", one),
            rx.cond(
                PasskeysState.factor_due,
                rx.fragment(),
                _opener(_("Remove"), _("Remove the passkey {name}"), "remove_passkey", one),
            ),
            class_name="flex shrink-0",
        ),
        class_name="flex items-start gap-3 py-3 border-t border-line first:border-t-0 first:pt-0",
    )


def _passkey_name(value: rx.Var[str] | str = "") -> rx.Component:
    return text_field(
        _("Name"),
        "passkey_name",
        error=PasskeysState.errors["passkey_name"],
        help_text=_("A name you'll recognise, such as “My phone”."),
        default_value=value,
        auto_complete="off",
        max_length=passkeys.NAME_LENGTH,
    )


def _passkey_forms() -> rx.Component:
    state = PasskeysState
    return one_of(
        state.form,
        (
            "passkey",
            checked_form(
                state,
                _passkey_name(),
                password_again(_("So that nobody else can add theirs.")),
                form_actions(_("Create passkey")),
                on_submit=state.add_passkey,
            ),
        ),
        (
            "rename",
            checked_form(
                state, _passkey_name(state.chosen_name), form_actions(_("Save changes")), on_submit=state.rename_passkey
            ),
        ),
        (
            "remove_passkey",
            checked_form(
                state,
                rx.el.p(
                    slotted(_("“{name}” will no longer sign you in."), name=state.chosen_name),
                    class_name="wrap-anywhere",
                ),
                password_again(_("So that nobody else can remove it.")),
                form_actions(_("Remove passkey"), kind="danger"),
                on_submit=state.remove_passkey,
            ),
        ),
        otherwise=unless_due(form_opener("passkey", _("Add a passkey"))),
    )


def passkeys_section() -> rx.Component:
    """The list, and the form that is open."""
    state = PasskeysState
    return section(
        _("Passkeys"),
        _("Sign in with your finger, face or device code instead of a password. Nothing to guess, nothing to steal."),
        rx.cond(count(state.passkeys) > 0, rx.el.ul(rx.foreach(state.passkeys, _passkey_item))),
        _passkey_forms(),
        PasskeyCeremony.create(
            kind="create",
            options=state.passkey_options,
            on_answer=state.answer_passkey,
            on_give_up=state.give_up_passkey,
        ),
    )
