"""The privacy center's overview: what we know, why, who saw it, what one can choose, take along and end.

The same overview serves people with an account and people who come by a link to their address; what each may do is in
their page's State, which mixes in `OverviewState`.
"""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from conference_app.components.kit.buttons import text_link
from conference_app.components.kit.lists import long_list
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import banner
from conference_app.components.kit.times import moment
from conference_app.components.kit.vars import count
from conference_app.components.privacy.choices import case_list, copy_card
from conference_app.components.privacy.known_data import known_group
from conference_app.components.privacy.overview_state import OverviewState, SeenRow
from conference_app.config import settings
from conference_app.texts import _, localized_path


def _section(title: str, anchor: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, id=anchor, class_name="text-2xl mb-3"),
        *children,
        aria_labelledby=anchor,
        class_name="grid grid-cols-1 gap-4 mt-14",
    )


def _text(*children: rx.Component | str | rx.Var, extra: str = "") -> rx.Component:
    return rx.el.p(*children, class_name=f"text-ink-muted leading-7 max-w-reading {extra}")


def _seen(row: SeenRow) -> rx.Component:
    return rx.el.li(
        rx.el.p(row.what, class_name="text-sm font-medium"),
        rx.el.p(row.reason, class_name="text-sm text-ink-muted wrap-anywhere"),
        rx.el.p(moment(row.at), class_name="text-sm text-ink-faint tabular-nums"),
        class_name="py-3 border-t border-line first:border-t-0",
    )


def _hold(row: SeenRow) -> rx.Component:
    return banner(
        rx.el.span(
            slotted(
                _("Your data has been on hold since {when}. It is not erased until the hold ends. Reason: {reason}"),
                when=moment(row.at),
                reason=row.reason,
            )
        ),
        "warn",
    )


def overview(
    state: type[OverviewState],
    *,
    intro: Sequence[rx.Component],
    choices: Sequence[rx.Component],
    leave: Sequence[rx.Component],
    correct: rx.Component,
    on_make: object,
    on_look: object,
) -> rx.Component:
    """The whole overview."""
    return rx.el.article(
        rx.el.h1(_("Your data")),
        *intro,
        rx.foreach(state.holds, _hold),
        _section(
            _("What we know"),
            "known",
            _text(_("All of it, in full. Open an item to see each value.")),
            rx.foreach(state.known, known_group),
            correct,
        ),
        _section(
            _("Why"),
            "why",
            _text(
                _("Each item above names its reason, how long it is kept and who receives it."),
                " ",
                slotted(
                    _("{policy} says the same for everybody."),
                    policy=text_link(_("The privacy policy"), localized_path("/privacy")),
                ),
            ),
        ),
        _section(
            _("Who has seen it"),
            "seen",
            rx.cond(
                count(state.seen) > 0,
                long_list(state.seen, _seen),
                _text(_("No staff member has looked at your data. When one does, you'll see it here with the reason.")),
            ),
        ),
        _section(_("Your choices"), "choices", *choices, case_list(state)),
        _section(
            _("Take it with you"),
            "copy",
            _text(
                _(
                    "A zip with everything: a page to read, JSON and CSV for other programs. It costs nothing, only you can "
                    "download it, and it is deleted after 24 hours."
                )
            ),
            copy_card(state, on_make, on_look),
        ),
        _section(_("Leave {brand}", brand=settings().brand_name), "leave", *leave),
    )


def waiting() -> rx.Component:
    """While the overview is fetched."""
    return loading(skeleton("h-10 w-48"), skeleton("h-24 rounded-card"), skeleton("h-40 rounded-card"))
