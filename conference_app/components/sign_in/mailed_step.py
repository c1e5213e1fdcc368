"""The page behind a mailed link: one press does what the link is for, since programs that look through mails open it too."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import reflex as rx

from conference_app.components.frame.link_token import drop_token, held_token, with_token
from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.kit.buttons import Kind, button
from conference_app.components.kit.surfaces import banner
from conference_app.components.kit.unbroken import unbroken
from conference_app.components.kit.vars import flag_var
from conference_app.errors import ConferenceError
from conference_app.session import StartsAnew, client_address
from conference_app.texts import error_text

Result = TypeVar("Result")


class MailedStepState(StartsAnew, rx.State, mixin=True):
    """How far the link has come."""

    done: bool = False
    problem: str = ""
    busy: bool = False

    def _start_anew(self) -> None:
        self.done, self.problem, self.busy = False, "", False

    def _begin(self) -> None:
        self.busy, self.problem = True, ""

    async def _follow(self, act: Callable[..., Awaitable[Result]]) -> Result | None:
        """What `act(token, address=…)` gives for the link's secret, which is used then; None, with the reason shown,
        if it refuses. Either way the press is over.
        """
        try:
            result = await act(await held_token(self), address=client_address(self))
        except ConferenceError as error:
            self.problem = error_text(error)
            return None
        finally:
            self.busy = False
        await drop_token(self)
        self.done = True
        return result


def mailed_step(
    state: type[MailedStepState],
    title: str,
    text: str,
    press: str,
    done_title: str,
    done_text: str,
    *,
    on_press: Any,
    kind: Kind = "primary",
    onwards: rx.Component,
    after: rx.Component | None = None,
) -> rx.Component:
    """What `press` does, then that it is done. `onwards` leads away, also from half a link; `after` from what is done."""
    action = button(
        press, kind=kind, busy=state.busy, disabled=~flag_var(rx.State.is_hydrated), on_click=on_press, extra="w-full"
    )
    return narrow_frame(
        rx.cond(
            state.done,
            rx.el.div(
                rx.el.h1(done_title),
                rx.el.p(done_text, class_name="text-ink-muted mt-3 mb-8"),
                after or onwards,
                role="status",
            ),
            rx.el.div(
                rx.el.h1(unbroken(title), class_name="mb-3"),
                with_token(
                    rx.fragment(
                        rx.el.p(unbroken(text), class_name="text-ink-muted mb-8"),
                        rx.cond(
                            state.problem, rx.el.div(banner(state.problem, "danger"), role="alert", class_name="mb-5")
                        ),
                        action,
                    ),
                    onwards,
                ),
            ),
        )
    )
