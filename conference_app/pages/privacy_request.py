"""The privacy center without an account: ask for a link to one's address, and what the link shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import reflex as rx

from conference_app.components.buttons import button, link_button, submit_button, text_link
from conference_app.components.fields import text_field
from conference_app.components.forms import FormState, checked_form, typed
from conference_app.components.notices import NoticeState
from conference_app.components.page_frame import narrow_frame, visitor_frame
from conference_app.components.page_registry import page
from conference_app.components.privacy_letter import (
    LetterState,
    choice,
    fact_list,
    letter,
    object_choice,
    restrict_choice,
    waiting,
)
from conference_app.components.slots import slotted
from conference_app.components.surfaces import banner, dialog, empty_state
from conference_app.config import settings
from conference_app.errors import ConferenceError, NotFound
from conference_app.services import erasure, export, personal_view, privacy_links, privacy_requests, privacy_state
from conference_app.services.personal_rows import Person
from conference_app.session import client_address, page_language, public
from conference_app.texts import _, localized_path, n_

_FOLLOWED_S = 180
"""How long a page follows a copy that is being made."""


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
        try:
            await privacy_links.ask(typed(form, "email", 400), address=client_address(self))
            self.is_sent = True
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False


class GuestCenterState(LetterState, rx.State):
    """What the holder of a link sees. Every handler reads the link of the page's address anew."""

    account_erase_when: str = ""

    def _token(self) -> str:
        return self.router.url.path.rstrip("/").rsplit("/", 1)[-1]

    def _me(self) -> Person | None:
        """Who holds the link; None, and the page says so, when it is no good."""
        try:
            return privacy_links.person_of(self._token())
        except NotFound:
            self.missing = True
            return None

    async def _show_all(self, me: Person) -> None:
        await self._show(me)
        due = await erasure.account_to_be_erased(me.email_keys[0])
        self.account_erase_when = personal_view.moment(due) if due else ""
        self.copy_path = f"/privacy-export/{self.copy_id}/{self._token()}"

    @rx.event
    @public
    async def load(self) -> object:
        self._reset_form()
        self.missing = self.is_erasing = self.working = self.loaded = False
        self.known = []
        if (me := self._me()) is None:
            return None
        await self._show_all(me)
        return GuestCenterState.follow if self.copy_state in ("waiting", "running") else None

    @rx.event
    @public
    async def make_copy(self) -> object:
        if (me := self._me()) is None:
            return None
        try:
            await export.ask(me, page_language(self))
        except ConferenceError as error:
            self._refuse(error)
            return None
        await self._show_copy(me)
        self.copy_path = f"/privacy-export/{self.copy_id}/{self._token()}"
        return GuestCenterState.follow

    @rx.event(background=True)
    @public
    async def follow(self) -> None:
        for _second in range(_FOLLOWED_S):
            await asyncio.sleep(1)
            async with self:
                me = self._me()
                if me is None or not await self._show_copy(me):
                    return

    @rx.event
    @public
    async def restrict(self) -> None:
        await self._restrict(True)

    @rx.event
    @public
    async def free(self) -> None:
        await self._restrict(False)

    async def _restrict(self, restricted: bool) -> None:
        if (me := self._me()) is None:
            return
        await privacy_state.set_restricted(me, restricted)
        await self._show_state(me)

    @rx.event
    @public
    async def object_to_all(self) -> None:
        if (me := self._me()) is None:
            return
        await privacy_requests.object_to_all(me, page="privacy_center")
        await self._show_state(me)
        (await self.get_state(NoticeState)).say(_("Every use beyond the service has ended."))

    @rx.event
    @public
    async def ask_erase(self) -> None:
        if (me := self._me()) is None:
            return
        await self._show_preview(me)
        self.is_erasing = True

    @rx.event
    @public
    async def stay(self) -> None:
        self.is_erasing = False

    @rx.event
    @public
    async def erase(self) -> None:
        if (me := self._me()) is None:
            return
        due = personal_view.moment(await erasure.ask_by_link(me))
        self.is_erasing = False
        await self._show_state(me)
        (await self.get_state(NoticeState)).say(
            _("Your data is erased on {when}. You can take it back until then.", when=due)
        )

    @rx.event
    @public
    async def keep(self) -> None:
        if (me := self._me()) is None:
            return
        await erasure.undo(me)
        await self._show_all(me)
        (await self.get_state(NoticeState)).say(_("Nothing is erased."))


