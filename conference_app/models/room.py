"""Tables of a room: who was let in, and who waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, false
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, column
from conference_app.models.data_map import NOT_PERSONAL, days_after, kept_for
from conference_app.purposes import ADMISSIONS, ENCRYPTION, MEETINGS
from conference_app.texts import n_

_WITH_ROOM = days_after(30, "admitted_at")
_WHILE_WAITING = days_after(1, "seen_at", n_("While they wait, at most a day."))


class Admission(SQLModel, table=True):
    """That a participant was let into a room, and whether the host has sent that person out of it.

    Identities are keyed hashes: the row names nobody.
    """

    __tablename__ = "admission"  # pyright: ignore[reportAssignmentType]

    meeting_id: str = Field(
        sa_column=Column(
            ForeignKey("meeting.id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
            info=kept_for(ADMISSIONS, _WITH_ROOM, label=n_("Meeting number"), belongs_to="meeting_id"),
        )
    )
    room: str = Field(primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    identity: str = Field(
        primary_key=True,
        max_length=64,
        sa_column_kwargs={"info": kept_for(ADMISSIONS, _WITH_ROOM, exported=False)},
    )
    person: str = Field(max_length=64, sa_column_kwargs={"info": kept_for(ADMISSIONS, _WITH_ROOM, exported=False)})
    """The same for all tabs of one account; a guest's tab stands for itself."""
    network: str = Field(
        default="",
        max_length=20,
        sa_column_kwargs={"info": kept_for(ADMISSIONS, _WITH_ROOM, exported=False), "server_default": ""},
    )
    """`seats.network_key` of where the person came from, by which no single network takes the whole room."""
    admitted_at: datetime = column(UTCDateTime, kept_for(ADMISSIONS, _WITH_ROOM, label=n_("Let in at")))
    seat_at: datetime | None = column(
        UTCDateTime, kept_for(ADMISSIONS, _WITH_ROOM, label=n_("Given a seat at")), nullable=True
    )
    """When the person last got a token; None once somebody else needed the seat."""
    removed_at: datetime | None = column(
        UTCDateTime, kept_for(ADMISSIONS, _WITH_ROOM, label=n_("Sent out at")), nullable=True
    )
    may_host: bool = Field(
        default=False,
        sa_column_kwargs={
            "info": kept_for(ADMISSIONS, _WITH_ROOM, label=n_("Given the host's rights")),
            "server_default": false(),
        },
    )
    """Whether somebody with the host's rights has handed them over to this person, for as long as the room is open."""
    ticket: str | None = column(EncryptedText, kept_for(ENCRYPTION, _WITH_ROOM, exported=False), nullable=True)
    """A host's signature that lets them in, or makes them a host, in the eyes of the others. JSON; it names the person."""
    leaf_key: str = Field(
        default="",
        max_length=43,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WITH_ROOM, exported=False), "server_default": ""},
    )
    """Which browser a host let in, by its public key; empty for who came with the link. Base64url."""


class WaitingGuest(SQLModel, table=True):
    """Somebody who asks to come in and waits for the host: there as long as their page asks again.

    The only place where a guest's name is stored, encrypted: the host reads it in a page of another process.
    """

    __tablename__ = "waiting_guest"  # pyright: ignore[reportAssignmentType]

    meeting_id: str = Field(
        sa_column=Column(
            ForeignKey("meeting.id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
            info=kept_for(MEETINGS, _WHILE_WAITING, label=n_("Meeting number"), belongs_to="meeting_id"),
        )
    )
    identity: str = Field(
        primary_key=True, max_length=64, sa_column_kwargs={"info": kept_for(MEETINGS, _WHILE_WAITING, exported=False)}
    )
    person: str = Field(max_length=64, sa_column_kwargs={"info": kept_for(MEETINGS, _WHILE_WAITING, exported=False)})
    network: str = Field(max_length=20, sa_column_kwargs={"info": kept_for(MEETINGS, _WHILE_WAITING, exported=False)})
    """`seats.network_key`, by which no single network fills the list."""
    name: str = column(
        EncryptedText, kept_for(MEETINGS, _WHILE_WAITING, subject="guest", label=n_("Name of who waits"))
    )
    leaf_key: str = Field(
        default="",
        max_length=43,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WHILE_WAITING, exported=False), "server_default": ""},
    )
    """The public key of their browser, for the host's browser to sign; base64url."""
    proof: str = Field(
        default="",
        max_length=86,
        sa_column_kwargs={"info": kept_for(ENCRYPTION, _WHILE_WAITING, exported=False), "server_default": ""},
    )
    """Their browser's signature that they have the whole link; empty without it."""
    asked_at: datetime = column(UTCDateTime, kept_for(MEETINGS, _WHILE_WAITING, label=n_("Waits since")))
    seen_at: datetime = column(UTCDateTime, kept_for(MEETINGS, _WHILE_WAITING, exported=False), index=True)
    """When their page last asked."""
    refused_at: datetime | None = column(
        UTCDateTime, kept_for(MEETINGS, _WHILE_WAITING, label=n_("Refused at")), nullable=True
    )
