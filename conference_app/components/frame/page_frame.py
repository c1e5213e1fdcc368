"""The frames around visitors' pages; `app_frame` is the one for people who are signed in."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.brand import home_link
from conference_app.components.frame.footer import footer
from conference_app.components.frame.notices import notice_region
from conference_app.components.frame.page_language import PageLanguage
from conference_app.components.frame.page_menus import language_menu, theme_menu
from conference_app.components.kit.buttons import button_class, link_button
from conference_app.components.kit.plain_elements import PlainLink
from conference_app.components.kit.surfaces import banner
from conference_app.session import SessionState
from conference_app.texts import _, current_language, localized_path

NEEDS_SCRIPT = "needs-script"
"""Class of the main part of a page that does nothing without JavaScript; `connection` says so there, and only there."""


def skip_link() -> rx.Component:
    """First stop of the keyboard on every page."""
    return PlainLink.create(
        _("Skip to content"),
        href="#content",
        class_name=f"{button_class()} fixed z-50 top-2 left-2 -translate-y-24 focus:translate-y-0",
    )


def whole_page(*children: rx.Component, extra: str = "") -> rx.Component:
    """What every page has around it: its language, the way past the navigation, and the corner for messages."""
    return rx.el.div(
        PageLanguage.create(code=current_language()), skip_link(), *children, notice_region(), class_name=extra
    )


def header(*actions: rx.Component) -> rx.Component:
    """The bar on top of a visitor's page."""
    return rx.el.header(
        rx.el.div(
            home_link(),
            rx.el.div(language_menu(), theme_menu(), *actions, class_name="flex items-center gap-1"),
            class_name="max-w-page mx-auto h-16 px-4 sm:px-6 lg:px-8 flex items-center justify-between gap-4",
        ),
        class_name="sticky top-0 z-30 bg-surface/90 backdrop-blur-sm border-b border-line",
    )


def entry_actions() -> rx.Component:
    """Sign in and register, or the way to the dashboard for who is signed in already."""
    return rx.cond(
        SessionState.signed_in,
        link_button(_("My meetings"), localized_path("/dashboard"), size="small", extra="ml-2"),
        rx.el.div(
            link_button(_("Sign in"), localized_path("/sign-in"), kind="quiet", size="small"),
            link_button(
                _("Register"),
                localized_path("/register"),
                kind="secondary",
                size="small",
                extra="max-sm:hidden",
            ),
            class_name="flex items-center gap-1 ml-1",
        ),
    )


def visitor_frame(*children: rx.Component, extra: str = "", actions: bool = True) -> rx.Component:
    """Header, content, footer."""
    return whole_page(
        header(*([entry_actions()] if actions else [])),
        rx.el.main(*children, id="content", tab_index=-1, class_name=f"w-full outline-none {extra}"),
        footer(),
        extra="min-h-dvh flex flex-col",
    )


def cookies_notice() -> rx.Component:
    """What is lost with cookies blocked; shown only then."""
    text = _(
        "Your browser blocks cookies. You can read and fill in this page, but you cannot stay signed in until you allow cookies for this site."
    )
    return rx.el.div(banner(text, "warn"), class_name="needs-cookies mb-6", role="note")


def narrow_frame(*children: rx.Component, signs_in: bool = False) -> rx.Component:
    """A visitor's page with one column, for forms; `signs_in` for those whose end is being signed in."""
    notice = [cookies_notice()] if signs_in else []
    column = rx.el.div(*notice, *children, class_name="max-w-form mx-auto px-4 py-10 sm:py-16")
    return visitor_frame(column, extra=NEEDS_SCRIPT, actions=False)