@page(
    "/privacy-request",
    title=n_("What is kept about you"),
    description=n_("See, correct and erase what {brand} keeps about your e-mail address, without an account."),
    on_load=PrivacyRequestState.load,
    is_listed=True,
)
def privacy_request() -> rx.Component:
    state = PrivacyRequestState
    form = checked_form(
        state,
        text_field(
            _("E-mail"),
            "email",
            error=state.errors["email"],
            help_text=_("We use it to find what we keep, and to send you the link. It is not stored."),
            type="email",
            auto_complete="email",
            max_length=254,
        ),
        submit_button(_("Send me the link"), busy=state.busy, extra="w-full"),
        on_submit=state.submit,
    )
    sent = rx.el.div(
        banner(
            _("If we keep anything about this address, a mail with a link is on its way. It works for 24 hours."), "ok"
        ),
        role="status",
    )
    return narrow_frame(
        rx.el.h1(_("What is kept about you"), class_name="text-[2rem]"),
        rx.el.p(
            _(
                "You took part in a meeting, or get mails, and have no account? A link shows what we keep, and lets you take or erase it."
            ),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        rx.cond(state.is_sent, sent, form),
        rx.el.p(
            _("You have an account?"),
            " ",
            text_link(_("Open your privacy center"), localized_path("/privacy-center")),
            class_name="text-sm text-ink-muted mt-8",
        ),
    )


def _banners() -> rx.Component:
    state = GuestCenterState
    own = banner(
        slotted(_("Everything below is erased on {when}."), when=state.erase_when),
        "warn",
        button(_("Keep my data"), size="small", on_click=state.keep),
    )
    account = banner(
        slotted(_("Your account is erased on {when}."), when=state.account_erase_when),
        "warn",
        button(_("Keep my account"), size="small", on_click=state.keep),
    )
    return rx.el.div(
        rx.cond(state.erase_when, own),
        rx.cond(state.account_erase_when, account),
        class_name="mt-6 grid gap-3 empty:hidden",
    )


def _dialog() -> rx.Component:
    state = GuestCenterState
    body = rx.el.div(
        rx.el.p(_("This goes, with its copies, after {days} days:", days=settings().erasure_days)),
        fact_list(state.goes),
        rx.cond(
            rx.Var.create(state.stays).length() > 0,
            rx.el.div(
                rx.el.p(_("This stays, and no longer leads to you:"), class_name="mt-3"),
                fact_list(state.stays),
            ),
        ),
        class_name="max-h-[60vh] overflow-y-auto",
    )
    return dialog(
        _("Erase everything?"),
        body,
        button(_("Keep it"), kind="secondary", on_click=state.stay),
        button(_("Erase my data"), kind="danger", on_click=state.erase),
        is_open=state.is_erasing,
        on_dismiss=state.stay,
    )


def _letter() -> rx.Component:
    state = GuestCenterState
    brand = settings().brand_name
    nothing = rx.el.p(_("We keep nothing about your address."), class_name="text-lg mt-6")
    return rx.fragment(
        letter(
            state,
            intro=[
                rx.el.p(
                    _(
                        "This is all that {brand} knows about your e-mail address. What belongs to an account shows after signing in.",
                        brand=brand,
                    ),
                    class_name="text-ink-muted text-lg leading-8 mt-4 max-w-reading",
                ),
                _banners(),
                rx.cond(rx.Var.create(state.known).length() == 0, nothing),
            ],
            choices=[restrict_choice(state, state.restrict, state.free), object_choice(state.object_to_all)],
            leave=[
                choice(
                    _("Erase everything"),
                    _(
                        "All that is kept about your address. You have {days} days to change your mind.",
                        days=settings().erasure_days,
                    ),
                    button(_("Erase my data"), kind="danger", size="small", on_click=state.ask_erase),
                )
            ],
            correct=rx.el.p(
                text_link(_("Something is wrong? Write to us"), localized_path("/contact")), class_name="text-sm"
            ),
            on_make=state.make_copy,
        ),
        _dialog(),
    )


@page("/privacy-center/[token]", title=n_("Privacy center"), on_load=GuestCenterState.load)
def guest_center() -> rx.Component:
    state = GuestCenterState
    missing = rx.fragment(
        rx.el.h1(_("This link no longer works"), class_name="sr-only"),
        empty_state(
            "link-2-off",
            _("This link no longer works."),
            _("It is over, or was cut short. Ask for a new one: it takes a minute."),
            link_button(_("Ask for a new link"), localized_path("/privacy-request")),
        ),
    )
    loading = rx.fragment(rx.el.h1(_("Your data"), class_name="sr-only"), waiting())
    return visitor_frame(
        rx.el.div(
            rx.cond(state.missing, missing, rx.cond(state.loaded, _letter(), loading)),
            class_name="max-w-4xl mx-auto px-4 sm:px-6 py-10",
        )
    )
