"""The way of a person's photo from the browser to the server."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component


class PhotoUpload(Component):
    """A file field that posts what is chosen to /account/photo; `on_done` fires when it was taken."""

    library = rx.asset("photo_upload.tsx", shared=True).importable_path
    tag = "PhotoUpload"
    csrf_token: rx.Var[str]
    too_large: rx.Var[str]
    failed: rx.Var[str]
    error_class: rx.Var[str]
    described_by: rx.Var[str]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]
