"""Staff: requests about data, those that are late first."""

from __future__ import annotations

from datetime import UTC, datetime

import reflex as rx

from conference_app.components.cases.lines import CaseLine, case_badges, case_line
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.lists import linked_row
from conference_app.components.kit.times import moment
from conference_app.components.staff.frame import StaffListState, staff_list
from conference_app.services.cases import cases
from conference_app.texts import _, n_


class StaffCasesState(StaffListState, rx.State):
    """Requests by the day they are due."""

    cases: list[CaseLine] = []

    async def _list(self) -> None:
        now = datetime.now(UTC)
        found = await cases.for_staff(self._asked_page(), closed=self.shows == "closed")
        self.cases = self._stepped(found.of(lambda case: case_line(case, now)), shows=self.shows)


def _case(line: CaseLine) -> rx.Component:
    detail = [line.asked, ", ", moment(line.opened)]
    return linked_row(line.path, line.kind, detail, case_badges(line))


@page("/staff/cases", title=n_("Requests about data"), on_load=StaffCasesState.load)
def staff_cases() -> rx.Component:
    return staff_list(
        StaffCasesState,
        _("Requests about data"),
        _("Each is due 30 days after it came (GDPR Art. 12). The person sees every state you set."),
        StaffCasesState.cases,
        _case,
        part="/staff/cases",
        nothing_open=(
            _("No requests are waiting."),
            _(
                "A request opens automatically when somebody objects, or writes that they want a copy, a correction or an erasure."
            ),
        ),
        nothing_closed=(
            _("No requests are closed yet."),
            _("Finished requests are listed here, with what was done."),
        ),
    )
