"""The fields about a person as inputs: label, reason, how long they are kept and browser hints come from one schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from conference_app.components.kit.buttons import Text, icon
from conference_app.components.kit.fields import HINT, Option, email_field, password_field, select_field, text_field
from conference_app.components.kit.forms import typed
from conference_app.components.kit.unbroken import unbroken
from conference_app.services.people import person_fields, time_zones
from conference_app.services.people.person_fields import Field
from conference_app.services.people.time_zones import UTC
from conference_app.services.personal_data.table_names import retention_words
from conference_app.texts import _, current_language

_LIMITS: dict[str, Any] = {"max_length": person_fields.NAME_LENGTH}
_EXTRA: dict[str, dict[str, Any]] = {
    "username": {"auto_capitalize": "none", "spell_check": False, "min_length": 3, "max_length": 100},
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


def _kept(field: Field) -> str:
    return retention_words(field.retention.days, field.retention.words)


def kept_note() -> rx.Component:
    """How long the fields of a person are kept, once for all; one that is kept otherwise says so beside its reason."""
    return rx.el.p(
        icon("clock-3", 16, "mt-0.5"),
        rx.el.span(_("How long we keep what you enter: {how}", how=_kept(person_fields.FIELDS[0]))),
        class_name=f"flex items-start gap-2 {HINT}",
    )


def why_asked(field: Field) -> rx.Component:
    """What stands folded under `field`: why it is asked, and how long it is kept if that is not what `kept_note` says."""
    said = [field.purpose, *([_kept(field)] if _kept(field) != _kept(person_fields.FIELDS[0]) else [])]
    return rx.el.details(
        rx.el.summary(
            _("Why we ask"),
            rx.el.span(": ", _(field.label), class_name="sr-only"),
            icon("chevron-down", 14, "transition-transform duration-150 group-open/why:rotate-180"),
            class_name=(
                "flex w-fit items-center gap-1 text-xs text-ink-faint hover:text-ink rounded-control list-none "
                "[&::-webkit-details-marker]:hidden pointer-coarse:pt-2 pointer-coarse:pb-5 pointer-coarse:-mb-5"
            ),
        ),
        *[rx.el.p(unbroken(one), class_name="text-xs leading-[1.125rem] text-ink-muted mt-1") for one in said],
        id=f"{field.name}_why",
        class_name="group/why mt-1.5",
    )


def _hint(field: Field) -> str:
    hints = {
        "username": _("3 to 40 letters, digits, dots, hyphens or underscores. Nobody in a meeting sees it."),
        "email": _("The people you meet do not see it."),
    }
    return hints.get(field.kind, "")


def person_input(field: Field, errors: dict[str, str], value: Text = "", **props: Any) -> rx.Component:
    """The input of `field`, with why it is asked folded below.

    `value` is what it holds when it appears; `props` go to the control.
    """
    label, error = _(field.label), errors[field.name]
    given: dict[str, Any] = {"error": error, "optional": not field.required}
    given |= {"help_text": _hint(field), "more": why_asked(field), **props}
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
