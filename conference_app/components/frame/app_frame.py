"""The frame around pages for people who are signed in: navigation on the left, or at the bottom of a phone."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.brand import home_link, mark
from conference_app.components.frame.footer import document_links
from conference_app.components.frame.forget_keys import ForgetKeys
from conference_app.components.frame.member_posts import member_post, post_button
from conference_app.components.frame.own_photo import OwnPhotoState
from conference_app.components.frame.page_frame import NEEDS_SCRIPT, whole_page
from conference_app.components.frame.page_menus import language_menu, theme_menu
from conference_app.components.kit.buttons import button_class, icon
from conference_app.components.kit.surfaces import avatar
from conference_app.config import settings
from conference_app.session import SessionState
from conference_app.texts import _, localized_path


def sign_out_form(extra: str) -> rx.Component:
    """A real post, since only a plain route can take the cookie away."""
    return member_post(
        ForgetKeys.create(),
        post_button(icon("log-out", 20), _("Sign out"), class_name=extra),
        action="/auth/sign-out",
    )


def _nav_link(icon_name: str, path: str, current: str, extra: str, *, short: bool = False) -> rx.Component:
    title = _titles()[path]
    shown = _short_titles().get(path, title) if short else title
    return rx.el.a(
        icon(icon_name, 20),
        shown,
        href=localized_path(path),
        class_name=f"rounded-control text-ink-muted hover:text-ink aria-[current]:text-accent-ink {extra}",
        custom_attrs=({"aria-current": "page"} if path == current else {})
        | ({"aria-label": title} if shown != title else {}),
    )


_NAVIGATION = (
    ("calendar-days", "/dashboard"),
    ("plus", "/meetings/new"),
    ("circle-user-round", "/account"),
    ("shield-check", "/privacy-center"),
)
STAFF = "/staff"


def _titles() -> dict[str, str]:
    return {
        "/dashboard": _("Meetings"),
        "/meetings/new": _("New meeting"),
        "/account": _("Account"),
        "/privacy-center": _("Privacy"),
        STAFF: _("Staff"),
    }


def _short_titles() -> dict[str, str]:
    """For a bar with as many as five on a phone; each begins the title it stands for."""
    return {"/meetings/new": _("New")}


def _nav_links(current: str, extra: str, *, short: bool = False) -> list[rx.Component]:
    """The ways to the main pages; to the staff's only for them, who find nothing there without their role."""
    staff = _nav_link("life-buoy", STAFF, current, extra, short=short)
    return [
        *[_nav_link(name, path, current, extra, short=short) for name, path in _NAVIGATION],
        rx.cond(SessionState.is_staff, staff),
    ]


def _face() -> rx.Component:
    """The photo of who is signed in, or their initials; the name beside it says who that is."""
    path = OwnPhotoState.path
    photo = rx.el.img(src=path, alt="", class_name="size-9 shrink-0 rounded-full object-cover")
    return rx.el.span(rx.cond(path, photo, avatar(SessionState.initials)), on_mount=OwnPhotoState.look)


def side_navigation(current: str) -> rx.Component:
    """The column on the left of a wide window."""
    row = "flex items-center gap-3 h-10 px-3 text-sm font-medium hover:bg-surface-sunken aria-[current]:bg-accent-soft"
    return rx.el.aside(
        rx.el.div(home_link(), class_name="px-3 h-16 flex items-center"),
        rx.el.nav(
            *_nav_links(current, row),
            aria_label=_("Main"),
            class_name="grid gap-1",
        ),
        rx.el.div(
            rx.el.div(
                _face(),
                rx.el.span(
                    SessionState.first_name,
                    title=SessionState.first_name,
                    class_name="text-sm font-medium wrap-anywhere line-clamp-2 min-w-0 grow",
                ),
                class_name="flex items-center gap-3 px-2",
            ),
            rx.el.div(
                sign_out_form(f"w-full rounded-control text-ink-muted hover:text-ink {row}"),
                language_menu("left-0 bottom-full mb-1"),
                theme_menu("left-0 bottom-full mb-1"),
                class_name="grid grid-cols-[1fr_auto_auto] items-center",
            ),
            class_name="mt-auto grid grid-cols-1 gap-2",
        ),
        class_name="hidden md:flex flex-col sticky top-0 h-dvh w-60 shrink-0 px-3 pb-4 border-r border-line bg-surface-raised",
    )


def top_bar() -> rx.Component:
    """The bar on top of a phone."""
    return rx.el.header(
        rx.el.a(
            mark(),
            href=localized_path("/"),
            aria_label=_("{brand}, start page", brand=settings().brand_name),
            class_name="-m-2 p-2 rounded-control",
        ),
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
    row = "flex flex-col items-center justify-center gap-0.5 h-14 text-xs font-medium"
    return rx.el.nav(
        *_nav_links(current, row, short=True),
        aria_label=_("Main"),
        class_name=(
            "md:hidden fixed z-30 bottom-0 inset-x-0 grid auto-cols-fr grid-flow-col bg-surface-raised border-t border-line "
            "pb-[env(safe-area-inset-bottom)]"
        ),
    )


def app_frame(*children: rx.Component, current: str) -> rx.Component:
    """The frame of pages for people who are signed in; `current` is the page's path in the navigation."""
    return whole_page(
        side_navigation(current),
        rx.el.div(
            top_bar(),
            rx.el.main(
                *children,
                id="content",
                tab_index=-1,
                class_name=f"{NEEDS_SCRIPT} w-full outline-none max-w-4xl mx-auto px-4 sm:px-6 lg:px-8 py-6 md:py-10",
            ),
            rx.el.footer(
                document_links(), class_name="max-w-4xl mx-auto px-4 sm:px-6 lg:px-8 pt-6 pb-28 md:pb-8 w-full mt-auto"
            ),
            class_name="grow min-w-0 flex flex-col min-h-dvh",
        ),
        bottom_bar(current),
        extra="md:flex min-h-dvh",
    )
