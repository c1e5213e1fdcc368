"""A legal hold in words, as the staff's page shows it: what is kept, why, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import reflex as rx

from conference_app.components.kit.buttons import button
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.surfaces import card, section_header
from conference_app.components.kit.times import instant, moment
from conference_app.services.personal_data.legal_holds import Hold
from conference_app.texts import _


@dataclass
class HoldLine:
    """A live hold."""

    id: str = ""
    about: str = ""
    reason: str = ""
    since: str = ""
    """An `instant`."""


def hold_line(hold: Hold) -> HoldLine:
    """What the list says of a hold; it names nobody."""
    about = _("An account") if hold.kind == "account" else _("An address without an account")
    return HoldLine(hold.id, about, hold.reason, instant(hold.set_at))


def _item(line: HoldLine, on_open: Callable[..., object], on_lift: Callable[..., object]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(line.reason, class_name="font-medium wrap-anywhere"),
            rx.el.p(line.about, " · ", moment(line.since), class_name="text-sm text-ink-muted mt-1 tabular-nums"),
            class_name="grow min-w-0",
        ),
        rx.el.div(
            button(_("Whose data"), kind="quiet", size="small", on_click=on_open(line.id)),
            button(_("Lift"), kind="secondary", size="small", on_click=on_lift(line.id)),
            class_name="flex gap-2 shrink-0",
        ),
        class_name="flex flex-col sm:flex-row sm:items-center items-start gap-3 py-4 border-t border-line first:border-t-0",
    )


def hold_list(
    lines: rx.Var[list[HoldLine]] | list[HoldLine], on_open: Callable[..., object], on_lift: Callable[..., object]
) -> rx.Component:
    """Every live hold."""
    return rx.el.section(
        section_header(_("Holds"), detail=_("Whose data may not be deleted now, and why.")),
        rx.cond(
            lines,
            card(rx.el.ul(rx.foreach(lines, lambda line: _item(line, on_open, on_lift))), extra="px-5 py-2"),
            rx.el.p(_("Nobody's data is held."), class_name="text-ink-muted"),
        ),
        class_name="grid grid-cols-1 gap-4 mt-12",
    )


def lift_dialog(is_open: rx.Var[bool] | bool, on_keep: object, on_lift: object) -> rx.Component:
    """The question before a hold ends."""
    return dialog(
        _("Lift this hold?"),
        rx.el.p(_("What was due to be deleted or erased meanwhile is then deleted soon, for good.")),
        button(_("Keep it"), kind="secondary", on_click=on_keep),
        button(_("Lift the hold"), kind="danger", on_click=on_lift),
        is_open=is_open,
        on_dismiss=on_keep,
    )
