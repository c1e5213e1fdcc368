"""What shows when the server cannot be reached or is newer than the page, when the page breaks, and without JavaScript.

Plain words instead of the framework's. They stand around the pages and so hold every language.
"""

from __future__ import annotations

import reflex as rx
from reflex_base.vars.base import Var
from reflex_components_core.base.error_boundary import ErrorBoundary
from reflex_components_core.core.banner import has_too_many_connection_errors

from conference_app.components.frame.head_scripts import broken_words
from conference_app.components.frame.languages import in_each_language
from conference_app.components.frame.new_version import NewVersion
from conference_app.components.kit.buttons import button_class, icon, spinner
from conference_app.components.kit.placed import Placed
from conference_app.components.kit.plain_elements import PlainLink, plain_link
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.timing import Delayed
from conference_app.components.kit.typed import KeepTyped
from conference_app.config import settings
from conference_app.session import SessionState
from conference_app.session.tab_states import STAY_EVERY_S
from conference_app.texts import _, localized_path

_BAR = (
    "w-[calc(100vw-2rem)] sm:w-[36rem] flex items-start gap-3 p-4 rounded-card bg-surface-raised text-ink shadow-float"
)


def _told(title: str, detail: str) -> rx.Component:
    return rx.el.div(
        rx.el.p(title, class_name="font-medium"),
        rx.el.p(detail, class_name="text-sm text-ink-muted"),
        class_name="grow min-w-0",
    )


def _unreachable() -> rx.Component:
    told = _told(
        _("The server can't be reached right now."),
        _("What you typed is still here. This page keeps trying; if it takes long, check your network."),
    )
    return Placed.create(
        spinner(), told, side="top", role="alert", class_name=f"{_BAR} [&>span]:mt-1 [&>span]:text-warn"
    )


def _newer() -> rx.Component:
    return NewVersion.create(
        icon("refresh-cw", 20, "mt-0.5 text-accent-ink"),
        _told(
            _("There is a newer version of this page."),
            _("Finish what you are typing or saying, then load it."),
        ),
        load=_("Load it now"),
        later=_("Later"),
        button_class=button_class("secondary", "small"),
        class_name=_BAR,
    )


def _no_script() -> rx.Component:
    email = settings().controller.email
    words = [
        icon("circle-alert", 20, "mt-0.5"),
        rx.el.p(
            slotted(
                _(
                    "This page needs JavaScript, which your browser isn't running here. Without it you can read "
                    "every document, sign up for the newsletter, and choose your e-mails with the link in each "
                    "of them. For anything else, write to {email}."
                ),
                email=plain_link(email, f"mailto:{email}"),
            ),
            class_name="text-sm leading-6 text-ink min-w-0 wrap-anywhere",
        ),
    ]
    row = rx.el.div(*words, class_name="max-w-page mx-auto px-4 sm:px-6 lg:px-8 py-3 flex items-start gap-3")
    return rx.el.div(row, class_name="bg-warn-soft text-warn border-b border-line")


def page_notices() -> rx.Component:
    """Around every page: bars while the server cannot be reached and once it is newer, and a word without JavaScript.

    Reflex tries to reach the server again by itself and sends what waited.
    """
    unreachable = Delayed.create(in_each_language(_unreachable), seconds=1)
    return rx.fragment(
        rx.el.noscript(in_each_language(_no_script), class_name="no-script"),
        rx.cond(has_too_many_connection_errors, unreachable),
        in_each_language(_newer),
        KeepTyped.create(seconds=STAY_EVERY_S, on_stay=SessionState.stay),
    )


def _broken() -> rx.Component:
    return rx.el.main(
        icon("circle-alert", 28, "text-danger-ink"),
        rx.el.h1(_("This page stopped working."), class_name="text-2xl mt-4"),
        rx.el.p(
            broken_words(),
            class_name="text-ink-muted mt-2 mb-6",
        ),
        PlainLink.create(_("Go to the start page"), href=localized_path("/"), class_name=button_class("primary")),
        class_name="max-w-reading mx-auto px-4 py-20",
    )


def guarded(*children: rx.Component) -> rx.Component:
    """`children`, or plain words instead of a page whose own code fails while it is drawn."""
    # Reflex makes the function of it that React calls: a function given here would be drawn as nothing.
    return ErrorBoundary.create(*children, fallback_render=Var.create(in_each_language(_broken)))
