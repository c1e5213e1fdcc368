"""What the meeting page tells its browser component: access to the meeting, the answer to asking for a place, a notice to the host.

typescript_types.py writes the browser's side of these types, pageMessages.ts.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Literal

from conference_app.errors import ConferenceError, InvalidInput, TooManyAttempts
from conference_app.services.accounts.introductions import Introduction
from conference_app.services.room.host_view import HostView
from conference_app.services.room.joining import Admitted
from conference_app.texts import _, error_text

AccessStatus = Literal["loading", "waiting", "open", "locked", "ended", "not_found", "too_many_attempts", "unavailable"]


def new_id() -> str:
    """An id that no earlier answer or notice had."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class MeetingAccess:
    """What the page knows before joining. `subject` only for the organizer: strangers learn it when they are let in."""

    id: str = ""
    """Another one at each load, by which the browser notices that this State has been lost and found."""
    status: AccessStatus = "loading"
    message: str = ""
    needs_pass_phrase: bool = False
    subject: str = ""
    suggested_name: str = ""
    introduction: str = ""
    """What the others also see under that name."""
    is_host: bool = False
    host: str = ""
    """Whose meeting it is; empty until a pass-phrase that is asked for was right."""
    when: str = ""
    """When it begins, in words; empty like `host`, and without a set time."""
    invitation: str = ""
    """For the organizer: the text to send to guests."""
    meeting_id: str = ""
    """For the organizer: from it and their vault their browser derives the meeting's root key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to asking for a place. The browser takes each `id` once and says so; then the token is forgotten."""

    id: str = ""
    kind: Literal["", "admitted", "waiting", "ask_again", "refused"] = ""
    token: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    role: str = ""
    subject: str = field(default="", repr=False)
    code: str = ""
    """Of a refusal: ConferenceError.code. Of a wait: "host" (who has yet to come) or "admit" (the host is asked)."""
    host: str = ""
    """Of a wait: as in MeetingAccess."""
    when: str = ""
    message: str = ""
    wait_s: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """What to tell the host about their last order."""

    id: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class WaitingPerson:
    """Somebody who waits to be let in."""

    identity: str = ""
    name: str = field(default="", repr=False)
    leaf_key: str = ""
    """The key that the host's browser signs a ticket for, base64url; empty if theirs named none."""
    proof: str = ""
    """Shows that they have the whole link, base64url; empty without it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the host is told. The browser asks for the next one when it has another `id`; empty: this tab is no host's."""

    id: str = ""
    waiting: list[WaitingPerson] = field(default_factory=list)


def desk_of(view: HostView) -> Desk:
    """The host's view, for the browser."""
    return Desk(new_id(), [WaitingPerson(one.identity, one.name, one.leaf_key, one.proof) for one in view.waiting])


def introduction_words(shown: Introduction) -> str:
    """What the others see beside a member's own name, in a sentence; empty if that is all."""
    if shown.about and shown.has_photo:
        return _("With it they see your photo and: {about}.", about=shown.about)
    if shown.about:
        return _("With it they see: {about}.", about=shown.about)
    return _("With it they see your photo.") if shown.has_photo else ""


def refusal(error: ConferenceError) -> Answer:
    """Put a refusal into words; of a form, what it says of its one field."""
    told = next(iter(error.fields.values()), error) if isinstance(error, InvalidInput) else error
    wait_s = error.wait_s if isinstance(error, TooManyAttempts) else 0
    return Answer(id=new_id(), kind="refused", code=error.code, message=error_text(told), wait_s=wait_s)


def admission(admitted: Admitted) -> Answer:
    """The way in, for the browser."""
    return Answer(
        id=new_id(),
        kind="admitted",
        token=admitted.token,
        name=admitted.name,
        role=admitted.role,
        subject=admitted.subject,
    )
