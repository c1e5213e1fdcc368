"""The menus for language and theme that stand on every page."""

from __future__ import annotations

import reflex as rx
from reflex.style import color_mode, set_color_mode
from reflex_base.constants import LiteralColorMode

from conference_app.components.frame.page_language import LanguageLink
from conference_app.components.kit.buttons import button_class, icon
from conference_app.components.kit.menu import Menu
from conference_app.config import LANGUAGES
from conference_app.texts import _, current_language

LANGUAGE_NAMES = {"en": "English", "pl": "Polski"}

_BUTTON = button_class("quiet", "normal", "!px-0 w-[var(--control-height)]")
ITEM = (
    "flex w-full items-center gap-3 h-10 px-3 rounded-control text-sm text-ink text-left hover:bg-surface-sunken "
    "focus-visible:outline-offset-[-2px] aria-checked:font-medium"
)
PANEL = "absolute z-40 min-w-48 p-1 rounded-card bg-surface-raised shadow-float"


def _check(shown: rx.Var[bool] | bool) -> rx.Component:
    return rx.el.span(rx.cond(shown, icon("check", 18, "text-accent-ink")), class_name="ml-auto w-5")


def language_menu(place: str = "right-0 top-full mt-1") -> rx.Component:
    """Goes to the same page in the other language; `place` says where the list opens."""
    here = current_language()
    links = [
        LanguageLink.create(
            LANGUAGE_NAMES[code],
            _check(code == here),
            code=code,
            role="menuitemradio",
            class_name=ITEM,
            custom_attrs={"aria-checked": "true" if code == here else "false"},
        )
        for code in LANGUAGES
    ]
    return Menu.create(
        *links,
        label=_("Language"),
        trigger=icon("globe", 20),
        button_class=_BUTTON,
        panel_class=f"{PANEL} {place}",
    )


def theme_menu(place: str = "right-0 top-full mt-1") -> rx.Component:
    """Light, dark, or as the device says."""
    choices: tuple[tuple[LiteralColorMode, str, str], ...] = (
        ("light", "sun", _("Light")),
        ("dark", "moon", _("Dark")),
        ("system", "monitor", _("As my device")),
    )
    items = [
        rx.el.button(
            icon(icon_name, 18, "text-ink-muted"),
            title,
            _check(color_mode == mode),
            type="button",
            role="menuitemradio",
            on_click=set_color_mode(mode),
            class_name=ITEM,
            aria_checked=rx.cond(color_mode == mode, "true", "false"),
        )
        for mode, icon_name, title in choices
    ]
    return Menu.create(
        *items,
        label=_("Theme"),
        trigger=rx.fragment(icon("sun", 20, "dark:hidden"), icon("moon", 20, "hidden dark:block")),
        button_class=_BUTTON,
        panel_class=f"{PANEL} {place}",
    )
