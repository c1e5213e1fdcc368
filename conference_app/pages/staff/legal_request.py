"""Staff: one legal request: what exists to hand out, and what was decided."""

from __future__ import annotations

from datetime import UTC, datetime

import reflex as rx

from conference_app.components.frame.member_posts import member_post, post_button
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button_class, icon, link_button, submit_button
from conference_app.components.kit.fields import HINT, LABEL, select_field, text_area
from conference_app.components.kit.forms import checked_form, typed
from conference_app.components.kit.surfaces import banner, card, section_header
from conference_app.components.legal.request_lines import RequestLine, request_badges, request_line
from conference_app.components.staff.frame import StaffThingState, back_link, staff_frame
from conference_app.services.legal import disclosure, legal_requests
from conference_app.services.legal.legal_requests import LENGTHS
from conference_app.services.personal_data import legal_holds
from conference_app.session import require_staff, say
from conference_app.texts import _, n_


class StaffLegalRequestState(StaffThingState, rx.State):
    """The legal request that is open."""

    legal_request: RequestLine = RequestLine()
    file_path: str = ""
    """Where the file is posted for; empty if the legal request is about nobody we could look for."""

    @rx.event
    async def decide(self, form: dict[str, object]) -> None:
        staff = await require_staff(self)
        self._begin()
        words, decision = typed(form, "handed_out", LENGTHS["handed_out"] + 1), typed(form, "decision", 20)
        with self._refusing():
            await legal_requests.decide(self._number, decision, words, staff_id=staff.account_id)
            await say(self, _("The decision is saved."))
        await self._look()

    async def _show(self) -> None:
        legal_request = await legal_requests.get(self._number)
        self.legal_request = request_line(legal_request, datetime.now(UTC))
        self.file_path = f"/staff/legal/{legal_request.id}/file" if legal_request.about else ""


def _fact(title: str, text: rx.Var[str] | str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(title, class_name="text-sm text-ink-muted sm:w-56 shrink-0"),
        rx.el.dd(text, class_name="text-sm leading-6 whitespace-pre-wrap wrap-anywhere min-w-0"),
        class_name="flex flex-col sm:flex-row sm:gap-4 py-2 border-t border-line first:border-t-0",
    )


def _facts() -> rx.Component:
    one = StaffLegalRequestState.legal_request
    return card(
        rx.el.dl(
            _fact(_("What it is"), one.kind),
            _fact(_("Their reference"), one.reference),
            _fact(_("Day it came"), one.received),
            _fact(_("Whom it is about"), one.about),
            _fact(_("What they ask for"), one.scope),
            rx.cond(one.hidden, _fact(_("May not be told until"), one.hidden)),
            rx.cond(one.decided, _fact(_("Decided on"), one.decided)),
            rx.cond(one.handed_out, _fact(_("What was handed out"), one.handed_out)),
        ),
        extra="px-5 py-3",
    )


def _order_link() -> rx.Component:
    non_disclosure_path = StaffLegalRequestState.legal_request.non_disclosure_path
    return link_button(_("Change when the person may be told"), non_disclosure_path, kind="secondary", size="small")


def _kind(kind: disclosure.Kind) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name="table", value=kind.table, class_name="size-5 shrink-0 accent-accent"),
        _(kind.title),
        class_name="flex items-center gap-3 min-h-10 text-sm",
    )


def _file_form() -> rx.Component:
    """A real post: the browser saves what comes back."""
    return member_post(
        rx.el.fieldset(
            rx.el.legend(_("What was asked for"), class_name=LABEL),
            rx.el.div(*[_kind(kind) for kind in disclosure.kinds()], class_name="grid sm:grid-cols-2 gap-x-6"),
        ),
        text_area(
            _("Why you make the file"),
            "reason",
            help_text=_("The person reads this, at once or as soon as they may be told."),
            max_length=legal_holds.REASON_LENGTH,
        ),
        rx.el.div(post_button(icon("download"), _("Make the file"), class_name=button_class("secondary"))),
        action=StaffLegalRequestState.file_path,
        class_name="grid grid-cols-1 gap-5",
    )


def _what_exists() -> rx.Component:
    nobody = rx.el.p(_("The request names nobody to look for."), class_name=HINT)
    words = _(
        "Metadata only: who somebody is here, and what happened when. What was said in meetings does not exist here."
    )
    return rx.el.section(
        section_header(_("What exists"), detail=words),
        card(rx.cond(StaffLegalRequestState.file_path, _file_form(), nobody), extra="p-5 sm:p-8"),
        class_name="grid grid-cols-1 gap-4 mt-10",
    )


def _decision() -> rx.Component:
    state = StaffLegalRequestState
    choices = [(one, _(words)) for one, words in legal_requests.DECISIONS.items() if one != "pending"]
    return rx.el.section(
        section_header(_("Decision"), detail=_("It is counted for everybody to see, and cannot be changed later.")),
        card(
            checked_form(
                state,
                select_field(_("Your decision"), "decision", choices, error=state.errors["decision"]),
                text_area(
                    _("What was handed out"),
                    "handed_out",
                    error=state.errors["handed_out"],
                    help_text=_("In words, naming nobody. The person reads it. It may be empty if you refused."),
                    max_length=LENGTHS["handed_out"],
                    rows="4",
                ),
                rx.el.div(submit_button(_("Save the decision"), busy=state.busy)),
                on_submit=state.decide,
            ),
            extra="p-5 sm:p-8",
        ),
        class_name="grid grid-cols-1 gap-4 mt-10",
    )


@page("/staff/legal/[request_id]", title=n_("A request from an authority"), on_load=StaffLegalRequestState.load)
def staff_legal_request() -> rx.Component:
    state = StaffLegalRequestState
    return staff_frame(
        state,
        back_link(_("All requests from authorities"), "/staff/legal"),
        rx.el.h1(state.legal_request.authority, class_name="mt-2 wrap-anywhere"),
        rx.el.div(request_badges(state.legal_request), class_name="mt-3 mb-6"),
        rx.cond(
            state.legal_request.hidden,
            rx.el.div(
                banner(_("The person may not be told yet. Do not speak about it with them."), "warn"), class_name="mb-4"
            ),
        ),
        _facts(),
        rx.cond(state.file_path, rx.el.div(_order_link(), class_name="mt-4")),
        _what_exists(),
        rx.cond(state.legal_request.is_pending, _decision()),
        part="/staff/legal",
    )
