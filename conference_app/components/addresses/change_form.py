"""The form by which somebody without an account has what we keep moved to another e-mail address."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx

from conference_app.components.kit.buttons import button, submit_button
from conference_app.components.kit.fields import text_field
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import banner, card
from conference_app.errors import NotFound
from conference_app.services.addresses import changes, holder_details
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import center_links
from conference_app.session import path_end, public
from conference_app.texts import _


class GuestAddressState(FormState, rx.State):
    """The address we know the holder of the link by, and the one that is to take its place."""

    email: str = ""
    waiting: str = ""
    """The new address that was sent a link."""
    is_open: bool = False

    def _me(self) -> DataOwner | None:
        try:
            return center_links.person_of(path_end(self))
        except NotFound:
            return None  # the page says so

    async def _read(self, me: DataOwner) -> None:
        self.email = (await holder_details.held(me)).email
        self.waiting = await changes.waiting(me)

    @rx.event
    @public
    async def load(self) -> None:
        self._reset_form()
        self.email, self.waiting, self.is_open = "", "", False
        if me := self._me():
            await self._read(me)

    @rx.event
    @public
    async def open(self) -> rx.event.EventSpec:
        self._reset_form()
        self.is_open = True
        return rx.set_focus("new_email")

    @rx.event
    @public
    async def close(self) -> None:
        self._reset_form()
        self.is_open = False

    @rx.event
    @public
    async def ask(self, form: dict[str, object]) -> AsyncIterator[None]:
        if (me := self._me()) is None:
            return
        self._begin()
        yield
        with self._refusing():
            await changes.ask(me, typed(form, "new_email"))
            self.is_open = False
        await self._read(me)

    @rx.event
    @public
    async def drop(self) -> None:
        if me := self._me():
            await changes.drop(me)
            await self._read(me)


def _form() -> rx.Component:
    state = GuestAddressState
    return checked_form(
        state,
        text_field(
            _("New e-mail address"),
            "new_email",
            error=state.errors["email"],
            help_text=_("We'll send a link there. Nothing changes until it is used, and this address can undo it."),
            type="email",
            auto_complete="email",
            max_length=254,
        ),
        rx.el.div(
            submit_button(_("Send the link"), busy=state.busy),
            button(_("Cancel"), kind="quiet", on_click=state.close),
            class_name="flex flex-wrap gap-3",
        ),
        on_submit=state.ask,
        id="new-address",
    )


def guest_address_card() -> rx.Component:
    """Shown where we know an address by more than its hash."""
    state = GuestAddressState
    waiting = banner(
        slotted(_("We have sent a link to {email}. It works for 24 hours."), email=rx.el.strong(state.waiting)),
        "accent",
        button(_("Do not change it"), kind="secondary", size="small", on_click=state.drop),
    )
    shown = card(
        rx.el.h3(_("Your e-mail address"), class_name="text-base font-medium tracking-normal"),
        rx.el.div(
            rx.el.p(state.email, class_name="text-ink-muted wrap-anywhere grow"),
            rx.cond(
                state.is_open,
                rx.fragment(),
                button(_("Change this address"), kind="secondary", size="small", on_click=state.open),
            ),
            class_name="flex flex-wrap items-center gap-3",
        ),
        rx.el.div(rx.cond(state.waiting, waiting), role="status", class_name="empty:hidden"),
        rx.cond(state.is_open, _form()),
        extra="p-5 grid gap-4",
    )
    return rx.cond(state.email, shown)
