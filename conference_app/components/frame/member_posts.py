"""Forms that a member's browser posts to a plain route, with the session's token: no other site can send them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from conference_app.components.kit.buttons import Kind, Text, button_class
from conference_app.components.kit.plain_elements import PostForm
from conference_app.session import SessionState
from conference_app.texts import _, localized_path


def member_post(*children: rx.Component, action: Text, **props: Any) -> rx.Component:
    """A form for `action` around `children`, one of which is a `post_button`."""
    token = rx.el.input(type="hidden", name="csrf_token", value=SessionState.csrf_token, read_only=True)
    return PostForm.create(token, *children, action=action, method="post", **props)


def post_button(*face: Any, class_name: str) -> rx.Component:
    """Sends its `member_post`. A page stands before its token has come: until then the route would refuse the press."""
    has_token = rx.cond(SessionState.csrf_token, True, False)
    return rx.el.button(*face, type="submit", disabled=~has_token, class_name=class_name)


def sign_in_again(path: str, kind: Kind = "primary") -> rx.Component:
    """The button that signs out and goes on to the sign-in, which leads back to the page `path`."""
    following = f"{localized_path('/sign-in')}?{urlencode({'next': localized_path(path)})}"
    return member_post(
        rx.el.input(type="hidden", name="next", value=following, read_only=True),
        post_button(_("Sign in again"), class_name=button_class(kind, "normal")),
        action="/auth/sign-out",
    )
