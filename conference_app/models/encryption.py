"""Tables of end-to-end encryption: a meeting's public keys, and what browsers in a room hand each other through us.

All of it is opaque to us: messages of MLS (RFC 9420) or of a large meeting's leader, which members check themselves. They
name people, so they are encrypted at rest, and they go when the room closes.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, false
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedBytes, EncryptedText, UTCDateTime, column
from conference_app.models.data_map import NOT_PERSONAL, PEOPLE_MET, Retention, kept_for
from conference_app.purposes import ENCRYPTION
from conference_app.texts import n_

_WITH_ROOM = Retention(n_("Until the room closes; deleted with it."))
_WITH_MEETING = Retention(n_("Until you delete the meeting."))
_HASH = kept_for(ENCRYPTION, _WITH_ROOM, exported=False)
_PASSED_ON = kept_for(ENCRYPTION, _WITH_ROOM, recipients=(PEOPLE_MET,), exported=False)


def _meeting_column(retention: Retention, *, primary_key: bool = False) -> Column[str]:
    """Make the foreign key to the meeting a row belongs to: the row goes with it."""
    return Column(
        ForeignKey("meeting.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        index=None if primary_key else True,
        info=kept_for(ENCRYPTION, retention, label=n_("Meeting number"), belongs_to="meeting_id"),
    )


def _room_column() -> Column[str]:
    """Make the foreign key to the room's group: the row goes with it."""
    return Column(
        ForeignKey("encryption_group.room", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
        info=kept_for(ENCRYPTION, _WITH_ROOM, exported=False, belongs_to="room"),
    )


class MeetingKeys(SQLModel, table=True):
    """The public keys of a meeting: the private ones never leave its organizer's browsers. Texts are base64url."""

    __tablename__ = "meeting_keys"  # pyright: ignore[reportAssignmentType]

    meeting_id: str = Field(sa_column=_meeting_column(_WITH_MEETING, primary_key=True))
    version: int = Field(default=1, sa_column_kwargs={"info": NOT_PERSONAL})
    root_public: str = Field(
        max_length=43,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WITH_MEETING, label=n_("Public key of the meeting"))},
    )
    link_public: str = Field(
        max_length=43,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WITH_MEETING, label=n_("Public key of the link"))},
    )
    link_certificate: str = Field(
        max_length=86,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WITH_MEETING, label=n_("Signature over the link's key"))},
    )
    """Empty when the host lets in everybody in person: the link alone does not suffice then."""
    created_at: datetime = column(UTCDateTime, kept_for(ENCRYPTION, _WITH_MEETING, label=n_("Keys made at")))


class EncryptionGroup(SQLModel, table=True):
    """The one group of a room, as far as we know it: its epoch, what a newcomer needs, and whose turn it is."""

    __tablename__ = "encryption_group"  # pyright: ignore[reportAssignmentType]

    room: str = Field(primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    meeting_id: str = Field(sa_column=_meeting_column(_WITH_ROOM))
    driver: str = Field(default="mls", max_length=8, sa_column_kwargs={"info": NOT_PERSONAL})
    version: int = Field(default=1, sa_column_kwargs={"info": NOT_PERSONAL})
    epoch: int = Field(default=-1, sa_column_kwargs={"info": NOT_PERSONAL})
    """-1 until somebody has created the group."""
    info: bytes | None = column(EncryptedBytes, _PASSED_ON, nullable=True)
    """By which a newcomer joins: the GroupInfo of this epoch, or the leader's newest entry."""
    turn_identity: str = Field(default="", max_length=64, sa_column_kwargs={"info": _HASH})
    """Who may commit now; empty: nobody."""
    turn_at: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    """When the last turn began."""
    turns: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})
    """How many turns were asked for: the next number in the queue."""
    changes: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})
    """Grows with every change that other processes have to see."""
    cards: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL, "server_default": "0"})
    """How many cards were shown: the number of the newest."""


class EncryptionCommit(SQLModel, table=True):
    """The commit that led to an epoch of a room's group. One epoch has one: the primary key decides races."""

    __tablename__ = "encryption_commit"  # pyright: ignore[reportAssignmentType]

    room: str = Field(sa_column=_room_column())
    epoch: int = Field(primary_key=True, sa_column_kwargs={"info": NOT_PERSONAL, "autoincrement": False})
    """The epoch after it."""
    message: bytes = column(EncryptedBytes, _PASSED_ON)
    identity: str = Field(max_length=64, sa_column_kwargs={"info": _HASH})
    roll: str | None = column(EncryptedText, _PASSED_ON, nullable=True)
    """JSON: the identities that a leader has let in and put out by it, {"in": […], "out": […]}; None with MLS."""
    created_at: datetime = column(UTCDateTime, kept_for(ENCRYPTION, _WITH_ROOM, label=n_("Keys changed at")))


class EncryptionMember(SQLModel, table=True):
    """Somebody whose browser is or was connected to a room's delivery service."""

    __tablename__ = "encryption_member"  # pyright: ignore[reportAssignmentType]

    room: str = Field(sa_column=_room_column())
    identity: str = Field(primary_key=True, max_length=64, sa_column_kwargs={"info": _HASH})
    socket: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    """Names the newest socket of this identity, in whichever process it is."""
    seen_until: datetime = column(UTCDateTime, kept_for(ENCRYPTION, _WITH_ROOM, label=n_("Connected until")))
    """Who is not there any more by then counts as gone."""
    is_member: bool = Field(
        default=False,
        sa_column_kwargs={
            "info": kept_for(ENCRYPTION, _WITH_ROOM, label=n_("Was given the keys")),
            "server_default": false(),
        },
    )
    """Whether a commit of theirs was accepted, or a leader has let them in: somebody has to take them out of the group once
    they are gone."""
    is_removed: bool = Field(
        default=False,
        sa_column_kwargs={
            "info": kept_for(ENCRYPTION, _WITH_ROOM, label=n_("Sent out")),
            "server_default": false(),
        },
    )
    turn: int | None = Field(default=None, sa_column_kwargs={"info": NOT_PERSONAL})
    """Their number in the queue for turns; None: they do not wait."""
    ready_epoch: int | None = Field(default=None, sa_column_kwargs={"info": NOT_PERSONAL})
    """The epoch whose keys their browser has said to have; -1 before it says so, None while it follows no group."""
    card: bytes | None = column(EncryptedBytes, _PASSED_ON, nullable=True)
    """With a leader: who they are and by which key a secret reaches them, as they say."""
    card_number: int | None = Field(default=None, sa_column_kwargs={"info": NOT_PERSONAL})
    """Which of the room's cards it is; the newest has the highest number."""
    sealed: bytes | None = column(EncryptedBytes, _PASSED_ON, nullable=True)
    """The meeting's secret as the leader has sealed it for them last: nobody else can open it."""
    sealed_epoch: int | None = Field(default=None, sa_column_kwargs={"info": NOT_PERSONAL})
    """The epoch of the commit that it came with."""
