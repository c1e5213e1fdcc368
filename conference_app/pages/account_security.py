"""The account's safety: password, e-mail, passkeys and the authenticator app. One form is open at a time."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.account_client import PasskeyCeremony
from conference_app.components.account_frame import account_frame
from conference_app.components.buttons import button, submit_button
from conference_app.components.confirm_email import confirm_email_banner
from conference_app.components.fields import password_field, text_field
from conference_app.components.forms import FormState, checked_form, typed
from conference_app.components.notices import NoticeState
from conference_app.components.page_registry import page
from conference_app.components.slots import slotted
from conference_app.components.surfaces import badge, banner, card, copy_button, loading, section_header, skeleton
from conference_app.components.times import distance_in_words
from conference_app.errors import ConferenceError
from conference_app.services import account_passwords, audit, email_proofs, passkeys, profiles, second_factors
from conference_app.services.passkeys import PasskeyView
from conference_app.session import client_address, require_account
from conference_app.texts import _, error_text, n_, plural

_SHOWN_EVENTS = 20


@dataclass(frozen=True)
class PasskeyRow:
    """A passkey in words."""

    id: str
    name: str
    used: str


@dataclass(frozen=True)
class EventRow:
    """Something that happened, in words."""

    what: str
    when: str


def _row(one: PasskeyView, now: datetime) -> PasskeyRow:
    if one.last_used_at is None:
        return PasskeyRow(one.id, one.name, _("added {when}", when=distance_in_words(one.created_at, now)))
    return PasskeyRow(one.id, one.name, _("last used {when}", when=distance_in_words(one.last_used_at, now)))


class SecurityState(FormState, rx.State):
    """What protects the account, and the form that is open."""

    loaded: bool = False
    failure: str = ""
    form: str = ""
    """email, password, passkey, rename, remove_passkey, authenticator, remove_authenticator, new_codes; or none."""
    email: str = ""
    pending_email: str = ""
    passkeys: list[PasskeyRow] = []
    chosen_id: str = ""
    chosen_name: str = ""
    passkey_options: str = ""
    has_authenticator: bool = False
    codes_left: str = ""
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
        self.form = form if form in _FORMS else ""
        return rx.set_focus(_FORMS[form]) if self.form else None

    @rx.event
    async def choose(self, form: str, passkey_id: str, name: str) -> EventSpec | None:
        self._close()
        if form not in ("rename", "remove_passkey"):
            return None
        self.form, self.chosen_id, self.chosen_name = form, passkey_id, name[:100]
        return rx.set_focus(_FORMS[form])

    @rx.event
    async def close(self) -> None:
        self._close()
        await self._show()

    @rx.event
    async def change_password(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            await account_passwords.change_password(
                account.account_id,
                typed(form, "current_password", 5000),
                typed(form, "new_password", 5000),
                session_hash=account.session_hash,
                address=client_address(self),
            )
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        await self._done(_("Your password is changed. All other devices are signed out."))

    @rx.event
    async def change_email(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            await email_proofs.ask_change(
                account.account_id,
                typed(form, "email"),
                typed(form, "password", 5000),
                address=client_address(self),
            )
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        await self._done(_("Look into the mail of the new address, and use the link there."))

    @rx.event
    async def add_passkey(self, form: dict[str, object]) -> None:
        account = await require_account(self)
        self._begin()
        self._passkey_name = typed(form, "passkey_name", 400)
        try:
            await self._confirm(account.account_id, form)
            ceremony = await passkeys.begin_adding(account.account_id)
        except ConferenceError as error:
            self.busy = False
            self._refuse(error)
            return
        self.passkey_options, self._challenge = ceremony.options, ceremony.challenge

    @rx.event
    async def answer_passkey(self, answer: str) -> None:
        account = await require_account(self)
        challenge, self._challenge, self.passkey_options, self.busy = self._challenge, b"", "", False
        try:
            await passkeys.finish_adding(account.account_id, self._passkey_name, answer, challenge)
        except ConferenceError as error:
            self._refuse(error)
            return
        await self._done(_("Your passkey is added."))

    @rx.event
    async def give_up_passkey(self, why: str) -> None:
        self._challenge, self.passkey_options, self.busy = b"", "", False
        if why == "unsupported":
            self._refuse(ConferenceError(n_("This browser knows no passkeys.")))
        elif why == "InvalidStateError":
            self._refuse(ConferenceError(n_("This device has a passkey for your account already.")))
        else:
            self._refuse(ConferenceError(n_("No passkey was made. Try again when you like.")))

    @rx.event
    async def rename_passkey(self, form: dict[str, object]) -> None:
        account = await require_account(self)
        self._begin()
        try:
            await passkeys.rename(account.account_id, self.chosen_id, typed(form, "passkey_name", 400))
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        await self._done(_("Your changes are saved."))

    @rx.event
    async def remove_passkey(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            await self._confirm(account.account_id, form)
            await passkeys.remove(account.account_id, self.chosen_id)
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        await self._done(_("The passkey is removed."))

    @rx.event
    async def begin_authenticator(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            await self._confirm(account.account_id, form)
            setup = await second_factors.begin(account.account_id)
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        self.setup_secret = setup.secret
        self.setup_picture = "data:image/svg+xml;base64," + base64.b64encode(setup.picture.encode()).decode()
        yield rx.set_focus("code")

    @rx.event
    async def finish_authenticator(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            codes = await second_factors.finish(account.account_id, typed(form, "code", 100))
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        await self._done(_("Your authenticator app is in force."))
        self.new_codes = codes

    @rx.event
    async def remove_authenticator(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            await self._confirm(account.account_id, form)
            await second_factors.remove(account.account_id)
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        await self._done(_("The authenticator app is removed."))

    @rx.event
    async def make_codes(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        try:
            await self._confirm(account.account_id, form)
            codes = await second_factors.new_codes(account.account_id)
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        await self._done(_("New recovery codes are made; the old ones no longer work."))
        self.new_codes = codes

    async def _confirm(self, account_id: str, form: dict[str, object]) -> None:
        password = typed(form, "password", 5000)
        await account_passwords.confirm_password(account_id, password, address=client_address(self))

    async def _done(self, text: str) -> None:
        self._close()
        await self._show()
        (await self.get_state(NoticeState)).say(text)

    def _close(self) -> None:
        self._reset_form()
        self.form, self.chosen_id, self.chosen_name = "", "", ""
        self.passkey_options, self._challenge, self._passkey_name = "", b"", ""
        self.setup_secret, self.setup_picture, self.new_codes = "", "", []

    async def _show(self) -> None:
        account = await require_account(self)
        now = datetime.now(UTC)
        try:
            profile = await profiles.get(account.account_id)
            status = await second_factors.status(account.account_id)
            found = await passkeys.listed(account.account_id)
            events = await audit.entries(account.account_id, limit=_SHOWN_EVENTS)
        except ConferenceError as error:
            self.failure = error_text(error)
            return
        self.failure, self.loaded = "", True
        self.email, self.pending_email = profile.values["email"], profile.pending_email
        self.passkeys = [_row(one, now) for one in found]
        self.has_authenticator = status.has_authenticator
        self.codes_left = plural("{count} recovery code left", "{count} recovery codes left", status.codes_left)
        self.events = [EventRow(_(audit.WORDS[one.tag]), distance_in_words(one.at, now)) for one in events]


_FORMS = {
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


def _cancel() -> rx.Component:
    return button(_("Cancel"), kind="quiet", on_click=SecurityState.close)


def _actions(label: str, *, kind: str = "primary") -> rx.Component:
    return rx.el.div(
        submit_button(label, busy=SecurityState.busy, kind=kind), _cancel(), class_name="flex flex-wrap gap-3"
    )


def _password_again(why: str) -> rx.Component:
    return password_field(
        _("Your password"),
        "password",
        error=SecurityState.errors["password"],
        help_text=why,
        auto_complete="current-password",
    )


def _opened(form: str, opened: rx.Component, closed: rx.Component) -> rx.Component:
    return rx.cond(SecurityState.form == form, opened, closed)


def _section(title: str, detail: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(
        section_header(title, detail=detail),
        card(*children, extra="p-5 sm:p-6 grid grid-cols-1 gap-4"),
        class_name="grid grid-cols-1 gap-4 mt-10 first-of-type:mt-0",
    )


def _change(form: str, label: str) -> rx.Component:
    return rx.el.div(button(label, kind="secondary", on_click=SecurityState.open_form(form)))


def _email() -> rx.Component:
    state = SecurityState
    opened = checked_form(
        state,
        text_field(
            _("New e-mail"),
            "email",
            error=state.errors["email"],
            help_text=_("We mail it a link. The address changes when you use that link, and the old one is told."),
            type="email",
            auto_complete="email",
            max_length=254,
        ),
        _password_again(_("So that nobody else can change it.")),
        _actions(_("Send the link")),
        on_submit=state.change_email,
    )
    pending = rx.el.p(
        _("Waiting to be confirmed:"), " ", state.pending_email, class_name="text-sm text-ink-muted wrap-anywhere"
    )
    return _section(
        _("E-mail"),
        _("You sign in with it, and mails about your own meetings go there."),
        rx.el.p(state.email, class_name="font-medium wrap-anywhere"),
        rx.cond(state.pending_email, pending),
        _opened("email", opened, _change("email", _("Change e-mail"))),
    )


def _password() -> rx.Component:
    state = SecurityState
    opened = checked_form(
        state,
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
            help_text=_("At least 10 characters. A short sentence is easy to keep in mind."),
            auto_complete="new-password",
        ),
        _actions(_("Change password")),
        on_submit=state.change_password,
    )
    return _section(
        _("Password"),
        _("Kept in a form that nobody can read, our staff neither. We never ask for it by mail or phone."),
        _opened("password", opened, _change("password", _("Change password"))),
    )


def _passkey_item(one: PasskeyRow) -> rx.Component:
    state = SecurityState
    return rx.el.li(
        rx.el.div(
            rx.el.p(one.name, class_name="font-medium wrap-anywhere"),
            rx.el.p(one.used, class_name="text-sm text-ink-muted"),
            class_name="grow min-w-0",
        ),
        rx.el.div(
            button(
                _("Rename"),
                kind="quiet",
                size="small",
                on_click=state.choose("rename", one.id, one.name),
                aria_label=_("Rename") + " " + one.name,
            ),
            button(
                _("Remove"),
                kind="quiet",
                size="small",
                on_click=state.choose("remove_passkey", one.id, one.name),
                aria_label=_("Remove") + " " + one.name,
            ),
            class_name="flex shrink-0",
        ),
        class_name="flex items-start gap-3 py-3 border-t border-line first:border-t-0 first:pt-0",
    )


def _passkey_name(value: rx.Var[str] | str = "") -> rx.Component:
    return text_field(
        _("Name"),
        "passkey_name",
        error=SecurityState.errors["passkey_name"],
        help_text=_("So that you know it again, such as “My phone”."),
        default_value=value,
        auto_complete="off",
        max_length=passkeys.NAME_LENGTH,
    )


def _passkey_forms() -> rx.Component:
    state = SecurityState
    return rx.match(
        state.form,
        (
            "passkey",
            checked_form(
                state,
                _passkey_name(),
                _password_again(_("So that nobody else can add theirs.")),
                _actions(_("Create passkey")),
                on_submit=state.add_passkey,
            ),
        ),
        (
            "rename",
            checked_form(
                state, _passkey_name(state.chosen_name), _actions(_("Save changes")), on_submit=state.rename_passkey
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
                _password_again(_("So that nobody else can remove it.")),
                _actions(_("Remove passkey"), kind="danger"),
                on_submit=state.remove_passkey,
            ),
        ),
        _change("passkey", _("Add a passkey")),
    )


def _passkeys() -> rx.Component:
    state = SecurityState
    return _section(
        _("Passkeys"),
        _("Sign in with your finger, face or device code instead of a password. Nothing to guess, nothing to steal."),
        rx.cond(state.passkeys.length() > 0, rx.el.ul(rx.foreach(state.passkeys, _passkey_item))),
        _passkey_forms(),
        PasskeyCeremony.create(
            kind="create",
            options=state.passkey_options,
            on_answer=state.answer_passkey,
            on_give_up=state.give_up_passkey,
        ),
    )


def _setup() -> rx.Component:
    state = SecurityState
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
                rx.el.code(state.setup_secret, class_name="block mt-2 font-mono text-sm wrap-anywhere"),
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
        _actions(_("Put in force")),
        on_submit=state.finish_authenticator,
    )


def _new_codes() -> rx.Component:
    state = SecurityState
    return rx.el.div(
        banner(
            _(
                "Keep these recovery codes where you find them without your phone. Each works once; they are shown only now."
            ),
            "warn",
        ),
        rx.el.ul(
            rx.foreach(state.new_codes, lambda one: rx.el.li(rx.el.code(one, class_name="font-mono text-sm"))),
            class_name="grid grid-cols-1 sm:grid-cols-2 gap-x-6 gap-y-2 mt-4",
            id="recovery-codes",
        ),
        rx.el.div(
            copy_button(_("Copy codes"), state.new_codes.join("\n")),
            button(_("I have kept them"), on_click=state.close),
            class_name="flex flex-wrap gap-3 mt-5",
        ),
        role="status",
    )


def _confirmed_form(label: str, why: str, submit: object, kind: str = "primary") -> rx.Component:
    return checked_form(SecurityState, _password_again(why), _actions(label, kind=kind), on_submit=submit)


def _authenticator_on() -> rx.Component:
    state = SecurityState
    return rx.match(
        state.form,
        (
            "remove_authenticator",
            _confirmed_form(
                _("Remove the app"), _("So that nobody else can remove it."), state.remove_authenticator, "danger"
            ),
        ),
        (
            "new_codes",
            _confirmed_form(_("Make new codes"), _("The old codes stop working."), state.make_codes),
        ),
        rx.el.div(
            button(_("New recovery codes"), kind="secondary", on_click=state.open_form("new_codes")),
            button(_("Remove the app"), kind="quiet", on_click=state.open_form("remove_authenticator")),
            class_name="flex flex-wrap gap-3",
        ),
    )


def _authenticator() -> rx.Component:
    state = SecurityState
    start = _confirmed_form(_("Go on"), _("So that nobody else can add theirs."), state.begin_authenticator)
    off = rx.cond(
        state.form == "authenticator",
        rx.cond(state.setup_secret, _setup(), start),
        _change("authenticator", _("Add an authenticator app")),
    )
    on = rx.fragment(
        rx.el.p(
            badge(_("In force"), "ok"),
            rx.el.span(state.codes_left, class_name="text-sm text-ink-muted"),
            class_name="flex flex-wrap items-center gap-3",
        ),
        _authenticator_on(),
    )
    return _section(
        _("Authenticator app"),
        _("Beside your password, a code that changes every 30 seconds is asked for at sign-in."),
        rx.cond(state.new_codes.length() > 0, _new_codes(), rx.cond(state.has_authenticator, on, off)),
    )


def _events() -> rx.Component:
    row = lambda one: rx.el.li(  # noqa: E731 - one line of a list
        rx.el.span(one.what, class_name="wrap-anywhere"),
        rx.el.span(one.when, class_name="text-ink-muted whitespace-nowrap"),
        class_name="flex justify-between gap-4 py-2 border-t border-line first:border-t-0 text-sm",
    )
    return _section(
        _("What happened lately"),
        _("Something you do not know? Change your password; that signs out every other device."),
        rx.el.ul(rx.foreach(SecurityState.events, row)),
    )


@page("/account/security", title=n_("Security"), on_load=SecurityState.load)
def account_security() -> rx.Component:
    state = SecurityState
    again = button(_("Try again"), kind="secondary", size="small", on_click=state.load)
    waiting = loading(skeleton("h-32 rounded-card"), skeleton("h-32 rounded-card"), skeleton("h-32 rounded-card"))
    parts = rx.el.div(_email(), _password(), _passkeys(), _authenticator(), _events(), class_name="max-w-2xl")
    return account_frame(
        confirm_email_banner(),
        rx.cond(state.failure, banner(state.failure, "danger", again)),
        rx.cond(state.loaded, parts, rx.cond(state.failure, rx.fragment(), waiting)),
        part="/account/security",
    )
