"""The form by which somebody without an account puts their name and language right."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import submit_button, text_link
from conference_app.components.kit.fields import select_field, text_field
from conference_app.components.kit.forms import FormState, checked_form
from conference_app.components.kit.surfaces import card
from conference_app.services.addresses.holder_details import GuestDetails
from conference_app.services.people import person_fields
from conference_app.texts import _, localized_path


def guest_details_form(
    state: type[FormState], details: GuestDetails, form_key: rx.Var[int] | int, on_save: object
) -> rx.Component:
    """Shown where there is something to correct. `form_key` grows when what is kept was read anew."""
    name = rx.cond(
        details.has_name,
        text_field(
            _("Name"),
            "name",
            error=state.errors["name"],
            help_text=_("We address you by it when we answer. Leave it empty and we forget it."),
            optional=True,
            default_value=details.name,
            auto_complete="name",
            max_length=person_fields.NAME_LENGTH,
        ),
    )
    language = select_field(
        _("Language"),
        "language",
        list(person_fields.languages()),
        error=state.errors["language"],
        help_text=_("We write to you in this language."),
        default_value=details.language,
    )
    more = rx.el.p(text_link(_("Something wrong? Write to us"), localized_path("/contact")), class_name="text-sm")
    form = card(
        rx.el.h3(_("Correct it"), class_name="text-base font-medium tracking-normal mb-4"),
        checked_form(
            state,
            name,
            language,
            rx.el.div(submit_button(_("Save changes"), busy=state.busy)),
            on_submit=on_save,
            key=form_key,
            id="details",
        ),
        extra="p-5",
    )
    return rx.fragment(rx.cond(details.language, form), more)
