"""Form fields: each with a visible label, "optional" in words where it is, help, and its error below.

An id is also the field's name in the form data and its key in `errors` of `forms.FormState`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from conference_app.components.kit.buttons import Text
from conference_app.components.kit.password_input import PasswordInput
from conference_app.components.kit.unbroken import unbroken
from conference_app.texts import _

Help = Text | rx.Component
"""What stands under a field: words, or a component of what a <p> may hold."""
Option = tuple[str, str] | tuple[str, Sequence[tuple[str, str]]]
"""Of a select: (value, label), or the title of a group and its options."""
INPUT = (
    "w-full h-[var(--control-height)] px-3 rounded-control bg-surface-raised text-ink border border-line-strong "
    "placeholder:text-ink-faint transition-colors duration-150 hover:border-ink-faint aria-invalid:border-danger-ink "
    "focus-visible:outline-offset-0 disabled:opacity-60"
)
LABEL = "block text-sm font-medium text-ink mb-1.5"
NEED = "text-xs text-ink-faint whitespace-nowrap"
HINT = "text-sm text-ink-muted"
EMAIL_LENGTH = 254
"""The longest address that mail can be sent to (RFC 5321, section 4.5.3.1.3)."""
ERROR = "text-sm text-danger-ink empty:hidden mt-1.5"


def field_label(label: Text, field_id: str, *, optional: bool = False) -> rx.Component:
    """The label above a field, and beside it whether the field must be filled."""
    return rx.el.div(
        rx.el.label(label, html_for=field_id, class_name=LABEL),
        need_mark(optional=optional),
        class_name="flex items-baseline justify-between gap-3",
    )


def need_mark(*, optional: bool = False, extra: str = "") -> rx.Component:
    """ "required" or "optional" in words. Screen readers hear it from the field itself, so its name stays the label."""
    word = _("optional") if optional else _("required")
    return rx.el.span(word, class_name=f"{NEED} {extra}", custom_attrs={"aria-hidden": "true"})


def _described(field_id: str, help_text: Help) -> str:
    """In the order in which they stand and are heard: what is wrong comes before the help that is always there."""
    return f"{field_id}_error {field_id}_help" if help_text else f"{field_id}_error"


def _below(
    field_id: str, help_text: Help, error: Text, meter: rx.Component | None, more: rx.Component | None
) -> list[rx.Component]:
    parts: list[rx.Component] = [rx.el.p(error, id=f"{field_id}_error", class_name=ERROR)]
    if meter is not None:
        parts.append(rx.el.div(meter, id=f"{field_id}_meter"))
    if help_text:
        parts.append(rx.el.p(unbroken(help_text), id=f"{field_id}_help", class_name=f"{HINT} mt-1.5"))
    return [*parts, *([more] if more is not None else [])]


def invalid(error: Text) -> rx.Var[bool]:
    """Whether a field with this error beside it counts as wrong."""
    return rx.cond(error, True, False).to(bool)


def _field(
    label: Text,
    field_id: str,
    control: rx.Component,
    *,
    error: Text,
    help_text: Help,
    optional: bool,
    extra: str = "",
    meter: rx.Component | None = None,
    more: rx.Component | None = None,
) -> rx.Component:
    """`control` under its label, with error, `meter`, help and `more` below."""
    return rx.el.div(
        field_label(label, field_id, optional=optional),
        control,
        *_below(field_id, help_text, error, meter, more),
        class_name=extra or None,
    )


def _wiring(field_id: str, error: Text, help_text: Help, *, optional: bool) -> dict[str, Any]:
    """What ties a control to its label, its key in the form data, and the texts below it."""
    return {
        "id": field_id,
        "name": field_id,
        "required": not optional,
        "aria_invalid": invalid(error),
        "aria_describedby": _described(field_id, help_text),
    }


def text_field(
    label: Text,
    field_id: str,
    *,
    error: Text = "",
    help_text: Help = "",
    optional: bool = False,
    extra: str = "",
    more: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """A one-line input; `props` go to the <input>. `more` is what stands below the help."""
    wiring: dict[str, Any] = _wiring(field_id, error, help_text, optional=optional) | {"type": "text"} | props
    control = rx.el.input(class_name=INPUT, **wiring)
    return _field(label, field_id, control, error=error, help_text=help_text, optional=optional, extra=extra, more=more)


def email_field(
    field_id: str = "email", *, label: Text = "", auto_complete: str = "email", **props: Any
) -> rx.Component:
    """The input of an e-mail address; signing in fills it in as `auto_complete` "username"."""
    kind: dict[str, Any] = {"type": "email", "max_length": EMAIL_LENGTH, "auto_complete": auto_complete}
    return text_field(label or _("E-mail"), field_id, **(kind | props))


def text_area(
    label: Text, field_id: str, *, error: Text = "", help_text: Help = "", optional: bool = False, **props: Any
) -> rx.Component:
    """An input of several lines."""
    wiring = _wiring(field_id, error, help_text, optional=optional) | props
    control = rx.el.textarea(class_name=f"{INPUT} h-auto min-h-24 py-2", **wiring)
    return _field(label, field_id, control, error=error, help_text=help_text, optional=optional)


def _option(value: str, shown: str | Sequence[tuple[str, str]]) -> rx.Component:
    if isinstance(shown, str):
        return rx.el.option(shown, value=value)
    return rx.el.optgroup(*[_option(*one) for one in shown], label=value)


def select_field(
    label: Text,
    field_id: str,
    options: Sequence[Option],
    *,
    error: Text = "",
    help_text: Help = "",
    optional: bool = False,
    more: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """A native select."""
    wiring = _wiring(field_id, error, help_text, optional=optional) | props
    control = rx.el.select(*[_option(*one) for one in options], class_name=INPUT, **wiring)
    return _field(label, field_id, control, error=error, help_text=help_text, optional=optional, more=more)


def password_field(
    label: Text,
    field_id: str,
    *,
    error: Text = "",
    help_text: Help = "",
    optional: bool = False,
    meter: rx.Component | None = None,
    more: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """A password with a button to show it, and a `meter` of its strength where one is chosen.

    What is typed goes to the handler of the form, never into a var.
    """
    described = _described(field_id, help_text) + (f" {field_id}_meter" if meter is not None else "")
    control = PasswordInput.create(
        id=field_id,
        name=field_id,
        class_name=f"{INPUT} pr-12",
        required=not optional,
        show=_("Show what is typed"),
        hide=_("Hide what is typed"),
        button_class="absolute right-0 inset-y-0 w-11 grid place-items-center rounded-control text-ink-muted hover:text-ink",
        custom_attrs={"aria-invalid": invalid(error), "aria-describedby": described},
        **props,
    )
    return _field(label, field_id, control, error=error, help_text=help_text, optional=optional, meter=meter, more=more)
