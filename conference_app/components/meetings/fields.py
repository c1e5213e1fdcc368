"""The fields of a meeting, for the page that makes one and the page that changes one."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import Text
from conference_app.components.kit.choices import radio_cards, switch
from conference_app.components.kit.fields import ERROR, HINT, INPUT, LABEL, NEED, text_field
from conference_app.components.kit.forms import FormState, ticked, typed
from conference_app.components.meetings.when import WhenFields
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.texts import _, current_language


class MeetingFieldsState(FormState, mixin=True):
    """What both pages' forms share."""

    is_planned: bool = False
    """Whether it has a time; else it starts when the host likes."""
    starts_locked: bool = False
    """Whether the host lets in everybody who comes."""

    @rx.event
    async def choose_timing(self, timing: str) -> None:
        self.is_planned = timing == "planned"

    def _meeting_form(self, form: dict[str, object]) -> MeetingForm:
        return MeetingForm(
            subject=typed(form, "subject"),
            starts_at=typed(form, "starts_at", 40) if self.is_planned else "",
            time_zone=typed(form, "time_zone", 80) if self.is_planned else "",
            pass_phrase=typed(form, "pass_phrase"),
            starts_locked=ticked(form, "starts_locked"),
        )


def _timing(state: type[MeetingFieldsState]) -> rx.Component:
    return radio_cards(
        _("When"),
        "timing",
        (
            ("any", "zap", _("Whenever you like"), _("The link works from now on; you open the room.")),
            ("planned", "calendar-clock", _("At a set time"), _("You'll find it in your list under its day.")),
        ),
        rx.cond(state.is_planned, "planned", "any"),
        state.choose_timing,
    )


def _when(state: type[MeetingFieldsState], starts_at: Text, time_zone: Text) -> rx.Component:
    return WhenFields.create(
        lang=current_language(),
        value=starts_at,
        zone=time_zone,
        date_label=_("Date"),
        time_label=_("Time"),
        zone_label=_("Time zone"),
        times_in=_("{city} time"),
        input_class=INPUT,
        label_class=LABEL,
        hint_class=HINT,
        error_class=ERROR,
        need=_("required"),
        need_class=NEED,
        when_error=rx.cond(state.errors["starts_at"], state.errors["starts_at"], ""),
        zone_error=rx.cond(state.errors["time_zone"], state.errors["time_zone"], ""),
    )


def meeting_fields(
    state: type[MeetingFieldsState],
    *,
    subject: Text = "",
    starts_at: Text = "",
    time_zone: Text = "",
    pass_phrase: Text = "",
    is_new: bool = False,
) -> rx.Component:
    """Subject, time and pass-phrase, filled with the given values; those of a new meeting begin with the focus."""
    return rx.fragment(
        text_field(
            _("Subject"),
            "subject",
            error=state.errors["subject"],
            help_text=_("Guests see it once they are let in."),
            default_value=subject,
            auto_focus=is_new,
            auto_complete="off",
            max_length=200,
        ),
        _timing(state),
        rx.cond(state.is_planned, _when(state, starts_at, time_zone)),
        text_field(
            _("Pass-phrase"),
            "pass_phrase",
            error=state.errors["pass_phrase"],
            help_text=_("Guests must type it before they come in. Send it another way than the link."),
            optional=True,
            default_value=pass_phrase,
            auto_complete="off",
            max_length=200,
        ),
        switch(
            _("Let people in myself"),
            "starts_locked",
            help_text=_("Guests wait until you admit them. You can change that in the room."),
            default_checked=state.starts_locked,
        ),
    )
