"""Where links about another address of somebody without an account lead: use the new one, or stay with the old one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button
from conference_app.components.sign_in.mailed_step import MailedStepState, mailed_step
from conference_app.services.addresses import changes
from conference_app.services.privacy import privacy_emails
from conference_app.session import public
from conference_app.texts import _, localized_path, n_


class AddressLinkState(MailedStepState, rx.State):
    """How far the link has come."""

    center: str = ""
    """Path of the privacy center under the new address."""

    @rx.event
    @public
    async def load(self) -> None:
        self._start_anew()
        self.center = ""

    @rx.event
    @public
    async def confirm(self) -> AsyncIterator[None]:
        self._begin()
        yield
        token = await self._follow(changes.confirm)
        self.center = localized_path(privacy_emails.center_path(token)) if token else ""

    @rx.event
    @public
    async def revoke(self) -> AsyncIterator[None]:
        self._begin()
        yield
        await self._follow(changes.revoke)


def _onwards() -> rx.Component:
    path = localized_path("/privacy-request")
    return link_button(_("See what you keep"), path, kind="secondary", extra="w-full")


@page("/address/confirm", title=n_("Use this address"), on_load=AddressLinkState.load)
def confirm_address() -> rx.Component:
    state = AddressLinkState
    return mailed_step(
        state,
        _("Use this address?"),
        _(
            "What we keep about you under your old address is kept under this one from now on. If we know this "
            "one too, the two become one: every e-mail you stopped at either stays stopped."
        ),
        _("Use this address"),
        _("We know you by this address now."),
        _("We have written to your old address, which can undo the change for a week."),
        on_press=state.confirm,
        onwards=_onwards(),
        after=link_button(_("See what you keep"), state.center, extra="w-full"),
    )


@page("/address/revoke", title=n_("Take the change back"), on_load=AddressLinkState.load)
def keep_address() -> rx.Component:
    state = AddressLinkState
    return mailed_step(
        state,
        _("Take the change back"),
        _("Everything that we kept under this address comes back to it, and the other address no longer opens it."),
        _("Take the change back"),
        _("The address is yours again."),
        _("What was stopped or restricted meanwhile stays so. Look through it when you like."),
        on_press=state.revoke,
        kind="danger",
        onwards=_onwards(),
    )
