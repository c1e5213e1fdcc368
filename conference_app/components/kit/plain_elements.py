"""Elements that the browser itself follows or sends, where Reflex's own would go through the page's script."""

from __future__ import annotations

import reflex as rx
from reflex_components_core.el.element import Element

from conference_app.components.kit.buttons import LINK


class PlainLink(Element):
    """A link the browser itself follows: the router's would not move the focus to a place in the page."""

    tag = "a"
    href: rx.Var[str]


class PostForm(Element):
    """A form the browser itself posts to a plain route: Reflex's own form never does."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


def literal(words: rx.Var[str] | str, class_name: str = "font-mono text-sm") -> rx.Component:
    """What must be typed or found as it stands, such as a code: programs that translate pages leave it alone."""
    return rx.el.code(words, class_name=f"notranslate {class_name}", custom_attrs={"translate": "no"})


def plain_link(label: str, href: str) -> rx.Component:
    """A link in a sentence to a page that the server makes itself, or to a mailbox or telephone."""
    return PlainLink.create(
        label,
        href=href,
        class_name=LINK,
    )
