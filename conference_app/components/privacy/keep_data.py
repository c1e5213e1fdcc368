"""An erasure that is planned, and the button that takes it back: above the overview, or all that a link may show."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from conference_app.components.kit.buttons import button, link_button
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import banner
from conference_app.components.kit.times import instant, moment
from conference_app.services.consent import person_state
from conference_app.texts import _, localized_path


@dataclass
class Planned:
    """An erasure that was asked for."""

    at: str = ""
    """An `instant`; empty for none."""
    is_held: bool = False
    """Whether a legal hold keeps the rows, also when the time has come."""


def planned_for(now: person_state.State) -> Planned:
    """The erasure that a person whose data stands so has asked for."""
    return Planned(instant(now.erase_due_at), bool(now.holds))


def keep_banners(own: Planned, of_account: Planned, on_keep: object) -> rx.Component:
    """One for what belongs to the address, one for its account; none where nothing is planned."""
    return rx.el.div(
        _planned(
            own,
            _("Everything below is erased on {when}."),
            _("Everything below is erased once the legal hold on it ends, and not before {when}."),
            button(_("Keep my data"), size="small", on_click=on_keep),
        ),
        _account_planned(of_account, on_keep),
        class_name="mt-6 grid gap-3 empty:hidden",
    )


def _account_planned(planned: Planned, on_keep: object) -> rx.Component:
    return _planned(
        planned,
        _("Your account is erased on {when}."),
        _("Your account is erased once the legal hold on it ends, and not before {when}."),
        button(_("Keep my account"), size="small", on_click=on_keep),
    )


def _planned(planned: Planned, text: str, held: str, keep: rx.Component) -> rx.Component:
    return rx.cond(planned.at, banner(planned_words(planned, text, held), "warn", keep))


def planned_words(planned: Planned, text: str, held: str) -> rx.Component:
    """`text`, or `held` while a legal hold stands against it; both have a place for {when}."""
    said = [slotted(words, when=moment(planned.at)) for words in (held, text)]
    return rx.cond(planned.is_held, *said)


def keep_page(own: Planned, of_account: Planned, on_keep: object) -> rx.Component:
    """For a link that lives long: it shows nothing that is kept, and leads to one that does."""
    planned = rx.fragment(
        _planned(
            own,
            _("Your data is erased on {when}."),
            _("Your data is erased once the legal hold on it ends, and not before {when}."),
            button(_("Keep my data"), size="small", on_click=on_keep),
        ),
        _account_planned(of_account, on_keep),
    )
    nothing = rx.el.p(_("No erasure is planned."), class_name="text-lg")
    return rx.el.div(
        rx.el.h1(_("Keep your data?")),
        rx.cond(own.at, planned, rx.cond(of_account.at, planned, nothing)),
        rx.el.p(
            _("This link only cancels an erasure. To see what we keep, ask for another one."),
            class_name="text-ink-muted max-w-reading",
        ),
        rx.el.div(link_button(_("Ask for a new link"), localized_path("/privacy-request"), kind="secondary")),
        class_name="grid grid-cols-1 gap-6",
    )
