"""The fields about a person as inputs: label, reason, how long it is kept and browser hints come from the one schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from conference_app.components.kit.buttons import Text, icon
from conference_app.components.kit.fields import Option, email_field, password_field, select_field, text_field
from conference_app.components.kit.forms import typed
from conference_app.components.kit.unbroken import unbroken
from conference_app.services.people import person_fields, time_zones
from conference_app.services.people.person_fields import Field
from conference_app.services.people.time_zones import UTC
from conference_app.services.personal_data.table_names import retention_words
from conference_app.texts import _, current_language

_LIMITS: dict[str, Any] = {"max_length": person_fields.NAME_LENGTH}
_EXTRA: dict[str, dict[str, Any]] = {
    "username": {"auto_capitalize": "none", "spell_check": False, "max_length": 100},
    "phone": {"type": "tel", "max_length": 50},
}


def _options(field: Field) -> Sequence[Option]:
    match field.kind:
        case "country":
            return [("", _("Not given")), *person_fields.countries(current_language())]
        case "time_zone":
            return [("", _("Not given")), (UTC, UTC), *time_zones.by_continent(current_language())]
        case _:
            return person_fields.languages()


def why_asked(field: Field, hint: str = "") -> rx.Component:
    """What stands under `field`: a `hint` how to fill it, and, quieter, why it is asked and how long it is kept."""
    kept = retention_words(field.retention.days, field.retention.words)
    how = [rx.el.span(unbroken(hint), class_name="block mb-1")] if hint else []
    why = rx.el.span(
        rx.el.span(unbroken(field.purpose), class_name="block"),
        rx.el.span(
            icon("clock-3", 12, "mt-[3px]"),
            rx.el.span(rx.el.span(_("Kept:"), " ", class_name="sr-only"), kept),
            class_name="flex items-start gap-1",
        ),
        class_name="block text-xs leading-[1.125rem] text-ink-faint",
    )
    return rx.fragment(*how, why)


def _help(field: Field) -> rx.Component:
    hints = {
        "username": _("You can use letters, digits, dots and hyphens."),
        "email": _("The people you meet do not see it."),
    }
    return why_asked(field, hints.get(field.kind, ""))


def person_input(field: Field, errors: dict[str, str], value: Text = "", **props: Any) -> rx.Component:
    """The input of `field`, with why it is asked and how long it is kept below.

    `value` is what it holds when it appears; `props` go to the control.
    """
    label, error = _(field.label), errors[field.name]
    given: dict[str, Any] = {"error": error, "help_text": _help(field), "optional": not field.required, **props}
    given["auto_complete"] = field.auto_complete or "off"
    if field.kind == "password":
        return password_field(label, field.name, **given)
    if field.kind in ("country", "time_zone", "language"):
        shown = value if isinstance(value, rx.Var) or value else _default(field)
        return select_field(label, field.name, _options(field), default_value=shown, **given)
    if field.kind == "email":
        return email_field(field.name, label=label, default_value=value, **given)
    return text_field(label, field.name, default_value=value, **(_LIMITS | _EXTRA.get(field.kind, {}) | given))


def _default(field: Field) -> str:
    return current_language() if field.kind == "language" else ""


def person_inputs(
    fields: tuple[Field, ...],
    errors: dict[str, str],
    values: dict[str, str] | None = None,
) -> list[rx.Component]:
    """`person_input` of each; `values` by field name."""
    return [person_input(one, errors, values[one.name] if values is not None else "") for one in fields]


def typed_optional(form: dict[str, object]) -> dict[str, str]:
    """What was typed into the optional fields."""
    return {one.name: typed(form, one.name, 400) for one in person_fields.OPTIONAL if one.is_column}
