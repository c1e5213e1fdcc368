"""What shows when the server cannot be reached, and when the page itself breaks: plain words instead of the framework's."""

from __future__ import annotations

import reflex as rx
from reflex.components.core.banner import has_too_many_connection_errors
from reflex_base.vars.base import Var
from reflex_base.vars.function import ArgsFunctionOperation
from reflex_components_core.base.error_boundary import ErrorBoundary

from conference_app.components.buttons import button_class, icon, spinner
from conference_app.components.client import Delayed
from conference_app.texts import _, localized_path


def unreachable_overlay() -> rx.Component:
    """A bar over the page while the server cannot be reached. Reflex tries again by itself and sends what waited."""
    bar = rx.el.div(
        spinner(),
        rx.el.div(
            rx.el.p(_("The server cannot be reached at the moment."), class_name="font-medium"),
            rx.el.p(
                _(
                    "What you typed is still here. This page tries again by itself; check your network if it takes long."
                ),
                class_name="text-sm text-ink-muted",
            ),
        ),
        role="alert",
        class_name=(
            "fixed z-50 top-3 inset-x-3 sm:mx-auto sm:max-w-xl flex items-start gap-3 p-4 rounded-card bg-surface-raised "
            "text-ink shadow-float [&>span]:mt-1 [&>span]:text-warn"
        ),
    )
    return rx.cond(has_too_many_connection_errors, Delayed.create(bar, seconds=1))


def page_broken() -> rx.Component:
    """Instead of a page whose own code failed."""
    return rx.el.main(
        icon("circle-alert", 28, "text-danger-ink"),
        rx.el.h1(_("This page stopped working."), class_name="text-2xl mt-4"),
        rx.el.p(
            _("It is a mistake on our side. Your meetings and your account are safe. Load the page again to go on."),
            class_name="text-ink-muted mt-2 mb-6",
        ),
        rx.el.a(_("Go to the start page"), href=localized_path("/"), class_name=button_class("primary")),
        class_name="max-w-reading mx-auto px-4 py-20",
    )


def guarded(*children: rx.Component) -> rx.Component:
    """`children`, or `page_broken` when one of them fails while it is drawn."""
    return ErrorBoundary.create(
        *children, fallback_render=ArgsFunctionOperation.create(("_error",), Var.create(page_broken()))
    )
