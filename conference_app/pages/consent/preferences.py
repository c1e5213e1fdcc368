"""What we may send, and what we may remember: every switch of a person who is signed in.

Open before changed terms are accepted too: what was agreed to is taken back without agreeing to something else.
"""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from conference_app.components.accounts.account_frame import account_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button
from conference_app.components.kit.choices import switch
from conference_app.components.kit.fields import HINT
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.surfaces import banner, card
from conference_app.components.kit.times import date_in_words
from conference_app.errors import ConferenceError
from conference_app.services.consent import ledger, preferences
from conference_app.services.consent.preferences import Choice
from conference_app.session import before_acceptance, require_account
from conference_app.texts import _, error_text, n_

_PAGE = "/preferences"


@dataclass
class Switch:
    """One switch as the page shows it."""

    purpose: str = ""
    title: str = ""
    words: str = ""
    until: str = ""
    is_on: bool = False


def _switch_of(choice: Choice) -> Switch:
    until = _("Ends automatically on {day}.", day=date_in_words(choice.until.date())) if choice.until else ""
    return Switch(choice.purpose, choice.title, choice.words, until, choice.is_on)


class PreferencesState(rx.State):
    """The switches, and what was changed last."""

    loaded: bool = False
    switches: list[Switch] = []
    any_on: bool = False
    problem: str = ""
    said: str = ""
    """What was changed last, in words."""
    was_stopped: bool = False
    _undo_purposes: list[str] = []
    can_undo: bool = False
    asks_why: bool = False

    @rx.event
    @before_acceptance
    async def load(self) -> None:
        self.said, self.problem, self._undo_purposes, self.asks_why, self.can_undo = "", "", [], False, False
        await self._show()

    @rx.event
    @before_acceptance
    async def change(self, purpose: str, on: bool) -> None:
        """One click, whichever way."""
        person = await self._person()
        self.problem = ""
        try:
            if on is True:
                changed = await preferences.give(person, [purpose], act="switch", page=_PAGE)
            else:
                changed = await preferences.stop(person, await self._known(purpose), act="switch", page=_PAGE)
            self._say(changed, stopped=on is not True)
        except ConferenceError as error:
            self.problem = error_text(error)
        await self._show()

    @rx.event
    @before_acceptance
    async def stop_everything(self) -> None:
        changed = await preferences.stop_all(await self._person(), act="stop everything", page=_PAGE)
        self._say(changed, stopped=True)
        await self._show()

    @rx.event
    @before_acceptance
    async def undo(self) -> None:
        """Take the last change back."""
        person, changed = await self._person(), list(self._undo_purposes)
        try:
            if self.was_stopped:
                await preferences.give(person, changed, act="undo", page=_PAGE)
            else:
                await preferences.stop(person, changed, act="undo", page=_PAGE)
            self.said, self._undo_purposes, self.asks_why, self.can_undo = _("Undone."), [], False, False
        except ConferenceError as error:
            self.problem = error_text(error)
        await self._show()

    @rx.event
    @before_acceptance
    async def say_why(self, reason: str) -> None:
        """A reason for the last stop; anything but one of the list is ignored."""
        if self.asks_why and self.was_stopped:
            await preferences.say_why(await self._person(), list(self._undo_purposes), reason, page=_PAGE)
            self.asks_why, self.said = False, _("Thank you. That helps us send less.")

    async def _person(self) -> preferences.ConsentHolder:
        return await preferences.of_account((await require_account(self)).account_id)

    async def _known(self, purpose: str) -> list[str]:
        """The purpose, if it is one of the person's switches: anybody may call a handler with any text."""
        return [
            choice.purpose for choice in await preferences.choices(await self._person()) if choice.purpose == purpose
        ]

    def _say(self, changed: list[str], *, stopped: bool) -> None:
        if not changed:
            return
        self.said = _("Stopped.") if stopped else _("Saved.")
        self.was_stopped, self._undo_purposes, self.asks_why, self.can_undo = stopped, changed, stopped, True

    async def _show(self) -> None:
        found = await preferences.choices(await self._person())
        self.switches = [_switch_of(choice) for choice in found]
        self.any_on = any(choice.is_on for choice in found)
        self.loaded = True


def _row(one: Switch) -> rx.Component:
    field_id = "switch_" + one.purpose
    return card(
        switch(
            one.title,
            field_id,
            checked=one.is_on,
            on_change=lambda on: PreferencesState.change(one.purpose, on),
            aria_describedby=field_id + "_words",
        ),
        rx.el.p(
            one.words, rx.cond(one.until, " " + one.until, ""), id=field_id + "_words", class_name=f"{HINT} mt-1 mr-16"
        ),
    )


def _done() -> rx.Component:
    state = PreferencesState
    why = [
        button(_(label), kind="secondary", size="small", on_click=state.say_why(value))
        for value, label in ledger.REASONS.items()
    ]
    return rx.el.div(
        banner(
            state.said,
            "ok",
            rx.cond(
                state.can_undo,
                button(_("Undo"), kind="secondary", size="small", on_click=state.undo),
            ),
        ),
        rx.cond(
            state.asks_why,
            rx.el.div(
                rx.el.p(_("If you like, tell us why"), class_name="text-sm text-ink-muted"),
                rx.el.div(*why, class_name="flex flex-wrap gap-2"),
                class_name="grid gap-2",
            ),
        ),
        class_name="grid gap-3",
    )


@page(_PAGE, title=n_("What we may send you"), on_load=PreferencesState.load)
def preferences_page() -> rx.Component:
    state = PreferencesState
    return account_frame(
        rx.el.h2(_("What we may send you"), class_name="text-xl"),
        rx.el.p(
            _(
                "Each of these is off until you turn it on, and one click turns it off again. You always get receipts, confirmations and notices about your account and meetings, because you need them."
            ),
            class_name="text-sm text-ink-muted mt-1 mb-4 max-w-reading",
        ),
        rx.el.div(rx.cond(state.said, rx.el.div(_done(), class_name="mb-4")), role="status"),
        rx.el.div(rx.cond(state.problem, rx.el.div(banner(state.problem, "danger"), class_name="mb-4")), role="alert"),
        rx.el.div(
            rx.cond(
                state.loaded,
                rx.el.div(
                    rx.foreach(state.switches, _row),
                    rx.cond(
                        state.any_on,
                        rx.el.div(button(_("Stop everything"), kind="danger", on_click=state.stop_everything)),
                    ),
                    class_name="grid gap-3",
                ),
                loading(skeleton("h-20 rounded-card"), skeleton("h-20 rounded-card")),
            ),
            rx.el.p(
                _("We record each choice with its time and the words above, so that both sides can prove it."),
                class_name="text-sm text-ink-faint",
            ),
            class_name="grid grid-cols-1 gap-4",
        ),
        part=_PAGE,
    )
