"""The way into the privacy center without an account: ask for a link to one's address."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx

from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import submit_button, text_link
from conference_app.components.kit.fields import email_field
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.surfaces import banner
from conference_app.services.privacy import center_links
from conference_app.session import client_address, public
from conference_app.texts import _, localized_path, n_


class PrivacyRequestState(FormState, rx.State):
    """The form that asks for a link."""

    is_sent: bool = False

    @rx.event
    @public
    async def load(self) -> None:
        self._reset_form()
        self.is_sent = False

    @rx.event
    @public
    async def submit(self, form: dict[str, object]) -> AsyncIterator[None]:
        self._begin()
        yield
        with self._refusing():
            await center_links.ask(typed(form, "email", 400), address=client_address(self))
            self.is_sent = True


@page(
    "/privacy-request",
    title=n_("What we keep about you"),
    description=n_("See, correct and erase what {brand} keeps about your e-mail address, without an account."),
    on_load=PrivacyRequestState.load,
    is_listed=True,
)
def privacy_request() -> rx.Component:
    state = PrivacyRequestState
    form = checked_form(
        state,
        email_field(
            error=state.errors["email"],
            help_text=_("We use it to find what we keep, and to send you the link. It is not stored."),
        ),
        submit_button(_("Send me the link"), busy=state.busy, extra="w-full"),
        on_submit=state.submit,
    )
    sent = rx.el.div(
        banner(
            _(
                "If we keep anything about this address, an e-mail with a link is on its way. The link works for 24 hours."
            ),
            "ok",
        ),
        role="status",
    )
    return narrow_frame(
        rx.el.h1(_("What we keep about you")),
        rx.el.p(
            _(
                "You took part in a meeting or get our e-mails, but have no account? A link shows what we keep, and lets you take or erase it."
            ),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        # What an earlier visit left must not take the form away, with what is typed, until `load` has been there.
        rx.cond(rx.State.is_hydrated & state.is_sent, sent, form),
        rx.el.p(
            _("Already have an account?"),
            " ",
            text_link(_("Open your privacy center"), localized_path("/privacy-center")),
            class_name="text-sm text-ink-muted mt-8",
        ),
    )
