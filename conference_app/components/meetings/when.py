"""The fields for the day, time and zone of a meeting, filled in on the browser's own clock."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class WhenFields(Component):
    """Date-time and zone inputs named starts_at and time_zone."""

    library = browser_file(__file__, "when.tsx")
    tag = "WhenFields"
    lang: rx.Var[str]
    value: rx.Var[str]
    zone: rx.Var[str]
    date_label: rx.Var[str]
    time_label: rx.Var[str]
    zone_label: rx.Var[str]
    times_in: rx.Var[str]
    input_class: rx.Var[str]
    label_class: rx.Var[str]
    hint_class: rx.Var[str]
    error_class: rx.Var[str]
    need: rx.Var[str]
    need_class: rx.Var[str]
    when_error: rx.Var[str]
    zone_error: rx.Var[str]
