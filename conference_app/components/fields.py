"""Form fields: each with a visible label, "optional" in words where it is, help, and its error below.

An id is also the field's name in the form data and its key in `errors` of `forms.FormState`.
"""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from conference_app.components.buttons import Text, icon
from conference_app.components.client import PasswordInput
from conference_app.texts import _

INPUT = (
    "w-full h-[var(--control-height)] px-3 rounded-control bg-surface-raised text-ink border border-line-strong "
    "placeholder:text-ink-faint transition-colors duration-150 hover:border-ink-faint aria-invalid:border-danger-ink "
    "focus-visible:outline-offset-0 disabled:opacity-60"
)
LABEL = "block text-sm font-medium text-ink mb-1.5"
NEED = "text-xs text-ink-faint whitespace-nowrap"
HINT = "text-sm text-ink-muted"
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


def _described(field_id: str, help_text: Text) -> str:
    return f"{field_id}_help {field_id}_error" if help_text else f"{field_id}_error"


def _below(field_id: str, help_text: Text, error: Text) -> list[rx.Component]:
    parts = [rx.el.p(error, id=f"{field_id}_error", class_name=ERROR)]
    if help_text:
        parts.append(rx.el.p(help_text, id=f"{field_id}_help", class_name=f"{HINT} mt-1.5"))
    return parts


def _invalid(error: Text) -> rx.Var[bool]:
    return rx.cond(error, True, False).to(bool)


def text_field(
    label: Text,
    field_id: str,
    *,
    error: Text = "",
    help_text: Text = "",
    optional: bool = False,
    extra: str = "",
    **props: object,
) -> rx.Component:
    """A one-line input; `props` go to the <input>."""
    return rx.el.div(
        field_label(label, field_id, optional=optional),
        rx.el.input(
            id=field_id,
            name=field_id,
            class_name=INPUT,
            required=not optional,
            aria_invalid=_invalid(error),
            aria_describedby=_described(field_id, help_text),
            **({"type": "text"} | props),
        ),
        *_below(field_id, help_text, error),
        class_name=extra,
    )


def text_area(
    label: Text, field_id: str, *, error: Text = "", help_text: Text = "", optional: bool = False, **props: object
) -> rx.Component:
    """An input of several lines."""
    return rx.el.div(
        field_label(label, field_id, optional=optional),
        rx.el.textarea(
            id=field_id,
            name=field_id,
            class_name=f"{INPUT} h-auto min-h-24 py-2",
            required=not optional,
            aria_invalid=_invalid(error),
            aria_describedby=_described(field_id, help_text),
            **props,
        ),
        *_below(field_id, help_text, error),
    )


def select_field(
    label: Text,
    field_id: str,
    options: Sequence[tuple[str, str]],
    *,
    error: Text = "",
    help_text: Text = "",
    optional: bool = False,
    **props: object,
) -> rx.Component:
    """A native select of (value, label) pairs."""
    return rx.el.div(
        field_label(label, field_id, optional=optional),
        rx.el.select(
            *[rx.el.option(text, value=value) for value, text in options],
            id=field_id,
            name=field_id,
            class_name=INPUT,
            aria_invalid=_invalid(error),
            aria_describedby=_described(field_id, help_text),
            **props,
        ),
        *_below(field_id, help_text, error),
    )


def password_field(
    label: Text, field_id: str, *, error: Text = "", help_text: Text = "", optional: bool = False, **props: object
) -> rx.Component:
    """A password with a button to show it. What is typed goes to the handler of the form, never into a var."""
    return rx.el.div(
        field_label(label, field_id, optional=optional),
        PasswordInput.create(
            id=field_id,
            name=field_id,
            class_name=f"{INPUT} pr-12",
            required=not optional,
            show=_("Show what is typed"),
            hide=_("Hide what is typed"),
            button_class="absolute right-1 inset-y-1 w-10 grid place-items-center rounded-control text-ink-muted hover:text-ink",
            custom_attrs={"aria-invalid": _invalid(error), "aria-describedby": _described(field_id, help_text)},
            **props,
        ),
        *_below(field_id, help_text, error),
    )


