"""A question that only the account's owner may answer: what would happen, and the password."""

from __future__ import annotations

from typing import Literal

import reflex as rx

from conference_app.components.kit.buttons import button
from conference_app.components.kit.fields import password_field
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.forms import FormState, checked_form
from conference_app.texts import _


def password_question(
    state: type[FormState],
    title: str,
    body: rx.Component,
    label: str,
    *,
    kind: Literal["primary", "danger"],
    is_open: rx.Var[bool] | bool,
    on_submit: object,
    on_keep: object,
    long: str = "",
) -> rx.Component:
    """A dialog with `body`; the button `label` submits the field `password`, everything else leaves all as it is.

    `long` names a body that may need to scroll. The form is there only while the dialog is open, so that a password typed
    once is not there the next time.
    """
    form = checked_form(
        state,
        password_field(
            _("Your password"), "password", error=state.errors["password"], auto_complete="current-password"
        ),
        rx.el.div(
            button(_("Keep it"), kind="secondary", on_click=on_keep),
            button(label, kind=kind, busy=state.busy, type="submit"),
            class_name="flex flex-wrap justify-end gap-2",
        ),
        on_submit=on_submit,
    )
    return dialog(title, body, foot=rx.el.div(form, class_name="pt-5"), long=long, is_open=is_open, on_dismiss=on_keep)
