"""The cards of one's meeting: how to invite and start, or what has become of it and how to meet again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from conference_app.components.encryption.meeting_link import copy_link_button, meeting_link
from conference_app.components.kit.buttons import Text, button, icon, link_button
from conference_app.components.kit.choices import switch
from conference_app.components.kit.plain_elements import literal
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import card
from conference_app.components.meetings.rows import MeetingRow, record
from conference_app.texts import _, localized_path


@dataclass(frozen=True, slots=True)
class Invited:
    """What the card shows."""

    meeting: MeetingRow
    pass_phrase: Text
    text: Text
    """The whole invitation, to copy."""
    starts_locked: Any
    tells_pass_phrase: Any
    on_tell: Any
    """Whether the text holds the pass-phrase, and what changes that."""


def _pass_phrase(shown: Invited) -> rx.Component:
    words = literal(shown.pass_phrase, "text-ink font-mono wrap-anywhere")
    return rx.el.div(
        rx.el.p(
            icon("key-round", 18, "mt-0.5"),
            rx.el.span(slotted(_("Guests also need the pass-phrase: {phrase}"), phrase=words)),
            class_name="flex gap-2 text-sm text-ink-muted",
        ),
        switch(
            _("Copy the pass-phrase with the invitation"),
            "tells_pass_phrase",
            checked=shown.tells_pass_phrase,
            on_change=shown.on_tell,
        ),
        class_name="grid grid-cols-1 gap-2",
    )


def _who_comes_in(shown: Invited) -> rx.Component:
    words = rx.cond(
        shown.starts_locked,
        _("Anyone with this link can ask to come in, and you let them in. They need no account."),
        _("Anyone with this link can come in once you open the room. They need no account."),
    )
    return rx.el.p(words, class_name="text-sm text-ink-muted")


def invitation(shown: Invited, *, is_starting: Any, on_start: Any) -> rx.Component:
    """The card of a meeting whose organizer may invite."""
    meeting = shown.meeting
    start = button(
        rx.cond(meeting.is_open, _("Go to the room"), _("Start meeting")),
        icon_name="video",
        busy=is_starting,
        on_click=on_start,
    )
    return card(
        meeting_link(meeting.id, meeting.room_path, "invitation"),
        _who_comes_in(shown),
        rx.cond(shown.pass_phrase, _pass_phrase(shown)),
        rx.el.div(
            start,
            copy_link_button(_("Copy invitation"), meeting.id, meeting.room_path, shown.text, icon_name="mail"),
            class_name="flex flex-wrap gap-3 border-t border-line pt-5 -mx-5 px-5 sm:-mx-6 sm:px-6",
        ),
        extra="p-5 sm:p-6 grid grid-cols-1 gap-4",
    )


def past_meeting(meeting: MeetingRow, *, is_starting: Any, on_start: Any) -> rx.Component:
    """The card of a meeting that is over: nobody comes in by its link any more."""
    held = slotted(_("Held: {when}"), when=record(meeting))
    reopen = button(_("Open this room again"), kind="quiet", busy=is_starting, on_click=on_start)
    return card(
        rx.el.p(rx.cond(meeting.began_at, held, _("Nobody opened this meeting."))),
        rx.el.div(
            link_button(
                _("Meet again"), f"{localized_path('/meetings/new')}?again={meeting.code}", icon_name="calendar-plus"
            ),
            rx.cond(meeting.room_path, reopen),
            class_name="flex flex-wrap gap-3",
        ),
        extra="p-5 sm:p-6 grid grid-cols-1 gap-4",
    )
