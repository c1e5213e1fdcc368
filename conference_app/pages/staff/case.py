"""Staff: one request with its history, and the answer that its person reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import reflex as rx

from conference_app.components.cases.lines import CaseLine, case_badges, case_line
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import link_button, submit_button
from conference_app.components.kit.fields import select_field, text_area
from conference_app.components.kit.forms import checked_form, typed
from conference_app.components.kit.surfaces import card, section_header
from conference_app.components.kit.times import instant, moment
from conference_app.components.kit.vars import count
from conference_app.components.staff.frame import StaffThingState, back_link, staff_frame
from conference_app.services.cases import case_answers, cases
from conference_app.services.cases.cases import CaseView
from conference_app.session import require_staff, say
from conference_app.texts import _, localized_path, n_

_BY: dict[cases.By, str] = {"person": n_("The person"), "staff": n_("Staff"), "system": n_("The service itself")}


@dataclass
class HistoryLine:
    """A step, or what we wrote."""

    title: str = ""
    words: str = ""
    at: str = ""
    """An `instant`."""


def _history(case: CaseView) -> list[HistoryLine]:
    steps = [
        (
            step.at,
            HistoryLine(
                _("{who}: {status}", who=_(_BY[step.by]), status=_(cases.STATUSES[step.status])), "", instant(step.at)
            ),
        )
        for step in case.history
    ]
    answers = [(one.at, HistoryLine(_("We wrote"), one.words, instant(one.at))) for one in case.answers]
    return [line for _at, line in sorted([*steps, *answers], key=lambda one: one[0])]


class StaffCaseState(StaffThingState, rx.State):
    """The request that is open."""

    case: CaseLine = CaseLine()
    history: list[HistoryLine] = []
    thread_path: str = ""
    """The conversation it came from, if it came from one."""
    person_path: str = ""

    @rx.event
    async def answer(self, form: dict[str, object]) -> None:
        staff = await require_staff(self)
        self._begin()
        words, status = typed(form, "words", case_answers.WORDS_LENGTH + 1), typed(form, "status", 20)
        with self._refusing():
            await case_answers.answer(self._number, words, status, staff_id=staff.account_id)
            await say(self, _("Saved. The person is told."))
        await self._look()

    async def _show(self) -> None:
        case = await cases.get(self._number)
        self.case, self.history = case_line(case, datetime.now(UTC)), _history(case)
        is_thread = case.subject_kind == "thread"
        self.thread_path = localized_path(f"/staff/contact/{case.subject_id}") if is_thread else ""
        self.person_path = localized_path(f"/staff/people?case={case.id}")


def _line(line: HistoryLine) -> rx.Component:
    return rx.el.li(
        rx.el.p(line.title, class_name="text-sm font-medium"),
        rx.cond(line.words, rx.el.p(line.words, class_name="whitespace-pre-wrap wrap-anywhere mt-1")),
        rx.el.p(moment(line.at), class_name="text-sm text-ink-faint tabular-nums mt-1"),
        class_name="py-3 border-t border-line first:border-t-0",
    )


def _answer_form() -> rx.Component:
    state = StaffCaseState
    choices = [(status, _(words)) for status, words in cases.STATUSES.items() if status != "open"]
    return card(
        checked_form(
            state,
            select_field(_("It is now"), "status", choices, error=state.errors["status"]),
            text_area(
                _("What the person should know"),
                "words",
                error=state.errors["words"],
                help_text=_(
                    "The person gets it by e-mail and reads it with the request. It is erased with their data."
                ),
                max_length=case_answers.WORDS_LENGTH,
                rows="6",
            ),
            rx.el.div(submit_button(_("Answer"), busy=state.busy)),
            on_submit=state.answer,
            reset_on_submit=False,
            key=count(state.history),
        ),
        extra="p-5 sm:p-8",
    )


@page("/staff/cases/[case_id]", title=n_("A request about data"), on_load=StaffCaseState.load)
def staff_case() -> rx.Component:
    state = StaffCaseState
    return staff_frame(
        state,
        back_link(_("All requests"), "/staff/cases"),
        rx.el.h1(state.case.kind, class_name="mt-2"),
        rx.el.div(case_badges(state.case), class_name="mt-3"),
        rx.el.p(
            state.case.asked, " · ", moment(state.case.opened), class_name="text-sm text-ink-muted mt-3 tabular-nums"
        ),
        rx.el.div(
            rx.cond(
                state.thread_path,
                link_button(_("Open the conversation"), state.thread_path, kind="secondary", size="small"),
            ),
            link_button(_("See who asked"), state.person_path, kind="secondary", size="small"),
            class_name="flex flex-wrap gap-3 mt-4",
        ),
        rx.el.section(
            section_header(_("History"), detail=_("The person sees all of it.")),
            card(rx.el.ol(rx.foreach(state.history, _line)), extra="px-5 py-2"),
            class_name="grid grid-cols-1 gap-4 mt-10",
        ),
        rx.el.section(section_header(_("Answer")), _answer_form(), class_name="grid grid-cols-1 gap-4 mt-10"),
        part="/staff/cases",
    )
