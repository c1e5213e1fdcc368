"""The reminder to confirm one's e-mail address, with the mail sent again at a press."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import button
from conference_app.components.kit.surfaces import banner
from conference_app.config import settings
from conference_app.errors import ConferenceError
from conference_app.services.accounts import registration_mail
from conference_app.session import SessionState, require_account, say
from conference_app.texts import _, error_text


class ConfirmEmailState(rx.State):
    """Sends the mail again."""

    problem: str = ""
    busy: bool = False

    @rx.event
    async def send_again(self) -> None:
        account = await require_account(self)
        self.problem = ""
        try:
            await registration_mail.send_again(account.account_id)
        except ConferenceError as error:
            self.problem = error_text(error)
            return
        await say(self, _("We have sent the e-mail again."))


def _words() -> str:
    if settings().require_verified_email:
        return _(
            "Confirm your e-mail address with the link we sent you. Until then you can look around and plan "
            "meetings, but not open or share them."
        )
    return _("Confirm your e-mail address with the link we sent you, so that you can get back in if you lose access.")


def confirm_email_banner() -> rx.Component:
    """Stands on the pages of people whose address is not confirmed."""
    again = button(_("Send again"), kind="secondary", size="small", on_click=ConfirmEmailState.send_again)
    return rx.cond(
        SessionState.signed_in & ~SessionState.is_verified,
        rx.el.div(
            banner(_words(), "warn", again),
            rx.cond(
                ConfirmEmailState.problem,
                rx.el.p(ConfirmEmailState.problem, role="alert", class_name="text-sm text-danger-ink mt-2"),
            ),
            class_name="mb-6",
        ),
    )
