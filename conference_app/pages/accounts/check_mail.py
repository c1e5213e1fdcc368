"""The end of a registration: where the mail went, and what to do if none comes. The same for every address."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.encryption.key_vault import key_vault
from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, link_button, submit_button
from conference_app.components.kit.fields import email_field
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import banner
from conference_app.config import settings
from conference_app.errors import ConferenceError
from conference_app.services.accounts import registration_mail
from conference_app.session import SessionState, public, require_account, signed_in
from conference_app.texts import _, error_text, localized_path, n_


class CheckMailState(FormState, rx.State):
    """Where the mail went."""

    loaded: bool = False
    email: str = ""
    """As it was typed; empty for who could not be signed in, because their browser blocks cookies."""
    stays_here: bool = False
    """Whether the mail went to the stand-in on this machine."""
    is_correcting: bool = False
    said: str = ""
    """What has just been done."""
    again_problem: str = ""
    again_busy: bool = False

    @rx.event
    @public
    async def load(self) -> EventSpec | None:
        self._reset_form()
        self.is_correcting, self.said, self.again_problem, self.again_busy = False, "", "", False
        self.stays_here = settings().keeps_mails
        if caller := signed_in():
            self.email = await registration_mail.waiting_address(caller.account_id)
            if not self.email:
                return rx.redirect(localized_path("/dashboard"))
        self.loaded = True
        return None

    @rx.event
    async def send_again(self) -> AsyncIterator[None]:
        account = await require_account(self)
        self.said, self.again_problem, self.again_busy = "", "", True
        yield
        try:
            await registration_mail.send_again(account.account_id)
            self.said = _("We have sent the e-mail again.")
        except ConferenceError as error:
            self.again_problem = error_text(error)
        finally:
            self.again_busy = False

    @rx.event
    async def begin_correcting(self) -> EventSpec:
        self._reset_form()
        self.is_correcting, self.said, self.again_problem = True, "", ""
        return rx.set_focus("email")

    @rx.event
    async def stop_correcting(self) -> None:
        self._reset_form()
        self.is_correcting = False

    @rx.event
    async def correct(self, form: dict[str, object]) -> AsyncIterator[None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            self.email = await registration_mail.correct(account.account_id, typed(form, "email"))
            self.is_correcting, self.said = False, _("A new e-mail is on its way to this address.")


def _where() -> rx.Component:
    state = CheckMailState
    address = rx.el.strong(state.email, class_name="text-ink font-medium wrap-anywhere")
    return rx.el.p(
        rx.cond(
            state.email,
            slotted(_("We have sent an e-mail to {email}."), email=address),
            _("We have sent an e-mail to the address you gave."),
        ),
        " ",
        _("Open the link in it to confirm that the address is yours: then you can invite guests."),
        class_name="text-ink-muted mt-3 mb-6",
    )


def _stand_in() -> rx.Component:
    """Outside production the mail waits on this machine, one click away."""
    note = banner(_("No mail server is set on this installation, so the e-mail is kept here."), "warn")
    return rx.cond(
        CheckMailState.stays_here,
        rx.el.div(
            note,
            link_button(_("Open the e-mail"), localized_path("/dev/mail"), icon_name="mail-open", extra="w-full"),
            class_name="grid gap-3 mb-6",
        ),
    )


def _correction() -> rx.Component:
    state = CheckMailState
    return checked_form(
        state,
        email_field(error=state.errors["email"], default_value=state.email),
        rx.el.div(
            submit_button(_("Send it there"), busy=state.busy),
            button(_("Cancel"), kind="quiet", on_click=state.stop_correcting),
            class_name="flex flex-wrap gap-3",
        ),
        on_submit=state.correct,
    )


def _actions() -> rx.Component:
    state = CheckMailState
    return rx.el.div(
        button(_("Send it again"), kind="secondary", busy=state.again_busy, on_click=state.send_again),
        button(_("Correct the address"), kind="secondary", on_click=state.begin_correcting),
        class_name="flex flex-wrap gap-3",
    )


def _nothing_came() -> rx.Component:
    state = CheckMailState
    return rx.el.section(
        rx.el.h2(_("Nothing came?"), class_name="text-lg"),
        rx.el.p(
            _("E-mails can take a few minutes. Look in the spam folder too, and check the address."),
            class_name="text-sm text-ink-muted",
        ),
        rx.el.div(
            rx.cond(state.said, banner(state.said, "ok")),
            rx.cond(state.again_problem, banner(state.again_problem, "danger")),
            role="status",
            class_name="empty:hidden",
        ),
        rx.cond(state.is_correcting, _correction(), _actions()),
        class_name="grid grid-cols-1 gap-4 border-t border-line pt-6",
    )


def _signed_out() -> rx.Component:
    """For who could not be signed in: the mail works all the same."""
    return rx.el.section(
        rx.el.p(
            _("This browser is not signed in. The link still works; sign in afterwards."),
            class_name="text-sm text-ink-muted",
        ),
        link_button(_("Sign in"), localized_path("/sign-in"), kind="secondary"),
        class_name="grid grid-cols-1 gap-4 border-t border-line pt-6",
    )


def _onwards() -> rx.Component:
    return rx.el.div(
        link_button(_("Look around first"), localized_path("/dashboard"), kind="quiet", extra="w-full"),
        class_name="mt-6",
    )


@page("/check-mail", title=n_("Check your mail"), on_load=CheckMailState.load)
def check_mail() -> rx.Component:
    state = CheckMailState
    known = rx.fragment(_nothing_came(), _onwards())
    return narrow_frame(
        rx.cond(SessionState.signed_in, key_vault()),
        rx.el.h1(_("Check your mail")),
        rx.cond(
            state.loaded,
            rx.fragment(_where(), _stand_in(), rx.cond(state.email, known, _signed_out())),
            loading(skeleton("h-12 mt-3"), skeleton("h-40 rounded-card")),
        ),
    )
