"""Whom to write to, by which way, and a form that does it from here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.page_frame import NEEDS_SCRIPT, visitor_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import submit_button
from conference_app.components.kit.fields import email_field, text_area, text_field
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.plain_elements import plain_link
from conference_app.components.kit.surfaces import card
from conference_app.config import settings
from conference_app.services.accounts import profiles
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.session import client_address, public, signed_in
from conference_app.texts import _, current_language, n_


class ContactState(FormState, rx.State):
    """What the contact form shows."""

    is_sent: bool = False
    name: str = ""
    """What is filled in of somebody signed in; they may write it otherwise."""
    email: str = ""

    @rx.event
    @public
    async def load(self) -> None:
        self._reset_form()
        self.is_sent, self.name, self.email = False, "", ""
        if (caller := signed_in()) and not caller.must_accept:
            known = (await profiles.get(caller.account_id)).values
            self.name = f"{known['first_name']} {known['last_name']}"[: threads.NAME_LENGTH]
            self.email = known["email"]

    @rx.event
    @public
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        self._begin()
        yield
        written = ContactForm(
            typed(form, "name"), typed(form, "email"), typed(form, "message", threads.MESSAGE_LENGTH + 1)
        )
        with self._refusing():
            await threads.write(written, language=current_language(), address=client_address(self))
            self.is_sent = True
            yield rx.set_focus("sent")


def _way(label: str, *lines: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="text-sm font-medium text-ink-muted"),
        *[rx.el.dd(line, class_name="text-ink wrap-anywhere") for line in lines],
        class_name="grid gap-1",
    )


def _ways() -> rx.Component:
    controller = settings().controller
    phone = "".join(sign for sign in controller.phone if sign in "+0123456789")
    return rx.el.dl(
        _way(_("E-mail"), plain_link(controller.email, f"mailto:{controller.email}")),
        _way(_("Phone"), plain_link(controller.phone, f"tel:{phone}")),
        _way(_("Post"), rx.el.span(controller.name), rx.el.span(controller.address)),
        class_name="grid gap-5",
    )


def _form() -> rx.Component:
    state, errors = ContactState, ContactState.errors
    # Name and address have keys: what is filled in arrives after the page, and only these two are drawn anew for it.
    return checked_form(
        state,
        text_field(
            _("Name"),
            "name",
            error=errors["name"],
            optional=True,
            auto_complete="name",
            max_length=threads.NAME_LENGTH,
            default_value=state.name,
            key=state.name,
        ),
        email_field(
            error=errors["email"],
            help_text=_("To answer you, and for nothing else. It never goes on a mailing list."),
            default_value=state.email,
            key=state.email,
        ),
        text_area(_("Message"), "message", error=errors["message"], max_length=threads.MESSAGE_LENGTH, rows="7"),
        submit_button(_("Send message"), busy=ContactState.busy),
        on_submit=ContactState.submit,
    )


def _sent() -> rx.Component:
    return rx.el.div(
        rx.el.h2(_("Thank you. Your message has arrived."), class_name="text-xl"),
        rx.el.p(
            _(
                "A person reads it and answers by e-mail. Requests about your data are done within 30 days; when you are signed in, you see them in your privacy center."
            ),
            class_name="text-ink-muted mt-2",
        ),
        id="sent",
        tab_index=-1,
        role="status",
        class_name="outline-none",
    )


@page(
    "/contact",
    title=n_("Contact"),
    description=n_("Whom to write to about {brand}."),
    on_load=ContactState.load,
    is_listed=True,
)
def contact_page() -> rx.Component:
    return visitor_frame(
        rx.el.div(
            rx.el.div(
                rx.el.h1(_("Contact")),
                rx.el.p(
                    _(
                        "Questions about privacy, your data or the service go to the people who run this server. Write here, or reach us in any of these ways."
                    ),
                    class_name="text-ink-muted mt-3 mb-8",
                ),
                _ways(),
                rx.el.p(
                    _(
                        "When you report a mistake, add the incident number you were shown: it leads to the entry in the server's log."
                    ),
                    class_name="text-sm text-ink-faint mt-8",
                ),
            ),
            card(rx.cond(ContactState.is_sent, _sent(), _form()), extra="p-5 sm:p-6"),
            class_name="grid gap-10 md:grid-cols-2 items-start max-w-4xl mx-auto px-4 py-12 sm:py-16",
        ),
        extra=NEEDS_SCRIPT,
    )
