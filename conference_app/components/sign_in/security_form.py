"""What the sections of the security page share: one state, of which one form is open at a time, and the frame."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.member_posts import sign_in_again
from conference_app.components.kit.buttons import button, submit_button
from conference_app.components.kit.fields import password_field
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.surfaces import card, section_header
from conference_app.components.kit.times import instant
from conference_app.errors import ConferenceError
from conference_app.services import audit
from conference_app.services.accounts import profiles
from conference_app.services.sign_in import account_passwords, passkeys, recent_factors, second_factors
from conference_app.services.sign_in.recent_factors import FactorNeeded
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.session import client_address, require_account, say
from conference_app.texts import _, error_text, plural

_SHOWN_EVENTS = 20
FORMS = {
    "email": "email",
    "password": "current_password",
    "passkey": "passkey_name",
    "rename": "passkey_name",
    "remove_passkey": "password",
    "authenticator": "password",
    "remove_authenticator": "password",
    "new_codes": "password",
}
"""Each form, and the field that has the focus when it opens."""


@dataclass(frozen=True)
class PasskeyRow:
    """A passkey in words."""

    id: str
    name: str
    added: str
    """An `instant`."""
    used: str
    """The same; empty for one that was never used."""


@dataclass(frozen=True)
class EventRow:
    """Something that happened, in words."""

    what: str
    at: str
    """An `instant`."""


def _what(entry: audit.Entry) -> str:
    """What happened, and how often where it is counted and was more than once."""
    if entry.times == 1:
        return _(entry.tag.words)
    often = plural("{count} time within a day.", "{count} times within a day.", entry.times)
    return f"{_(entry.tag.words)} {often}"


class SecurityState(FormState, rx.State):
    """What protects the account, and the form that is open. Each section's own state inherits it."""

    loaded: bool = False
    failure: str = ""
    form: str = ""
    """One of `FORMS`, or none."""
    email: str = ""
    pending_email: str = ""
    passkeys: list[PasskeyRow] = []
    chosen_id: str = ""
    chosen_name: str = ""
    passkey_options: str = ""
    has_authenticator: bool = False
    codes_left: str = ""
    factor_due: bool = False
    """Whether passkeys and the app are only changed after another sign-in."""
    setup_secret: str = ""
    setup_picture: str = ""
    new_codes: list[str] = []
    events: list[EventRow] = []
    _challenge: bytes = b""
    _passkey_name: str = ""

    @rx.event
    async def load(self) -> None:
        self._close()
        await self._show()

    @rx.event
    async def open_form(self, form: str) -> EventSpec | None:
        self._close()
        self.form = form if form in FORMS else ""
        return rx.set_focus(FORMS[form]) if self.form else None

    @rx.event
    async def close(self) -> None:
        self._close()
        await self._show()

    async def _confirm(self, account: SignedIn, form: dict[str, object]) -> None:
        """Make sure that it is the person, before a second factor is added or removed."""
        await recent_factors.require(account.account_id, account.session_hash)
        password = typed(form, "password", 5000)
        await account_passwords.confirm_password(account.account_id, password, address=client_address(self))

    def _refuse(self, error: ConferenceError) -> None:
        """What becomes due while a form is open stands in its place."""
        if isinstance(error, FactorNeeded):
            self._close()
            self.factor_due = True
        else:
            super()._refuse(error)

    async def _done(self, text: str) -> None:
        self._close()
        await self._show()
        await say(self, text)

    def _close(self) -> None:
        self._reset_form()
        self.form, self.chosen_id, self.chosen_name = "", "", ""
        self.passkey_options, self._challenge, self._passkey_name = "", b"", ""
        self.setup_secret, self.setup_picture, self.new_codes = "", "", []

    async def _show(self) -> None:
        account = await require_account(self)
        try:
            profile = await profiles.get(account.account_id)
            status = await second_factors.status(account.account_id)
            found = await passkeys.listed(account.account_id)
            is_due = await recent_factors.is_due(account.account_id, account.session_hash)
            events = await audit.entries(account.account_id, limit=_SHOWN_EVENTS)
        except ConferenceError as error:
            self.failure = error_text(error)
            return
        self.failure, self.loaded = "", True
        self.email, self.pending_email = profile.values["email"], profile.pending_email
        self.passkeys = [
            PasskeyRow(one.id, one.name, instant(one.created_at), instant(one.last_used_at)) for one in found
        ]
        self.factor_due = is_due
        self.has_authenticator = status.has_authenticator
        self.codes_left = plural("{count} recovery code left", "{count} recovery codes left", status.codes_left)
        self.events = [EventRow(_what(one), instant(one.at)) for one in events]


def form_actions(label: str, *, kind: str = "primary") -> rx.Component:
    """The button that sends the open form, and the one that closes it."""
    return rx.el.div(
        submit_button(label, busy=SecurityState.busy, kind=kind),
        button(_("Cancel"), kind="quiet", on_click=SecurityState.close),
        class_name="flex flex-wrap gap-3",
    )


def password_again(why: str) -> rx.Component:
    """Asks for the account's password; `why` says for what."""
    return password_field(
        _("Your password"),
        "password",
        error=SecurityState.errors["password"],
        help_text=why,
        auto_complete="current-password",
    )


def when_open(form: str, opened: rx.Component, closed: rx.Component) -> rx.Component:
    """`opened` while that form is open, else `closed`."""
    return rx.cond(SecurityState.form == form, opened, closed)


def unless_due(*children: rx.Component) -> rx.Component:
    """What opens forms that change a second factor, or the way to a new sign-in where that is due first."""
    due = rx.el.div(
        rx.el.p(
            _("To change this, sign in again with a code or a passkey. That counts for 15 minutes."),
            class_name="text-sm text-ink-muted",
        ),
        sign_in_again("/account/security", "secondary"),
        class_name="grid grid-cols-1 gap-3",
    )
    return rx.cond(SecurityState.factor_due, due, rx.fragment(*children))


def section(title: str, detail: str, *children: rx.Component) -> rx.Component:
    """One part of the page."""
    return rx.el.section(
        section_header(title, detail=detail),
        card(*children, extra="p-5 sm:p-6 grid grid-cols-1 gap-4"),
        class_name="grid grid-cols-1 gap-4 mt-10 first-of-type:mt-0",
    )


def form_opener(form: str, label: str) -> rx.Component:
    """The button that opens a form."""
    return rx.el.div(button(label, kind="secondary", on_click=SecurityState.open_form(form)))


def confirmed_form(label: str, why: str, submit: object, kind: str = "primary") -> rx.Component:
    """A form that asks for the password alone."""
    return checked_form(SecurityState, password_again(why), form_actions(label, kind=kind), on_submit=submit)
