"""Staff: change until when a person may not be told of a legal request, with a reason that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import submit_button
from conference_app.components.kit.fields import text_area, text_field
from conference_app.components.kit.forms import checked_form, typed
from conference_app.components.kit.surfaces import card, section_header
from conference_app.components.kit.times import instant, moment
from conference_app.components.legal.request_lines import RequestLine, last_day, request_line
from conference_app.components.staff.frame import StaffThingState, back_link_to, staff_frame
from conference_app.services.legal import legal_requests, non_disclosure
from conference_app.services.legal.non_disclosure import Change
from conference_app.services.personal_data import legal_holds
from conference_app.session import require_staff, say
from conference_app.texts import _, localized_path, n_


@dataclass
class ChangeLine:
    """A change of the day."""

    before: str = ""
    reason: str = ""
    at: str = ""
    """An `instant`."""


def _line(one: Change) -> ChangeLine:
    before = _("Before: until {day}", day=last_day(one.before)) if one.before else _("Before: no day")
    return ChangeLine(before, one.reason, instant(one.at))


class StaffNonDisclosureState(StaffThingState, rx.State):
    """The legal request, its day, and how that changed."""

    legal_request: RequestLine = RequestLine()
    changes: list[ChangeLine] = []

    async def _show(self) -> None:
        self.legal_request = request_line(await legal_requests.get(self._number), datetime.now(UTC))
        self.changes = [_line(one) for one in await non_disclosure.changes(self._number)]

    @rx.event
    async def change(self, form: dict[str, object]) -> EventSpec | None:
        staff = await require_staff(self)
        self._begin()
        day, reason = typed(form, "last_day", 20), typed(form, "reason", legal_holds.REASON_LENGTH + 1)
        with self._refusing():
            await non_disclosure.change(self._number, day, reason, staff_id=staff.account_id)
            page = localized_path(f"/staff/legal/{self._number}")
            await say(self, _("The day is changed."), on=page)
            return rx.redirect(page)
        return None


def _form() -> rx.Component:
    state = StaffNonDisclosureState
    return checked_form(
        state,
        text_field(
            _("May not be told until"),
            "last_day",
            type="date",
            optional=True,
            error=state.errors["last_day"],
            default_value=state.legal_request.hidden,
            help_text=_("Empty: the person may be told now. Otherwise they read it the day after."),
        ),
        text_area(
            _("Why the day changes"),
            "reason",
            error=state.errors["reason"],
            help_text=_("Such as the order that lifts or prolongs it. The person reads this when they may be told."),
            max_length=legal_holds.REASON_LENGTH,
        ),
        rx.el.div(submit_button(_("Change the day"), busy=state.busy)),
        on_submit=state.change,
        reset_on_submit=False,
    )


def _change(line: ChangeLine) -> rx.Component:
    return rx.el.li(
        rx.el.p(line.reason, class_name="font-medium wrap-anywhere"),
        rx.el.p(line.before, " · ", moment(line.at), class_name="text-sm text-ink-muted mt-1 tabular-nums"),
        class_name="py-4 border-t border-line first:border-t-0",
    )


@page(
    "/staff/non-disclosure/[request_id]",
    title=n_("Until when a person may not be told"),
    on_load=StaffNonDisclosureState.load,
)
def staff_non_disclosure() -> rx.Component:
    state = StaffNonDisclosureState
    return staff_frame(
        state,
        back_link_to(state.legal_request.authority, state.legal_request.path),
        rx.el.h1(_("Until when a person may not be told"), class_name="mt-2 mb-6"),
        card(_form(), extra="p-5 sm:p-8 max-w-2xl"),
        rx.cond(
            state.changes,
            rx.el.section(
                section_header(_("Changes so far")),
                card(rx.el.ol(rx.foreach(state.changes, _change)), extra="px-5 py-2"),
                class_name="grid grid-cols-1 gap-4 mt-10",
            ),
        ),
        part="/staff/legal",
    )
