"""The way of a person's photo from the browser to the server."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

from conference_app.browser_files import browser_file


class PhotoUpload(Component):
    """A file field that posts what is chosen to /account/photo; `on_done` fires when it was taken."""

    library = browser_file(__file__, "photo_upload.tsx")
    tag = "PhotoUpload"
    csrf_token: rx.Var[str]
    too_large: rx.Var[str]
    failed: rx.Var[str]
    error_class: rx.Var[str]
    described_by: rx.Var[str]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]
