"""Python faces of the TSX pieces in kit.tsx and when.tsx: what must work in the browser without a round trip."""

from __future__ import annotations

import reflex as rx
from reflex_base.components.component import Component

_kit = rx.asset("kit.tsx", shared=True).importable_path
_when = rx.asset("when.tsx", shared=True).importable_path


class Menu(Component):
    """A menu button; children are elements with the role menuitem, menuitemradio or a link of that role."""

    library = _kit
    tag = "Menu"
    label: rx.Var[str]
    button_class: rx.Var[str]
    panel_class: rx.Var[str]
    trigger: rx.Var[Component]


class LanguageLink(Component):
    """A link to the present page in language `code`."""

    library = _kit
    tag = "LanguageLink"
    code: rx.Var[str]
    role: rx.Var[str]


class CopyButton(Component):
    """Copies `text`; a text beginning with / is a path and gets the page's origin in front."""

    library = _kit
    tag = "CopyButton"
    text: rx.Var[str]
    done: rx.Var[str]
    failed: rx.Var[str]


class FullAddress(Component):
    """A read-only field that shows `path` behind the page's origin."""

    library = _kit
    tag = "FullAddress"
    path: rx.Var[str]


class NativeDialog(Component):
    """The browser's modal dialog; `on_dismiss` fires on Escape and on a click beside it."""

    library = _kit
    tag = "Dialog"
    open: rx.Var[bool]
    label: rx.Var[str]
    on_dismiss: rx.EventHandler[rx.event.no_args_event_spec]


class PasswordInput(Component):
    """An <input> for a password with a button to show it. Props of an input are passed on."""

    library = _kit
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

    library = _kit
    tag = "FocusFirstError"
    tries: rx.Var[int]
    fallback: rx.Var[str]


class Toast(Component):
    """Shows its children for `seconds` each time `serial` grows; 0 seconds means until closed."""

    library = _kit
    tag = "Toast"
    serial: rx.Var[int]
    seconds: rx.Var[int]
    close: rx.Var[str]
    button_class: rx.Var[str]


class Delayed(Component):
    """Shows its children only after it has been on the page for `seconds`."""

    library = _kit
    tag = "Delayed"
    seconds: rx.Var[float]


class PageLanguage(Component):
    """Sets <html lang>; an empty `code` takes it from the address."""

    library = _kit
    tag = "PageLanguage"
    code: rx.Var[str]


class WhenFields(Component):
    """Date-time and zone inputs named starts_at and time_zone."""

    library = _when
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
