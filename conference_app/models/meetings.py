"""The table of meetings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, false
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, PEOPLE_MET, UNTIL_ERASED, kept_for
from conference_app.purposes import MEETINGS, PERSONALISATION
from conference_app.texts import n_

_HABIT = (MEETINGS, PERSONALISATION)


def _told(label: str) -> dict[str, Any]:
    """What the people know whom the host lets in."""
    return kept_for(MEETINGS, UNTIL_ERASED, recipients=(PEOPLE_MET,), label=label)


class Meeting(SQLModel, table=True):
    """A meeting (ours) and the room (the media server's) it has now.

    Whoever knows the code may ask to come in, so it is encrypted like the subject and found by its keyed hash.
    """

    __tablename__ = "meeting"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(MEETINGS, UNTIL_ERASED, label=n_("Meeting number"))},
    )
    account_id: str = Field(
        sa_column=Column(
            ForeignKey("account.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=kept_for(MEETINGS, UNTIL_ERASED, label=n_("Host"), belongs_to="account_id"),
        ),
    )
    code: str = column(EncryptedText, _told(n_("Code in the link")))
    code_key: bytes = column(LargeBinary(32), kept_for(MEETINGS, UNTIL_ERASED, exported=False), unique=True)
    subject: str = column(EncryptedText, _told(n_("Subject")))
    pass_phrase: str = column(EncryptedText, kept_for(MEETINGS, UNTIL_ERASED, label=n_("Pass phrase")))
    """Empty when none is asked for. Kept readable for the organizer, who has to tell it to the guests."""
    starts_at: datetime | None = column(
        UTCDateTime, kept_for(_HABIT, UNTIL_ERASED, label=n_("Starts at")), nullable=True
    )
    time_zone: str = Field(
        default="",
        max_length=64,
        sa_column_kwargs={"info": kept_for(_HABIT, UNTIL_ERASED, label=n_("Time zone"))},
    )
    room: str = Field(default_factory=new_id, max_length=32, unique=True, sa_column_kwargs={"info": NOT_PERSONAL})
    """The media server's name of the room: random, never the code, new each time the meeting opens."""
    opened_at: datetime | None = column(
        UTCDateTime, kept_for(MEETINGS, UNTIL_ERASED, label=n_("Opened at")), nullable=True
    )
    ended_at: datetime | None = column(
        UTCDateTime, kept_for(MEETINGS, UNTIL_ERASED, label=n_("Ended at")), nullable=True
    )
    is_locked: bool = Field(default=False, sa_column_kwargs={"info": NOT_PERSONAL})
    """Whether who is new waits until the host lets them in."""
    starts_locked: bool = Field(default=False, sa_column_kwargs={"info": NOT_PERSONAL, "server_default": false()})
    """Whether it is locked each time it opens: the host lets everybody in."""
    is_over: bool = Field(default=False, sa_column_kwargs={"info": NOT_PERSONAL, "server_default": false()})
    """Whether it ended for good. Else guests with the link wait again until the host comes."""
    attended: int | None = Field(
        default=None,
        sa_column_kwargs={"info": kept_for(MEETINGS, UNTIL_ERASED, label=n_("People who were in it"))},
    )
    """How many were let in between `opened_at` and `ended_at`; None before it has ended."""
    empty_since: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    """Since when nobody is in the open room, as far as the media server says; None while somebody is."""
    created_at: datetime = column(UTCDateTime, kept_for(MEETINGS, UNTIL_ERASED, label=n_("Planned at")), index=True)
