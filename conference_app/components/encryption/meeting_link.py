"""The whole link of a meeting, and buttons that copy it: its end is known in the organizer's browsers alone."""

from __future__ import annotations

from typing import Literal

import reflex as rx
from reflex_base.components.component import NoSSRComponent

from conference_app.browser_files import browser_file
from conference_app.components.encryption.key_vault import PACKAGES
from conference_app.components.encryption.words import link_words, look
from conference_app.components.kit.buttons import Text, button_class, icon
from conference_app.texts import _


class LinkCopyButton(NoSSRComponent):
    """Copies `text` with the whole link in place of `path`."""

    library = browser_file(__file__, "meeting_link.tsx")
    tag = "LinkCopyButton"
    lib_dependencies: list[str] = PACKAGES
    meeting: rx.Var[str]
    path: rx.Var[str]
    text: rx.Var[str]
    done: rx.Var[str]
    failed: rx.Var[str]


class MeetingLink(NoSSRComponent):
    """The link to read, or why it cannot be shown and what to do."""

    library = browser_file(__file__, "meeting_link.tsx")
    tag = "MeetingLink"
    lib_dependencies: list[str] = PACKAGES
    meeting: rx.Var[str]
    path: rx.Var[str]
    field_id: rx.Var[str]
    words: rx.Var[dict[str, str]]
    look: rx.Var[dict[str, str]]


def copy_link_button(
    label: Text,
    meeting_id: Text,
    path: Text,
    text: Text | None = None,
    *,
    icon_name: str = "link",
    kind: Literal["primary", "secondary", "quiet"] = "secondary",
) -> rx.Component:
    """Copies the meeting's whole link, or `text` with it in place of `path`."""
    return LinkCopyButton.create(
        icon(icon_name, 18),
        label,
        meeting=meeting_id,
        path=path,
        text=path if text is None else text,
        done=_("Copied"),
        failed=_("Could not copy"),
        class_name=button_class(kind),
    )


def meeting_link(meeting_id: Text, path: Text, field_id: str) -> rx.Component:
    """The link in a field, beside it the button that copies it."""
    return MeetingLink.create(
        copy_link_button(_("Copy link"), meeting_id, path),
        meeting=meeting_id,
        path=path,
        field_id=field_id,
        words=link_words(),
        look=look(),
    )
