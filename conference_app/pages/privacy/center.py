"""The privacy center of somebody with an account."""

from __future__ import annotations

from collections.abc import AsyncIterator

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.app_frame import app_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, link_button, text_link
from conference_app.components.kit.forms import typed
from conference_app.components.kit.surfaces import banner
from conference_app.components.privacy.choices import (
    choice,
    erase_choice,
    erase_question,
    object_choice,
    restrict_choice,
    review_card,
)
from conference_app.components.privacy.keep_data import planned_words
from conference_app.components.privacy.overview import overview, waiting
from conference_app.components.privacy.overview_state import OverviewState
from conference_app.components.sign_in.password_question import password_question
from conference_app.config import settings
from conference_app.errors import ConferenceError
from conference_app.purposes import OPPOSABLE, PURPOSES
from conference_app.services.consent import person_state
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import deactivation, erasure_requests
from conference_app.session import before_acceptance, client_address, require_account
from conference_app.texts import _, error_text, localized_path, n_


class PrivacyCenterState(OverviewState, rx.State):
    """What the signed-in person's privacy center shows."""

    review_due: bool = False
    is_deactivating: bool = False

    async def _me(self) -> DataOwner:
        return await personal_rows.require_account((await require_account(self)).account_id)

    @rx.event
    @before_acceptance
    async def load(self) -> None:
        self._reset_form()
        self.is_erasing = self.is_deactivating = self.working = False
        me = await self._me()
        await self._show(me)
        self.review_due = await person_state.review_is_due(me.account_id)

    @rx.event
    @before_acceptance
    async def make_copy(self) -> None:
        await self._make_copy(await self._me())

    @rx.event
    @before_acceptance
    async def look(self) -> None:
        await self._show_copy(await self._me())

    @rx.event
    @before_acceptance
    async def restrict(self) -> None:
        await self._restrict(await self._me(), True)

    @rx.event
    @before_acceptance
    async def free(self) -> None:
        await self._restrict(await self._me(), False)

    @rx.event
    @before_acceptance
    async def object_to_all(self) -> None:
        await self._object(await self._me())

    @rx.event
    @before_acceptance
    async def stop_objecting(self) -> None:
        await self._stop_objecting(await self._me())

    @rx.event
    @before_acceptance
    async def all_is_right(self) -> None:
        me = await self._me()
        await person_state.reviewed(me.account_id)
        self.review_due = False
        await self._say(_("Thank you. We ask again in some months."))

    @rx.event
    @before_acceptance
    async def ask_erase(self) -> None:
        self._reset_form()
        await self._show_preview(await self._me())
        self.is_erasing = True

    @rx.event
    @before_acceptance
    async def ask_deactivation(self) -> None:
        self._reset_form()
        self.is_deactivating = True

    @rx.event
    @before_acceptance
    async def stay(self) -> None:
        self.is_erasing = self.is_deactivating = False
        self._reset_form()

    @rx.event
    @before_acceptance
    async def erase(self, form: dict[str, object]) -> AsyncIterator[None]:
        me = await self._me()
        self._begin()
        yield
        with self._refusing():
            await erasure_requests.ask(me.account_id, typed(form, "password", 5000), address=client_address(self))
            await self._say_when_erased(me)

    @rx.event
    @before_acceptance
    async def deactivate(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        me = await self._me()
        self._begin()
        yield
        with self._refusing():
            await deactivation.deactivate(me.account_id, typed(form, "password", 5000), address=client_address(self))
            self.is_deactivating = False
            yield rx.redirect(localized_path("/sign-in"))

    @rx.event
    @before_acceptance
    async def go_on(self) -> None:
        me = await self._me()
        self.working = True
        try:
            await deactivation.reactivate(me.account_id)
        except ConferenceError as error:
            self.problem = error_text(error)
        finally:
            self.working = False
        await self._show_state(me)
        await self._say(_("Your account works again. Nothing is lost."))


def _go_on() -> rx.Component:
    state = PrivacyCenterState
    label = rx.cond(state.planned.at, _("Keep my data"), _("Use my account again"))
    return button(label, size="small", busy=state.working, on_click=state.go_on)


def _rest_banner() -> rx.Component:
    state = PrivacyCenterState
    return rx.cond(
        state.is_deactivated,
        banner(
            rx.cond(
                state.planned.at,
                planned_words(
                    state.planned,
                    _("Everything below is erased on {when}. Until then your meetings let nobody in."),
                    _(
                        "Everything below is erased once the legal hold on it ends, and not before {when}. Until then your meetings let nobody in."
                    ),
                ),
                _("Your account is paused: your meetings let nobody in, and you get only necessary e-mails."),
            ),
            "warn",
            _go_on(),
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
        review_card(PrivacyCenterState.review_due, PrivacyCenterState.all_is_right),
    ]


def _choices() -> list[rx.Component]:
    state = PrivacyCenterState
    uses = [_(PURPOSES[name].reason) for name in OPPOSABLE]
    return [
        choice(
            _("Choose which e-mails you get"),
            _("Newsletters and offers come only if you asked for them. Each stops at once."),
            link_button(_("E-mail preferences"), localized_path("/preferences"), kind="secondary", size="small"),
        ),
        restrict_choice(state, state.restrict, state.free),
        object_choice(state, state.object_to_all, state.stop_objecting, uses=uses),
        choice(
            _("Ask for something else"),
            _("Write to us. It becomes a request with a number, answered within 30 days."),
            link_button(_("Contact"), localized_path("/contact"), kind="secondary", size="small"),
        ),
    ]


def _leave() -> list[rx.Component]:
    state = PrivacyCenterState
    return [
        rx.cond(
            state.is_deactivated,
            rx.fragment(),
            choice(
                _("Pause your account"),
                _(
                    "You are signed out everywhere and your meeting links stop working. Sign in again to go on; nothing is lost."
                ),
                button(_("Pause my account"), kind="secondary", size="small", on_click=state.ask_deactivation),
            ),
        ),
        erase_choice(
            state,
            _(
                "Your account, your meetings and all that belongs to them. You have {days} days to change your mind.",
                days=settings().erasure_days,
            ),
            state.ask_erase,
            _go_on(),
        ),
    ]


def _questions() -> rx.Component:
    state = PrivacyCenterState
    pause = rx.el.p(
        _("Your meeting links stop working and you are signed out everywhere. Sign in again whenever you like.")
    )
    return rx.fragment(
        password_question(
            state,
            _("Erase everything?"),
            erase_question(state),
            _("Erase my data"),
            kind="danger",
            is_open=state.is_erasing,
            on_submit=state.erase,
            on_keep=state.stay,
            long=_("What would be erased"),
        ),
        password_question(
            state,
            _("Pause your account?"),
            pause,
            _("Pause my account"),
            kind="primary",
            is_open=state.is_deactivating,
            on_submit=state.deactivate,
            on_keep=state.stay,
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
                overview(
                    state,
                    intro=_intro(),
                    choices=_choices(),
                    leave=_leave(),
                    correct=correct,
                    on_make=state.make_copy,
                    on_look=state.look,
                ),
                _questions(),
            ),
            rx.fragment(rx.el.h1(_("Your data"), class_name="sr-only"), waiting()),
        ),
        current="/privacy-center",
    )
