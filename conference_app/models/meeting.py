"""Tables about meetings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id


class Meeting(SQLModel, table=True):
    """A meeting (ours) and the room (the media server's) it has now.

    Whoever knows the code may knock, so it is encrypted like the subject and found by its keyed hash.
    """

    __tablename__ = "meeting"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    account_id: str = Field(
        sa_column=Column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True),
    )
    code: str = Field(sa_column=Column(EncryptedText, nullable=False))
    code_key: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    subject: str = Field(sa_column=Column(EncryptedText, nullable=False))
    pass_phrase: str = Field(sa_column=Column(EncryptedText, nullable=False))
    """Empty when none is asked for. Kept readable for the organizer, who has to tell it to the guests."""
    starts_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    time_zone: str = Field(default="", max_length=64)
    room: str = Field(default_factory=new_id, max_length=32, unique=True)
    """The media server's name of the room: random, never the code, new each time an ended meeting opens again."""
    opened_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    ended_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    is_locked: bool = Field(default=False)
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class Admission(SQLModel, table=True):
    """That a participant was let into a room, and whether the host has sent that person out of it.

    Identities are keyed hashes: the row names nobody.
    """

    __tablename__ = "admission"  # pyright: ignore[reportAssignmentType]

    meeting_id: str = Field(
        sa_column=Column(ForeignKey("meeting.id", ondelete="CASCADE"), primary_key=True, nullable=False)
    )
    room: str = Field(primary_key=True, max_length=32)
    identity: str = Field(primary_key=True, max_length=64)
    person: str = Field(max_length=64)
    """The same for all tabs of one account; a guest's tab stands for itself."""
    admitted_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    removed_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