def strength_meter(score: rx.Var[int] | int, advice: Text) -> rx.Component:
    """Four bars and a sentence for a password's strength, `score` 0..4 (-1: nothing typed)."""
    colors = ["bg-danger", "bg-danger", "bg-warn", "bg-ok", "bg-ok"]
    names = [_("Very weak"), _("Weak"), _("Fair"), _("Good"), _("Strong")]
    score = rx.Var.create(score)
    color = rx.match(score, *[(i, value) for i, value in enumerate(colors)], "")
    name = rx.match(score, *[(i, value) for i, value in enumerate(names)], "")
    bars = [
        rx.el.span(
            class_name=rx.cond(score >= i, f"h-1 rounded-full {color}", "h-1 rounded-full bg-line"),
            custom_attrs={"aria-hidden": "true"},
        )
        for i in range(1, 5)
    ]
    return rx.el.div(
        rx.el.div(*bars, class_name="grid grid-cols-4 gap-1 mt-2"),
        rx.el.p(
            rx.cond(score >= 0, rx.el.span(name, ". ", class_name="font-medium text-ink")),
            advice,
            class_name=f"{HINT} mt-1.5 min-h-5",
            aria_live="polite",
        ),
    )


def checkbox(label: rx.Component | Text, field_id: str, *, error: Text = "", **props: object) -> rx.Component:
    """A box to tick, with its text beside it as the label."""
    return rx.el.div(
        rx.el.div(
            rx.el.input(
                id=field_id,
                name=field_id,
                type="checkbox",
                required=True,
                class_name="size-5 mt-0.5 shrink-0 accent-accent",
                aria_invalid=_invalid(error),
                aria_describedby=f"{field_id}_error",
                **props,
            ),
            rx.el.label(label, html_for=field_id, class_name="grow text-sm leading-6 text-ink"),
            need_mark(extra="leading-6"),
            class_name="flex gap-3",
        ),
        rx.el.p(error, id=f"{field_id}_error", class_name=f"{ERROR} ml-8"),
    )


def switch(label: Text, field_id: str, *, help_text: Text = "", **props: object) -> rx.Component:
    """A setting that is on or off at once: a checkbox announced as a switch."""
    track = (
        "peer relative appearance-none shrink-0 w-11 h-6 rounded-full bg-line-strong checked:bg-accent transition-colors "
        "duration-150 after:content-[''] after:absolute after:top-0.5 after:left-0.5 after:size-5 after:rounded-full "
        "after:bg-white after:transition-transform after:duration-150 checked:after:translate-x-5 cursor-pointer"
    )
    texts = [rx.el.span(label, class_name="block text-sm font-medium")]
    if help_text:
        texts.append(rx.el.span(help_text, class_name=f"block {HINT}"))
    return rx.el.div(
        rx.el.label(*texts, html_for=field_id),
        rx.el.input(id=field_id, name=field_id, type="checkbox", role="switch", class_name=track, **props),
        class_name="flex items-center justify-between gap-4",
    )


def radio_cards(
    legend: Text, name: str, options: Sequence[tuple[str, str, str, str]], chosen: rx.Var[str] | str, on_change: object
) -> rx.Component:
    """Cards of which one is chosen; an option is (value, icon name, title, description)."""
    chosen = rx.Var.create(chosen)
    cards = [
        rx.el.label(
            rx.el.input(
                type="radio",
                name=name,
                value=value,
                default_checked=chosen == value,
                on_change=on_change,
                class_name="sr-only peer",
            ),
            icon(icon_name, 20, "mt-0.5 text-ink-muted"),
            rx.el.span(
                rx.el.span(title, class_name="block text-sm font-medium"),
                rx.el.span(description, class_name=f"block {HINT}"),
            ),
            class_name=(
                "flex gap-3 p-3 rounded-control border border-line-strong/60 bg-surface-raised cursor-pointer "
                "transition-colors duration-150 hover:border-ink-faint has-checked:border-accent has-checked:bg-accent-soft "
                "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-focus"
            ),
        )
        for value, icon_name, title, description in options
    ]
    return rx.el.fieldset(
        rx.el.legend(legend, class_name=f"{LABEL} float-left"),
        need_mark(extra="float-right leading-5"),
        rx.el.div(*cards, class_name="grid gap-3 sm:grid-cols-2 clear-both"),
    )
