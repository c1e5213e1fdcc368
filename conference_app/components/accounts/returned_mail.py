"""The notice that our mail to one's address comes back."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import button, link_button
from conference_app.components.kit.surfaces import banner
from conference_app.services.accounts import returned_mail
from conference_app.session import SessionState, require_account, say
from conference_app.texts import _, localized_path


class ReturnedMailState(rx.State):
    """Whether mail to the address of who is signed in comes back."""

    comes_back: bool = False

    @rx.event
    async def look(self) -> None:
        account = await require_account(self)
        self.comes_back = await returned_mail.comes_back(account.account_id)

    @rx.event
    async def try_again(self) -> None:
        account = await require_account(self)
        await returned_mail.try_again(account.account_id)
        self.comes_back = False
        await say(self, _("We are sending e-mail to your address again."))


def returned_mail_banner() -> rx.Component:
    """Stands on the pages one comes to after signing in."""
    words = _(
        "Our e-mail to your address came back: the mail server there says the address does not exist. Correct "
        "the address or let us try again; until then no e-mail reaches you."
    )
    actions = rx.el.div(
        button(_("Try again"), kind="secondary", size="small", on_click=ReturnedMailState.try_again),
        link_button(_("Change e-mail"), localized_path("/account/security"), kind="secondary", size="small"),
        class_name="flex flex-wrap gap-2",
    )
    return rx.cond(
        SessionState.signed_in,
        rx.el.div(
            rx.cond(ReturnedMailState.comes_back, rx.el.div(banner(words, "warn", actions), class_name="mb-6")),
            on_mount=ReturnedMailState.look,
        ),
    )
