"""Python faces of the TSX pieces beside this file: what must work in the browser without a round trip.

Looks come from Tailwind classes given by Python; texts go in as props, already in the page's language.
"""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component


def _source(name: str) -> str:
    return rx.asset(name, shared=True).importable_path


class Menu(Component):
    """A menu button; children are elements with the role menuitem, menuitemradio or a link of that role."""

    library = _source("menu.tsx")
    tag = "Menu"
    label: rx.Var[str]
    button_class: rx.Var[str]
    panel_class: rx.Var[str]
    trigger: rx.Var[Component]


class LanguageLink(Component):
    """A link to the present page in language `code`."""

    library = _source("page_language.tsx")
    tag = "LanguageLink"
    code: rx.Var[str]
    role: rx.Var[str]


class CopyButton(Component):
    """Copies `text`; a text beginning with / is a path and gets the page's origin in front."""

    library = _source("copying.tsx")
    tag = "CopyButton"
    text: rx.Var[str]
    done: rx.Var[str]
    failed: rx.Var[str]


class FullAddress(Component):
    """A read-only field that shows `path` behind the page's origin."""

    library = _source("copying.tsx")
    tag = "FullAddress"
    path: rx.Var[str]


class NativeDialog(Component):
    """The browser's modal dialog; `on_dismiss` fires on Escape and on a click beside it."""

    library = _source("dialog.tsx")
    tag = "Dialog"
    open: rx.Var[bool]
    label: rx.Var[str]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


class PasswordInput(Component):
    """An <input> for a password with a button to show it. Props of an input are passed on."""

    library = _source("password_input.tsx")
    tag = "PasswordInput"
    name: rx.Var[str]
    auto_complete: rx.Var[str]
    max_length: rx.Var[int]
    required: rx.Var[bool]
    show: rx.Var[str]
    hide: rx.Var[str]
    button_class: rx.Var[str]
    on_change: rx.EventHandler[rx.event.input_event]


class FocusFirstError(Component):
    """After each refused try (a growing number) focuses the first field marked invalid, else the element `fallback`."""

    library = _source("first_error.tsx")
    tag = "FocusFirstError"
    tries: rx.Var[int]
    fallback: rx.Var[str]


class Toast(Component):
    """Shows its children for `seconds` each time `serial` grows; 0 seconds means until closed."""

    library = _source("toast.tsx")
    tag = "Toast"
    serial: rx.Var[int]
    seconds: rx.Var[int]
    close: rx.Var[str]
    button_class: rx.Var[str]


class Delayed(Component):
    """Shows its children only after it has been on the page for `seconds`."""

    library = _source("timing.tsx")
    tag = "Delayed"
    seconds: rx.Var[float]


class NewVersion(Component):
    """A bar that shows, with buttons to `load` the page anew or `later`, once the server is newer than the page."""

    library = _source("new_version.tsx")
    tag = "NewVersion"
    load: rx.Var[str]
    later: rx.Var[str]
    button_class: rx.Var[str]


class LookAgain(Component):
    """Fires `on_look` every `seconds` while it is on a page that can be seen: to follow work that others do."""

    library = _source("timing.tsx")
    tag = "LookAgain"
    seconds: rx.Var[float]
    on_look: rx.EventHandler[rx.event.no_args_event_spec]


class PageLanguage(Component):
    """Sets <html lang>; an empty `code` takes it from the address."""

    library = _source("page_language.tsx")
    tag = "PageLanguage"
    code: rx.Var[str]


class KeepTyped(Component):
    """Keeps what is typed when the page is loaded again; fires `on_stay` every `seconds`, also while nobody looks."""

    library = _source("typed.tsx")
    tag = "KeepTyped"
    seconds: rx.Var[float]
    on_stay: rx.EventHandler[rx.event.no_args_event_spec]


class WhenFields(Component):
    """Date-time and zone inputs named starts_at and time_zone."""

    library = _source("when.tsx")
    tag = "WhenFields"
    lang: rx.Var[str]
    value: rx.Var[str]
    zone: rx.Var[str]
    when_label: rx.Var[str]
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


class Moment(Component):
    """A moment `at` (ISO 8601, UTC) on the clocks of `zone`, or of the browser where that is empty."""

    library = _source("moment.tsx")
    tag = "Moment"
    at: rx.Var[str]
    zone: rx.Var[str]
    lang: rx.Var[str]
    pattern: rx.Var[str]
