"""Where the links of our mails lead: confirm an address, or take its change back.

A link only opens the page; what it does happens at the press of a button, since programs that look through mails
open every link. Its secret is in the address's fragment (`link_token`).
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button
from conference_app.components.sign_in.mailed_step import MailedStepState, mailed_step
from conference_app.services.sign_in import email_proofs, staff_role
from conference_app.session import SessionState, public, signed_in
from conference_app.texts import _, localized_path, n_


class MailedLinkState(MailedStepState, rx.State):
    """How far the link has come."""

    @rx.event
    @public
    async def load(self) -> None:
        self._start_anew()

    @rx.event
    @public
    async def confirm(self) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        caller = signed_in()
        proven = await self._follow(
            functools.partial(email_proofs.confirm, by_account=caller.account_id if caller else "")
        )
        if proven and caller and caller.account_id == proven.account_id:
            await staff_role.renew(caller.account_id)

    @rx.event
    @public
    async def revoke(self) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        await self._follow(email_proofs.revoke)


def _onwards() -> rx.Component:
    return rx.cond(
        SessionState.signed_in,
        link_button(_("My meetings"), localized_path("/dashboard"), extra="w-full"),
        link_button(_("Sign in"), localized_path("/sign-in"), extra="w-full"),
    )


@page("/verify", title=n_("Confirm your e-mail address"), on_load=MailedLinkState.load)
def verify() -> rx.Component:
    state = MailedLinkState
    return mailed_step(
        state,
        _("Confirm your e-mail address"),
        _("You followed the link in our e-mail. One click confirms that the address is yours."),
        _("Confirm my address"),
        _("Your address is confirmed."),
        _("From now on you sign in with it, and e-mails about your meetings go there."),
        on_press=state.confirm,
        onwards=_onwards(),
    )


@page("/revoke", title=n_("Take the change back"), on_load=MailedLinkState.load)
def revoke() -> rx.Component:
    state = MailedLinkState
    return mailed_step(
        state,
        _("Take the change back"),
        _("Your account gets this e-mail address back, every device is signed out, and the password stops working."),
        _("Take the change back"),
        _("The address is yours again."),
        _("An e-mail with a link to choose a new password is on its way to you."),
        on_press=state.revoke,
        kind="danger",
        onwards=_onwards(),
    )
