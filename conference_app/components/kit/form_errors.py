"""What a form does with its errors in the browser: the focus goes to the first, and each goes once it is mended."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class FormErrors(Component):
    """After each refused try (a growing number) focuses the first field marked invalid, else the element `fallback`.

    Fires `on_mended` with the name of a field of `errors` once it holds something else that the browser finds right.
    """

    library = browser_file(__file__, "form_errors.tsx")
    tag = "FormErrors"
    tries: rx.Var[int]
    fallback: rx.Var[str]
    errors: rx.Var[dict[str, str]]
    on_mended: rx.EventHandler[rx.event.passthrough_event_spec(str)]
