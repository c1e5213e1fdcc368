"""The banner of a deactivated account: its owner paused it or asked for its erasure. Pages look as before otherwise."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import link_button
from conference_app.components.kit.surfaces import banner
from conference_app.components.privacy.keep_data import Planned, planned_for, planned_words
from conference_app.services.consent import person_state
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.session import SessionState, require_account
from conference_app.texts import _, localized_path


class DeactivatedAccountState(rx.State):
    """Whether the account of who is signed in is deactivated."""

    is_deactivated: bool = False
    planned: Planned = Planned()
    """The erasure that was asked for."""

    @rx.event
    async def look(self) -> None:
        now = await person_state.read(DataOwner((await require_account(self)).account_id))
        self.is_deactivated, self.planned = now.is_deactivated, planned_for(now)


def deactivated_account_banner() -> rx.Component:
    """Say, where meetings are opened and shared, that they let nobody in while the account is deactivated."""
    state = DeactivatedAccountState
    erased = planned_words(
        state.planned,
        _("Your account is erased on {when}. Until then your meetings let nobody in."),
        _(
            "Your account is erased once the legal hold on it ends, and not before {when}. Until then your meetings let nobody in."
        ),
    )
    paused = _("Your account is paused: your meetings let nobody in, and you get only necessary e-mails.")
    change = link_button(_("Change that"), localized_path("/privacy-center"), kind="secondary", size="small")
    return rx.cond(
        SessionState.signed_in,
        rx.el.div(
            rx.cond(
                state.is_deactivated,
                rx.el.div(banner(rx.cond(state.planned.at, erased, paused), "warn", change), class_name="mb-6"),
            ),
            on_mount=state.look,
        ),
    )
