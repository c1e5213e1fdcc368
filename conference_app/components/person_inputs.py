"""The fields about a person as inputs: labels, reasons and browser hints all come from the one schema."""

from __future__ import annotations

import reflex as rx

from conference_app.components.buttons import Text
from conference_app.components.fields import password_field, select_field, text_field
from conference_app.components.forms import typed
from conference_app.services import person_fields
from conference_app.services.person_fields import Field
from conference_app.texts import _, current_language

_EXTRA: dict[str, dict[str, object]] = {
    "username": {"auto_capitalize": "none", "spell_check": False, "max_length": 100},
    "email": {"type": "email", "max_length": 254},
    "phone": {"type": "tel", "max_length": 50},
}


def _options(field: Field) -> list[tuple[str, str]]:
    match field.kind:
        case "country":
            return [("", _("Not given")), *person_fields.countries(current_language())]
        case "time_zone":
            return [("", _("Not given")), *[(zone, zone.replace("_", " ")) for zone in person_fields.time_zones()]]
        case _:
            return list(person_fields.languages())


def _help(field: Field) -> str:
    purpose = _(field.purpose)
    allowed = _("You can use letters, digits, dots and hyphens.")
    return f"{purpose} {allowed}" if field.kind == "username" else purpose


def person_input(
    field: Field, errors: rx.Var[dict[str, str]] | dict[str, str], value: Text = "", *, reason: bool = True
) -> rx.Component:
    """The input of `field`, with the `reason` it is asked for below; `value` is what it holds when it appears."""
    label, error = _(field.label), errors[field.name]
    if field.kind == "password":
        return password_field(label, field.name, error=error, auto_complete=field.auto_complete)
    if field.kind in ("country", "time_zone", "language"):
        return select_field(
            label,
            field.name,
            _options(field),
            error=error,
            help_text=_help(field),
            optional=not field.required,
            default_value=value if isinstance(value, rx.Var) or value else _default(field),
            auto_complete=field.auto_complete or "off",
        )
    extra: dict[str, object] = {"max_length": person_fields.NAME_LENGTH} | _EXTRA.get(field.kind, {})
    return text_field(
        label,
        field.name,
        error=error,
        help_text=_help(field) if reason else "",
        optional=not field.required,
        default_value=value,
        auto_complete=field.auto_complete or "off",
        **extra,
    )


def _default(field: Field) -> str:
    return current_language() if field.kind == "language" else ""


def person_inputs(
    fields: tuple[Field, ...],
    errors: rx.Var[dict[str, str]] | dict[str, str],
    values: rx.Var[dict[str, str]] | dict[str, str] | None = None,
) -> list[rx.Component]:
    """`person_input` of each; `values` by field name."""
    return [person_input(one, errors, values[one.name] if values is not None else "") for one in fields]


def typed_optional(form: dict[str, object]) -> dict[str, str]:
    """What was typed into the optional fields."""
    return {one.name: typed(form, one.name, 400) for one in person_fields.OPTIONAL if one.is_column}
