"""The frames around pages: one for visitors, one with navigation for people who are signed in."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.el.element import Element

from conference_app.components.brand import mark, wordmark
from conference_app.components.buttons import button_class, icon, link_button
from conference_app.components.client import PageLanguage
from conference_app.components.notices import notice_region
from conference_app.components.preferences import language_menu, theme_menu
from conference_app.components.surfaces import avatar, banner
from conference_app.config import settings
from conference_app.session import SessionState
from conference_app.texts import _, current_language, localized_path


class PlainLink(Element):
    """A link the browser itself follows: the router's would not move the focus to a place in the page."""

    tag = "a"
    href: rx.Var[str]


class PostForm(Element):
    """A form the browser itself posts to a plain route: Reflex's own form never does."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def skip_link() -> rx.Component:
    """First stop of the keyboard on every page."""
    return PlainLink.create(
        _("Skip to content"),
        href="#content",
        class_name=f"{button_class()} fixed z-50 top-2 left-2 -translate-y-24 focus:translate-y-0",
    )


def _page(*children: rx.Component, extra: str = "") -> rx.Component:
    return rx.el.div(
        PageLanguage.create(code=current_language()), skip_link(), *children, notice_region(), class_name=extra
    )


def _home_link() -> rx.Component:
    return rx.el.a(
        wordmark(),
        href=localized_path("/"),
        aria_label=_("{brand}, start page", brand=settings().brand_name),
        class_name="inline-flex rounded-control",
    )


def header(*actions: rx.Component) -> rx.Component:
    """The bar on top of a visitor's page."""
    return rx.el.header(
        rx.el.div(
            _home_link(),
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


def document_links() -> rx.Component:
    """What is promised and by whom: on every page."""
    links = (
        (_("Privacy policy"), "/privacy"),
        (_("Terms"), "/terms"),
        (_("Promises"), "/promises"),
        (_("Cookies"), "/cookies"),
        (_("Contact"), "/contact"),
    )
    return rx.el.nav(
        *[
            rx.el.a(
                text,
                href=localized_path(path),
                class_name="text-sm text-ink-muted hover:text-ink underline-offset-4 hover:underline rounded-control py-2",
            )
            for text, path in links
        ],
        aria_label=_("Documents"),
        class_name="flex flex-wrap gap-x-6",
    )


def footer() -> rx.Component:
    """Where the documents are and who runs this."""
    one, brand = settings().controller, settings().brand_name
    return rx.el.footer(
        rx.el.div(
            rx.el.p(
                _(
                    "{brand} on this server is run by {name}, {address}.",
                    brand=brand,
                    name=one.name,
                    address=one.address,
                ),
                class_name="text-sm text-ink-muted min-w-0 wrap-anywhere",
            ),
            document_links(),
            class_name="max-w-page mx-auto px-4 sm:px-6 lg:px-8 py-8 flex flex-wrap items-center justify-between gap-4",
        ),
        class_name="border-t border-line mt-auto",
    )


def visitor_frame(*children: rx.Component, extra: str = "", actions: bool = True) -> rx.Component:
    """Header, content, footer."""
    return _page(
        header(*([entry_actions()] if actions else [])),
        rx.el.main(*children, id="content", tab_index=-1, class_name=f"w-full outline-none {extra}"),
        footer(),
        extra="min-h-dvh flex flex-col",
    )


def bare_frame(*children: rx.Component) -> rx.Component:
    """A page that brings its own header and main part, such as a meeting's."""
    return _page(*children)


def cookies_notice() -> rx.Component:
    """What is lost with cookies blocked; shown only then."""
    text = _(
        "Your browser blocks cookies. You can read and fill in this page, but you cannot stay signed in until you allow cookies for this site."
    )
    return rx.el.div(banner(text, "warn"), class_name="needs-cookies mb-6", role="note")


def narrow_frame(*children: rx.Component) -> rx.Component:
    """A visitor's page with one column, for forms."""
    return visitor_frame(
        rx.el.div(cookies_notice(), *children, class_name="max-w-form mx-auto px-4 py-10 sm:py-16"), actions=False
    )


def sign_out_form(extra: str) -> rx.Component:
    """A real post with its token, so that no other site can sign anybody out."""
    return PostForm.create(
        rx.el.input(type="hidden", name="csrf_token", value=SessionState.csrf_token, read_only=True),
        rx.el.button(icon("log-out", 20), _("Sign out"), type="submit", class_name=extra),
        action="/auth/sign-out",
        method="post",
    )


def _nav_link(icon_name: str, title: str, path: str, current: str, extra: str) -> rx.Component:
    return rx.el.a(
        icon(icon_name, 20),
        title,
        href=localized_path(path),
        class_name=f"rounded-control text-ink-muted hover:text-ink aria-[current]:text-accent-ink {extra}",
        custom_attrs={"aria-current": "page"} if path == current else {},
    )


_NAVIGATION = (
    ("calendar-days", "/dashboard"),
    ("plus", "/meetings/new"),
    ("circle-user-round", "/account"),
    ("shield-check", "/privacy-center"),
)


def _titles() -> dict[str, str]:
    return {
        "/dashboard": _("Meetings"),
        "/meetings/new": _("New meeting"),
        "/account": _("Account"),
        "/privacy-center": _("Privacy"),
    }


def side_navigation(current: str) -> rx.Component:
    """The column on the left of a wide window."""
    titles = _titles()
    row = "flex items-center gap-3 h-10 px-3 text-sm font-medium hover:bg-surface-sunken aria-[current]:bg-accent-soft"
    return rx.el.aside(
        rx.el.div(_home_link(), class_name="px-3 h-16 flex items-center"),
        rx.el.nav(
            *[_nav_link(name, titles[path], path, current, row) for name, path in _NAVIGATION],
            aria_label=_("Main"),
            class_name="grid gap-1",
        ),
        rx.el.div(
            rx.el.div(
                avatar(SessionState.initials),
                rx.el.span(SessionState.first_name, class_name="text-sm font-medium truncate grow"),
                language_menu("left-0 bottom-full mb-1"),
                theme_menu("left-0 bottom-full mb-1"),
                class_name="flex items-center gap-2 px-2",
            ),
            sign_out_form(f"w-full rounded-control text-ink-muted hover:text-ink {row}"),
            class_name="mt-auto grid gap-2",
        ),
        class_name="hidden md:flex flex-col sticky top-0 h-dvh w-60 shrink-0 px-3 pb-4 border-r border-line bg-surface-raised",
    )


def top_bar() -> rx.Component:
    """The bar on top of a phone."""
    return rx.el.header(
        rx.el.a(mark(), href=localized_path("/"), aria_label=_("{brand}, start page", brand=settings().brand_name)),
        rx.el.div(
            language_menu(),
            theme_menu(),
            sign_out_form(button_class("quiet", "small")),
            class_name="flex items-center gap-1",
        ),
        class_name="md:hidden sticky top-0 z-30 h-14 px-4 flex items-center justify-between bg-surface-raised border-b border-line",
    )


def bottom_bar(current: str) -> rx.Component:
    """Navigation within reach of a thumb."""
    titles = _titles()
    row = "flex flex-col items-center justify-center gap-0.5 h-14 text-xs font-medium"
    return rx.el.nav(
        *[_nav_link(name, titles[path], path, current, row) for name, path in _NAVIGATION],
        aria_label=_("Main"),
        class_name=(
            "md:hidden fixed z-30 bottom-0 inset-x-0 grid auto-cols-fr grid-flow-col bg-surface-raised border-t border-line "
            "pb-[env(safe-area-inset-bottom)]"
        ),
    )


def app_frame(*children: rx.Component, current: str) -> rx.Component:
    """The frame of pages for people who are signed in; `current` is the page's path in the navigation."""
    return _page(
        side_navigation(current),
        rx.el.div(
            top_bar(),
            rx.el.main(
                *children,
                id="content",
                tab_index=-1,
                class_name="outline-none max-w-4xl mx-auto px-4 sm:px-6 lg:px-8 py-6 md:py-10",
            ),
            rx.el.footer(
                document_links(), class_name="max-w-4xl mx-auto px-4 sm:px-6 lg:px-8 pt-6 pb-28 md:pb-8 w-full mt-auto"
            ),
            class_name="grow min-w-0 flex flex-col min-h-dvh",
        ),
        bottom_bar(current),
        extra="md:flex min-h-dvh",
    )
