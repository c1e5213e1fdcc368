"""Where the links of our mails lead: confirm an address, or take its change back.

A link only opens the page; what it does happens at the press of a button, since programs that look through mails
open every link.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.buttons import button, link_button
from conference_app.components.page_frame import narrow_frame
from conference_app.components.page_registry import page
from conference_app.components.surfaces import banner
from conference_app.errors import ConferenceError
from conference_app.services import email_proofs
from conference_app.session import SessionState, client_address, public
from conference_app.texts import _, error_text, localized_path, n_


class MailedLinkState(rx.State):
    """How far the link has come."""

    done: bool = False
    problem: str = ""
    busy: bool = False

    @rx.event
    @public
    async def load(self) -> None:
        self.done, self.problem, self.busy = False, "", False

    @rx.event
    @public
    async def confirm(self) -> AsyncIterator[EventSpec | None]:
        self.busy, self.problem = True, ""
        yield
        try:
            await email_proofs.confirm(self._token(), address=client_address(self))
            self.done = True
        except ConferenceError as error:
            self.problem = error_text(error)
        finally:
            self.busy = False

    @rx.event
    @public
    async def revoke(self) -> AsyncIterator[EventSpec | None]:
        self.busy, self.problem = True, ""
        yield
        try:
            await email_proofs.revoke(self._token(), address=client_address(self))
            self.done = True
        except ConferenceError as error:
            self.problem = error_text(error)
        finally:
            self.busy = False

    def _token(self) -> str:
        return self.router.url.path.rstrip("/").rsplit("/", 1)[-1][:100]


def _onwards() -> rx.Component:
    return rx.cond(
        SessionState.signed_in,
        link_button(_("My meetings"), localized_path("/dashboard"), extra="w-full"),
        link_button(_("Sign in"), localized_path("/sign-in"), extra="w-full"),
    )


def _step(title: str, text: str, action: rx.Component, done_title: str, done_text: str) -> rx.Component:
    state = MailedLinkState
    return narrow_frame(
        rx.cond(
            state.done,
            rx.el.div(
                rx.el.h1(done_title, class_name="text-[2rem]"),
                rx.el.p(done_text, class_name="text-ink-muted mt-3 mb-8"),
                _onwards(),
                role="status",
            ),
            rx.el.div(
                rx.el.h1(title, class_name="text-[2rem]"),
                rx.el.p(text, class_name="text-ink-muted mt-3 mb-8"),
                rx.cond(
                    state.problem, rx.el.div(banner(state.problem, "danger"), role="alert", class_name="mb-5"), None
                ),
                action,
            ),
        )
    )


@page("/verify/[token]", title=n_("Confirm your e-mail address"), on_load=MailedLinkState.load)
def verify() -> rx.Component:
    state = MailedLinkState
    return _step(
        _("Confirm your e-mail address"),
        _("You came here by the link in our mail. One press and the address is yours."),
        button(_("Confirm my address"), busy=state.busy, on_click=state.confirm, extra="w-full"),
        _("Your address is confirmed."),
        _("From now on you sign in with it, and mails about your meetings go there."),
    )


@page("/revoke/[token]", title=n_("Take the change back"), on_load=MailedLinkState.load)
def revoke() -> rx.Component:
    state = MailedLinkState
    return _step(
        _("Take the change back"),
        _("Your account gets this e-mail address back, every device is signed out, and the password stops working."),
        button(_("Take the change back"), kind="danger", busy=state.busy, on_click=state.revoke, extra="w-full"),
        _("The address is yours again."),
        _("A mail with a link to choose a new password is on its way to you."),
    )
