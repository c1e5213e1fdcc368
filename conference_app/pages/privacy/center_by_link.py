"""The privacy center without an account: what the holder of a link to an address sees and can do."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx

from conference_app.components.addresses.change_form import GuestAddressState, guest_address_card
from conference_app.components.addresses.details_form import guest_details_form
from conference_app.components.frame.page_frame import visitor_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, link_button
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.forms import typed
from conference_app.components.kit.surfaces import empty_state
from conference_app.components.kit.times import instant
from conference_app.components.kit.unbroken import unbroken
from conference_app.components.kit.vars import count
from conference_app.components.privacy.choices import erase_choice, erase_question, object_choice, restrict_choice
from conference_app.components.privacy.keep_data import Planned, keep_banners, keep_page, planned_for
from conference_app.components.privacy.overview import overview, waiting
from conference_app.components.privacy.overview_state import OverviewState
from conference_app.config import settings
from conference_app.errors import NotFound
from conference_app.services.addresses import holder_details
from conference_app.services.addresses.holder_details import GuestDetails
from conference_app.services.consent import person_state
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import center_links, erasure_requests
from conference_app.session import path_end, public
from conference_app.texts import _, localized_path, n_


class GuestCenterState(OverviewState, rx.State):
    """What the holder of a link sees. Every handler reads the link of the page's address anew."""

    account_planned: Planned = Planned()
    only_keeps: bool = False
    """Whether the link takes an erasure back and shows nothing."""
    details: GuestDetails = GuestDetails()
    details_key: int = 0
    """Grows each time the details are read, so that the form shows them anew."""

    def _token(self) -> str:
        return path_end(self)

    def _me(self) -> DataOwner | None:
        """Who holds the link; None, and the page says so, when it is no good."""
        try:
            return center_links.person_of(self._token())
        except NotFound:
            self.missing = True
            return None

    def _keeper(self) -> DataOwner | None:
        """The same for the one thing that a link of an erasure's overview may do."""
        try:
            keeper, self.only_keeps = center_links.keeper_of(self._token())
        except NotFound:
            self.missing = True
            return None
        return keeper

    def _key_of_copy(self) -> str:
        return f"/{self._token()}"

    async def _show_all(self, me: DataOwner) -> None:
        await self._show(me)
        await self._show_erasures(me)
        self.details, self.details_key = await holder_details.held(me), self.details_key + 1

    async def _show_erasures(self, me: DataOwner) -> None:
        own = await person_state.read(me)
        due, is_held = await erasure_requests.account_to_be_erased(me.email_keys[0])
        self.planned = planned_for(own)
        self.account_planned = Planned(instant(due), is_held)
        self.loaded = True

    @rx.event
    @public
    async def load(self) -> None:
        self._reset_form()
        self.missing = self.is_erasing = self.working = self.loaded = False
        self.known = []
        if me := self._keeper():
            await (self._show_erasures(me) if self.only_keeps else self._show_all(me))

    @rx.event
    @public
    async def make_copy(self) -> None:
        if me := self._me():
            await self._make_copy(me)

    @rx.event
    @public
    async def look(self) -> None:
        if me := self._me():
            await self._show_copy(me)

    @rx.event
    @public
    async def correct(self, form: dict[str, object]) -> AsyncIterator[None]:
        if (me := self._me()) is None:
            return
        self._begin()
        yield
        with self._refusing():
            await holder_details.correct(me, name=typed(form, "name", 400), language=typed(form, "language", 10))
            await self._show_all(me)
            await self._say(_("Your changes are saved."))

    @rx.event
    @public
    async def restrict(self) -> None:
        if me := self._me():
            await self._restrict(me, True)

    @rx.event
    @public
    async def free(self) -> None:
        if me := self._me():
            await self._restrict(me, False)

    @rx.event
    @public
    async def object_to_all(self) -> None:
        if me := self._me():
            await self._object(me)

    @rx.event
    @public
    async def stop_objecting(self) -> None:
        if me := self._me():
            await self._stop_objecting(me)

    @rx.event
    @public
    async def ask_erase(self) -> None:
        if me := self._me():
            await self._show_preview(me)
            self.is_erasing = True

    @rx.event
    @public
    async def stay(self) -> None:
        self.is_erasing = False

    @rx.event
    @public
    async def erase(self) -> None:
        if me := self._me():
            await erasure_requests.ask_by_link(me)
            await self._say_when_erased(me)

    @rx.event
    @public
    async def keep(self) -> None:
        if me := self._keeper():
            await erasure_requests.undo(me)
            await (self._show_erasures(me) if self.only_keeps else self._show_all(me))
            await self._say(_("Nothing is erased."))


def _dialog() -> rx.Component:
    state = GuestCenterState
    return dialog(
        _("Erase everything?"),
        erase_question(state),
        button(_("Keep it"), kind="secondary", on_click=state.stay),
        button(_("Erase my data"), kind="danger", on_click=state.erase),
        is_open=state.is_erasing,
        on_dismiss=state.stay,
        long=_("What would be erased"),
    )


def _overview() -> rx.Component:
    state = GuestCenterState
    brand = settings().brand_name
    nothing = rx.el.p(_("We keep nothing about your address."), class_name="text-lg mt-6")
    return rx.fragment(
        overview(
            state,
            intro=[
                rx.el.p(
                    unbroken(
                        _(
                            "This is all that {brand} knows about your e-mail address. What belongs to an account shows after signing in.",
                            brand=brand,
                        )
                    ),
                    class_name="text-ink-muted text-lg leading-8 mt-4 max-w-reading",
                ),
                keep_banners(state.planned, state.account_planned, state.keep),
                rx.cond(count(state.known) == 0, nothing),
            ],
            choices=[
                restrict_choice(state, state.restrict, state.free),
                object_choice(state, state.object_to_all, state.stop_objecting),
            ],
            leave=[
                erase_choice(
                    state,
                    _(
                        "All that is kept about your address. You have {days} days to change your mind.",
                        days=settings().erasure_days,
                    ),
                    state.ask_erase,
                    button(_("Keep my data"), size="small", on_click=state.keep),
                )
            ],
            correct=rx.fragment(
                guest_details_form(state, state.details, state.details_key, state.correct), guest_address_card()
            ),
            on_make=state.make_copy,
            on_look=state.look,
        ),
        _dialog(),
    )


@page("/privacy-center/[token]", title=n_("Privacy center"), on_load=[GuestCenterState.load, GuestAddressState.load])
def guest_center() -> rx.Component:
    state = GuestCenterState
    missing = rx.fragment(
        rx.el.h1(_("This link no longer works"), class_name="sr-only"),
        empty_state(
            "link-2-off",
            _("This link no longer works."),
            _("It has expired, or was cut off. Ask for a new one: it takes a minute."),
            link_button(_("Ask for a new link"), localized_path("/privacy-request")),
        ),
    )
    keeping = keep_page(state.planned, state.account_planned, state.keep)
    loading = rx.fragment(rx.el.h1(_("Your data"), class_name="sr-only"), waiting())
    return visitor_frame(
        rx.el.div(
            rx.cond(
                state.missing, missing, rx.cond(state.loaded, rx.cond(state.only_keeps, keeping, _overview()), loading)
            ),
            class_name="max-w-4xl mx-auto px-4 sm:px-6 py-10",
        )
    )
