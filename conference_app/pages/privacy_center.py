"""The privacy center of somebody with an account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app import database
from conference_app.components.buttons import button, link_button, text_link
from conference_app.components.fields import password_field
from conference_app.components.forms import checked_form, typed
from conference_app.components.notices import NoticeState
from conference_app.components.page_frame import app_frame
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
from conference_app.components.surfaces import banner, card, dialog
from conference_app.config import settings
from conference_app.errors import ConferenceError, NotFound
from conference_app.services import erasure, export, personal_rows, personal_view, privacy_requests, privacy_state
from conference_app.services.personal_rows import Person
from conference_app.session import before_acceptance, client_address, page_language, require_account
from conference_app.texts import _, error_text, localized_path, n_

_FOLLOWED_S = 180
"""How long a page follows a copy that is being made."""


async def _person(account_id: str) -> Person:
    async with database.reading() as db:
        person = await personal_rows.of_account(db, account_id)
    if person is None:
        raise NotFound(n_("This account is not there any more."))
    return person


class PrivacyCenterState(LetterState, rx.State):
    """What the signed-in person's privacy center shows."""

    review_due: bool = False
    is_pausing: bool = False

    async def _me(self) -> Person:
        return await _person((await require_account(self)).account_id)

    @rx.event
    @before_acceptance
    async def load(self) -> object:
        self._reset_form()
        self.is_erasing = self.is_pausing = self.working = False
        me = await self._me()
        await self._show(me)
        self.review_due = await privacy_state.review_is_due(me.account_id)
        self.copy_path = f"/privacy-export/{self.copy_id}"
        return PrivacyCenterState.follow if self.copy_state in ("waiting", "running") else None

    @rx.event
    @before_acceptance
    async def make_copy(self) -> object:
        me = await self._me()
        try:
            await export.ask(me, page_language(self))
        except ConferenceError as error:
            self._refuse(error)
            return None
        await self._show_copy(me)
        self.copy_path = f"/privacy-export/{self.copy_id}"
        return PrivacyCenterState.follow

    @rx.event(background=True)
    @before_acceptance
    async def follow(self) -> None:
        for _second in range(_FOLLOWED_S):
            await asyncio.sleep(1)
            async with self:
                if not await self._show_copy(await self._me()):
                    return

    @rx.event
    @before_acceptance
    async def restrict(self) -> None:
        await self._restrict(True)

    @rx.event
    @before_acceptance
    async def free(self) -> None:
        await self._restrict(False)

    async def _restrict(self, restricted: bool) -> None:
        me = await self._me()
        await privacy_state.set_restricted(me, restricted)
        await self._show_state(me)

    @rx.event
    @before_acceptance
    async def object_to_all(self) -> None:
        me = await self._me()
        await privacy_requests.object_to_all(me, page="privacy_center")
        await self._show_state(me)
        (await self.get_state(NoticeState)).say(_("Every use beyond the service has ended."))

    @rx.event
    @before_acceptance
    async def all_is_right(self) -> None:
        me = await self._me()
        await privacy_state.reviewed(me.account_id)
        self.review_due = False
        (await self.get_state(NoticeState)).say(_("Thank you. We ask again in some months."))

    @rx.event
    @before_acceptance
    async def ask_erase(self) -> None:
        self._reset_form()
        await self._show_preview(await self._me())
        self.is_erasing = True

    @rx.event
    @before_acceptance
    async def ask_pause(self) -> None:
        self._reset_form()
        self.is_pausing = True

    @rx.event
    @before_acceptance
    async def stay(self) -> None:
        self.is_erasing = self.is_pausing = False
        self._reset_form()

    @rx.event
    @before_acceptance
    async def erase(self, form: dict[str, object]) -> AsyncIterator[None]:
        me = await self._me()
        self._begin()
        yield
        try:
            due = await erasure.ask(me.account_id, typed(form, "password", 5000), address=client_address(self))
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        self.is_erasing = False
        await self._show_state(me)
        when = personal_view.moment(due)
        (await self.get_state(NoticeState)).say(
            _("Your data is erased on {when}. You can take it back until then.", when=when)
        )

    @rx.event
    @before_acceptance
    async def pause(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        me = await self._me()
        self._begin()
        yield
        try:
            await erasure.deactivate(me.account_id, typed(form, "password", 5000), address=client_address(self))
        except ConferenceError as error:
            self._refuse(error)
            return
        finally:
            self.busy = False
        self.is_pausing = False
        yield rx.redirect(localized_path("/sign-in"))

    @rx.event
    @before_acceptance
    async def go_on(self) -> None:
        me = await self._me()
        self.working = True
        try:
            await erasure.reactivate(me.account_id)
        except ConferenceError as error:
            self.problem = error_text(error)
        finally:
            self.working = False
        await self._show_state(me)
        (await self.get_state(NoticeState)).say(_("Your account works again. Nothing is lost."))


def _rest_banner() -> rx.Component:
    state = PrivacyCenterState
    go_on = button(
        rx.cond(state.erase_when, _("Keep my data"), _("Use my account again")),
        size="small",
        busy=state.working,
        on_click=state.go_on,
    )
    return rx.cond(
        state.is_paused,
        banner(
            rx.cond(
                state.erase_when,
                slotted(
                    _("Everything below is erased on {when}. Until then your meetings let nobody in."),
                    when=state.erase_when,
                ),
                _("Your account rests: your meetings let nobody in, and you get no mails but necessary ones."),
            ),
            "warn",
            go_on,
        ),
    )


def _review() -> rx.Component:
    return rx.cond(
        PrivacyCenterState.review_due,
        card(
            rx.el.div(
                rx.el.h2(_("Is this still right?"), class_name="text-base font-medium tracking-normal"),
                rx.el.p(
                    _(
                        "It is a while since you looked. See below whether your name, address and the rest are still right."
                    ),
                    class_name="text-sm text-ink-muted mt-1",
                ),
                class_name="grow",
            ),
            rx.el.div(
                button(_("All is right"), size="small", on_click=PrivacyCenterState.all_is_right),
                link_button(_("Change something"), localized_path("/account"), kind="secondary", size="small"),
                button(_("Not now"), kind="quiet", size="small", on_click=PrivacyCenterState.all_is_right),
                class_name="flex flex-wrap gap-2",
            ),
            extra="p-5 mt-6 flex flex-col gap-4",
        ),
    )


def _intro() -> list[rx.Component]:
    brand = settings().brand_name
    return [
        rx.el.p(
            _("This is all that {brand} knows about you, and what you can do about it. It is yours.", brand=brand),
            class_name="text-ink-muted text-lg leading-8 mt-4 max-w-reading",
        ),
        rx.el.div(_rest_banner(), class_name="mt-6 empty:hidden"),
        _review(),
    ]


def _choices() -> list[rx.Component]:
    state = PrivacyCenterState
    return [
        choice(
            _("Choose what mail you get"),
            _("Newsletters and offers come only if you asked for them. Each stops at once."),
            link_button(_("Mail preferences"), localized_path("/preferences"), kind="secondary", size="small"),
        ),
        restrict_choice(state, state.restrict, state.free),
        object_choice(state.object_to_all),
        choice(
            _("Ask something else"),
            _("Write to us. It becomes a request with a number, answered within 30 days."),
            link_button(_("Contact"), localized_path("/contact"), kind="secondary", size="small"),
        ),
    ]


def _leave() -> list[rx.Component]:
    state = PrivacyCenterState
    return [
        choice(
            _("Let the account rest"),
            _("You are signed out everywhere and your meeting links stop. Sign in again to go on; nothing is lost."),
            button(_("Deactivate my account"), kind="secondary", size="small", on_click=state.ask_pause),
        ),
        choice(
            _("Erase everything"),
            _(
                "Your account, your meetings and all that belongs to them. You have {days} days to change your mind.",
                days=settings().erasure_days,
            ),
            button(_("Erase my data"), kind="danger", size="small", on_click=state.ask_erase),
        ),
    ]


def _password_form(label: str, on_submit: object, *, kind: str, form_id: str) -> rx.Component:
    state = PrivacyCenterState
    return checked_form(
        state,
        password_field(
            _("Your password"), "password", error=state.errors["password"], auto_complete="current-password"
        ),
        rx.el.div(
            button(_("Keep it"), kind="secondary", on_click=state.stay),
            button(label, kind=kind, busy=state.busy, type="submit"),  # type: ignore[arg-type]
            class_name="flex flex-wrap justify-end gap-2",
        ),
        on_submit=on_submit,
        id=form_id,
    )


def _dialogs() -> rx.Component:
    state = PrivacyCenterState
    erase = rx.el.div(
        rx.el.p(_("This goes, with its copies, after {days} days:", days=settings().erasure_days)),
        fact_list(state.goes),
        rx.cond(
            rx.Var.create(state.stays).length() > 0,
            rx.el.div(
                rx.el.p(_("This stays, and no longer leads to you:"), class_name="mt-3"),
                fact_list(state.stays),
            ),
        ),
        rx.el.div(
            _password_form(_("Erase my data"), state.erase, kind="danger", form_id="erase_form"), class_name="mt-4"
        ),
        class_name="max-h-[70vh] overflow-y-auto",
    )
    pause = rx.el.div(
        rx.el.p(_("Your meeting links stop and you are signed out everywhere. Sign in again whenever you like.")),
        rx.el.div(
            _password_form(_("Deactivate my account"), state.pause, kind="primary", form_id="pause_form"),
            class_name="mt-4",
        ),
    )
    return rx.fragment(
        dialog(
            _("Erase everything?"), rx.cond(state.is_erasing, erase), is_open=state.is_erasing, on_dismiss=state.stay
        ),
        dialog(
            _("Let the account rest?"),
            rx.cond(state.is_pausing, pause),
            is_open=state.is_pausing,
            on_dismiss=state.stay,
        ),
    )


@page("/privacy-center", title=n_("Privacy center"), on_load=PrivacyCenterState.load)
def privacy_center() -> rx.Component:
    state = PrivacyCenterState
    correct = rx.el.p(
        text_link(_("Correct it in your account"), localized_path("/account")), class_name="text-sm text-ink-muted"
    )
    return app_frame(
        rx.cond(
            state.loaded,
            rx.fragment(
                letter(
                    state,
                    intro=_intro(),
                    choices=_choices(),
                    leave=_leave(),
                    correct=correct,
                    on_make=state.make_copy,
                ),
                _dialogs(),
            ),
            rx.fragment(rx.el.h1(_("Your data"), class_name="sr-only"), waiting()),
        ),
        current="/privacy-center",
    )
