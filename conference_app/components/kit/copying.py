"""Texts to take away: a button that copies one, and a field that shows it too."""

from __future__ import annotations

from typing import Literal

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file
from conference_app.components.kit.buttons import Text, button_class, icon
from conference_app.components.kit.fields import INPUT, LABEL
from conference_app.texts import _


class CopyButton(Component):
    """Copies `text`; `path` in it, or a text beginning with /, gets the page's origin in front."""

    library = browser_file(__file__, "copying.tsx")
    tag = "CopyButton"
    text: rx.Var[str]
    path: rx.Var[str]
    done: rx.Var[str]
    failed: rx.Var[str]


class FullAddress(Component):
    """A read-only field that shows `path` behind the page's origin."""

    library = browser_file(__file__, "copying.tsx")
    tag = "FullAddress"
    path: rx.Var[str]


def copy_button(
    label: Text,
    text: Text,
    *,
    path: Text = "",
    icon_name: str = "link",
    kind: Literal["primary", "secondary", "quiet"] = "secondary",
) -> rx.Component:
    """Copies `text` and says so in place. `path`, or a text that is one, is completed with the page's address."""
    return CopyButton.create(
        icon(icon_name, 18),
        label,
        text=text,
        path=path,
        done=_("Copied"),
        failed=_("Could not copy"),
        class_name=button_class(kind),
    )


def copy_field(label: Text, field_id: str, path: Text, button_label: Text) -> rx.Component:
    """An address in full, to read or to copy."""
    return rx.el.div(
        rx.el.label(label, html_for=field_id, class_name=LABEL),
        rx.el.div(
            FullAddress.create(id=field_id, path=path, class_name=f"{INPUT} font-mono text-sm min-w-0"),
            copy_button(button_label, path),
            class_name="flex flex-col sm:flex-row gap-2",
        ),
    )
