"""The meeting page's one browser component: lobby, call and farewell, written in TypeScript beside this file and in the folders below.

It talks to the media process by itself. The page's State hears only what a server must decide: who may come in, and
the host's orders.
"""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.components.component import NoSSRComponent

from conference_app.browser_files import browser_file


def _two_texts(first: rx.Var[str], second: rx.Var[str]) -> tuple[rx.Var[str], rx.Var[str]]:
    return (first, second)


def _request(
    name: rx.Var[str], pass_phrase: rx.Var[str], leaf_key: rx.Var[str], proof: rx.Var[str]
) -> tuple[rx.Var[str], rx.Var[str], rx.Var[str], rx.Var[str]]:
    return (name, pass_phrase, leaf_key, proof)


class MeetingRoom(NoSSRComponent):
    """Loaded in the browser only, and only on the page that shows it."""

    library = browser_file(__file__, "MeetingRoom.tsx")
    tag = "MeetingRoom"
    lib_dependencies: list[str] = [
        "livekit-client@2.23.0",
        "@livekit/components-react@3.0.0",
        "@livekit/protocol@1.52.1",
        "lucide-react@1.26.0",
        "tslib@2.8.1",
        "ts-mls@1.6.4",
        "@noble/ciphers@2.1.1",
        "@noble/curves@2.0.1",
        "@noble/hashes@2.0.1",
        "@hpke/core@1.9.0",
    ]

    access: rx.Var[Any]
    """What the page knows before joining: type MeetingAccess in pageMessages.ts."""
    answer: rx.Var[Any]
    """The newest answer to `on_join`: type Answer in pageMessages.ts."""
    notice: rx.Var[Any]
    """What to tell the host about their last order; `id` differs each time."""
    desk: rx.Var[Any]
    """What the host is told about who waits: type Desk in pageMessages.ts."""
    is_locked: rx.Var[bool]
    texts: rx.Var[dict[str, object]]
    """`room.texts.room_texts()` in the page's language."""
    language: rx.Var[str]
    brand: rx.Var[str]
    home_path: rx.Var[str]
    meetings_path: rx.Var[str]
    """Where a member's meetings are listed; empty for guests."""
    hosted_path: rx.Var[str]
    """What stands before a meeting's code in the address of its host's page; empty for all others."""

    on_join: rx.EventHandler[_request]
    """(name, pass-phrase, leaf key, proof of the link): asks for admission, in the lobby and whenever the call was lost."""
    on_stop_waiting: rx.EventHandler[rx.event.no_args_event_spec]
    on_answer_taken: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    """(answer id): the token may be forgotten."""
    on_remove: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    """(identity)."""
    on_lock: rx.EventHandler[rx.event.passthrough_event_spec(bool)]
    on_watch: rx.EventHandler[rx.event.no_args_event_spec]
    """A host's page asks for the next `desk`."""
    on_admit: rx.EventHandler[_two_texts]
    """(identity of who waits, or "" for all; tickets by identity, as JSON)."""
    on_refuse: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    """(identity of who waits)."""
    on_hand_over: rx.EventHandler[_two_texts]
    """(identity, the co-host's ticket as JSON)."""
    on_end: rx.EventHandler[rx.event.no_args_event_spec]


meeting_room = MeetingRoom.create
