"""The state and frame that every form shares: errors beside their fields until mended, kept values, focus on the first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import reflex as rx

from conference_app.components.kit.form_errors import FormErrors
from conference_app.components.kit.surfaces import banner
from conference_app.errors import ConferenceError, InvalidInput
from conference_app.session import StartsAnew, public
from conference_app.texts import error_text


class FormState(StartsAnew, rx.State, mixin=True):
    """What a form shows beside what was typed. The fields are the browser's own, so an answer loses nothing."""

    errors: dict[str, str] = {}
    """Field name → what is wrong with it, in the page's language."""
    problem: str = ""
    """What is wrong with the whole."""
    tries: int = 0
    """Grows with each refused try, which moves the focus."""
    busy: bool = False

    @rx.event
    @public
    async def mended(self, name: str) -> None:
        """What was said of the field `name` is over, and with the last one what was said of the whole."""
        left = {one: wrong for one, wrong in self.errors.items() if one != name}
        if len(left) < len(self.errors):
            self.errors = left
            self.problem = self.problem if left else ""

    def _begin(self) -> None:
        self.busy, self.errors, self.problem = True, {}, ""

    def _refuse(self, error: ConferenceError) -> None:
        """Show `error`; the person may try again."""
        if isinstance(error, InvalidInput):
            self.errors = {name: error_text(wrong) for name, wrong in error.fields.items()}
        self.problem = error_text(error)
        self.tries += 1

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Show what the service called inside refuses, and end with the form ready for the next try.

        What belongs to success alone stands inside: a refusal leaves the block.
        """
        try:
            yield
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False

    def _reset_form(self) -> None:
        self.errors, self.problem, self.busy, self.tries = {}, "", False, 0


def checked_form(state: type[FormState], *children: rx.Component, **props: Any) -> rx.Component:
    """A <form> whose refusal shows in a banner on top and moves the focus to the first wrong field.

    `method=post` keeps what was typed out of the address should the page's script be missing.
    """
    return rx.el.form(
        rx.cond(
            state.problem,
            rx.el.div(
                banner(state.problem, kind="danger"),
                id="problem",
                tab_index=-1,
                role="alert",
                class_name="outline-none",
            ),
        ),
        *children,
        FormErrors.create(tries=state.tries, fallback="problem", errors=state.errors, on_mended=state.mended),
        **({"class_name": "grid grid-cols-1 gap-5", "method": "post", "no_validate": True} | props),
    )


def typed(form: dict[str, object], name: str, limit: int = 2000) -> str:
    """What was typed in field `name`; whatever is no text counts as nothing. Longer than `limit` is cut there."""
    value = form.get(name)
    return value[:limit] if isinstance(value, str) else ""


def ticked(form: dict[str, object], name: str) -> bool:
    """Whether the box `name` is ticked: browsers send "on" then, and nothing otherwise."""
    return form.get(name) in (True, "on", "true")
