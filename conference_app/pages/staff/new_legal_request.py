"""Staff: write down a legal request of an authority before it is decided."""

from __future__ import annotations

import dataclasses

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import submit_button
from conference_app.components.kit.fields import select_field, text_area, text_field
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.surfaces import card
from conference_app.components.staff.frame import StaffState, back_link, staff_frame
from conference_app.services.legal import legal_requests
from conference_app.services.legal.legal_requests import LENGTHS, NewRequest
from conference_app.session import public, require_staff, say
from conference_app.texts import _, localized_path, n_

_LONGEST = 2001
"""More than any field takes, so that what is too long is refused and not cut."""


class StaffNewLegalRequestState(FormState, StaffState, rx.State):
    """The form."""

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is not None:
            self._reset_form()
            self.loaded = True

    @rx.event
    async def submit(self, form: dict[str, object]) -> EventSpec | None:
        staff = await require_staff(self)
        self._begin()
        values = {one.name: typed(form, one.name, _LONGEST) for one in dataclasses.fields(NewRequest)}
        with self._refusing():
            number = await legal_requests.note(NewRequest(**values), staff_id=staff.account_id)
            page = localized_path(f"/staff/legal/{number}")
            await say(self, _("The request is logged."), on=page)
            return rx.redirect(page)
        return None


def _form() -> rx.Component:
    errors = StaffNewLegalRequestState.errors
    return checked_form(
        StaffNewLegalRequestState,
        select_field(
            _("What it is"),
            "kind",
            [(kind, _(words)) for kind, words in legal_requests.KINDS.items()],
            error=errors["kind"],
        ),
        text_field(_("Who asks for it"), "authority", error=errors["authority"], max_length=LENGTHS["authority"]),
        text_field(_("Their reference"), "reference", error=errors["reference"], max_length=LENGTHS["reference"]),
        text_field(_("Day it came"), "received_on", type="date", error=errors["received_on"]),
        text_area(
            _("What they ask for"),
            "scope",
            error=errors["scope"],
            help_text=_("Name nobody here: the person reads this, and it is kept longer than the person's data."),
            max_length=LENGTHS["scope"],
            rows="5",
        ),
        text_field(
            _("Whom it is about"),
            "wanted",
            error=errors["wanted"],
            optional=True,
            help_text=_("A whole e-mail address or username. Empty if it is about nobody in particular."),
            auto_complete="off",
            auto_capitalize="none",
            spell_check=False,
        ),
        text_field(
            _("May not be told until"),
            "hidden_until",
            type="date",
            optional=True,
            error=errors["hidden_until"],
            help_text=_("Only if a law or an order forbids to tell the person. They read it the day after."),
        ),
        rx.el.div(submit_button(_("Log the request"), busy=StaffNewLegalRequestState.busy)),
        on_submit=StaffNewLegalRequestState.submit,
    )


@page("/staff/legal/new", title=n_("Log a request"), on_load=StaffNewLegalRequestState.load)
def staff_new_legal_request() -> rx.Component:
    return staff_frame(
        StaffNewLegalRequestState,
        back_link(_("All requests from authorities"), "/staff/legal"),
        rx.el.h1(_("Log a request"), class_name="mt-2 mb-6"),
        card(_form(), extra="p-5 sm:p-8 max-w-2xl"),
        part="/staff/legal",
    )
