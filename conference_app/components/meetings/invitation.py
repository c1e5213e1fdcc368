"""The invitation to one's meeting: the link to copy, the pass-phrase to tell, and the button that opens the room."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.buttons import button, icon
from conference_app.components.kit.copying import copy_field
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import card
from conference_app.components.meetings.rows import MeetingRow
from conference_app.texts import _


def _pass_phrase(words: str) -> rx.Component:
    shown = rx.el.code(words, class_name="text-ink font-mono wrap-anywhere")
    return rx.el.p(
        icon("key-round", 18, "mt-0.5"),
        rx.el.span(slotted(_("Guests also need the pass-phrase: {phrase}"), phrase=shown)),
        class_name="flex gap-2 text-sm text-ink-muted",
    )


def invitation(meeting: MeetingRow, pass_phrase: str, *, is_starting: bool, on_start: object) -> rx.Component:
    """The card of a meeting whose organizer may invite."""
    start = button(
        rx.cond(meeting.is_live, _("Go to the room"), _("Start meeting")),
        icon_name="video",
        busy=is_starting,
        on_click=on_start,
    )
    return card(
        copy_field(_("Invitation link"), "invitation", meeting.room_path, _("Copy invitation link")),
        rx.el.p(
            _("Anyone with this link can knock. They wait until you open the room, and need no account."),
            class_name="text-sm text-ink-muted",
        ),
        rx.cond(pass_phrase, _pass_phrase(pass_phrase)),
        rx.el.div(start, class_name="border-t border-line pt-5 -mx-5 px-5 sm:-mx-6 sm:px-6"),
        extra="p-5 sm:p-6 grid grid-cols-1 gap-4",
    )
