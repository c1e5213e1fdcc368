"""Tables about meetings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id
from conference_app.models.data_map import NOT_PERSONAL, UNTIL_ERASED, days_after, tagged
from conference_app.texts import n_

_MEETING = n_("To hold the meetings you plan.")
_ORDER = n_("To know who was let into a room, and who was sent out of it.")
_WITH_ROOM = days_after(30, "admitted_at")


class Meeting(SQLModel, table=True):
    """A meeting (ours) and the room (the media server's) it has now.

    Whoever knows the code may knock, so it is encrypted like the subject and found by its keyed hash.
    """

    __tablename__ = "meeting"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Meeting number"))},
    )
    account_id: str = Field(
        sa_column=Column(
            ForeignKey("account.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Host"), belongs_to="account_id"),
        ),
    )
    code: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Code in the link"))
        )
    )
    code_key: bytes = Field(
        sa_column=Column(
            LargeBinary(32),
            nullable=False,
            unique=True,
            info=tagged(_MEETING, "contract", UNTIL_ERASED, exported=False),
        )
    )
    subject: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Subject"))
        )
    )
    pass_phrase: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Pass phrase"))
        )
    )
    """Empty when none is asked for. Kept readable for the organizer, who has to tell it to the guests."""
    starts_at: datetime | None = Field(
        default=None,
        sa_column=Column(
            UTCDateTime, nullable=True, info=tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Starts at"))
        ),
    )
    time_zone: str = Field(
        default="",
        max_length=64,
        sa_column_kwargs={"info": tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Time zone"))},
    )
    room: str = Field(default_factory=new_id, max_length=32, unique=True, sa_column_kwargs={"info": NOT_PERSONAL})
    """The media server's name of the room: random, never the code, new each time an ended meeting opens again."""
    opened_at: datetime | None = Field(
        default=None,
        sa_column=Column(
            UTCDateTime, nullable=True, info=tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Opened at"))
        ),
    )
    ended_at: datetime | None = Field(
        default=None,
        sa_column=Column(
            UTCDateTime, nullable=True, info=tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Ended at"))
        ),
    )
    is_locked: bool = Field(default=False, sa_column_kwargs={"info": NOT_PERSONAL})
    created_at: datetime = Field(
        sa_column=Column(
            UTCDateTime,
            nullable=False,
            index=True,
            info=tagged(_MEETING, "contract", UNTIL_ERASED, label=n_("Planned at")),
        )
    )


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
            info=tagged(_ORDER, "contract", _WITH_ROOM, label=n_("Meeting number"), belongs_to="meeting_id"),
        )
    )
    room: str = Field(primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    identity: str = Field(
        primary_key=True,
        max_length=64,
        sa_column_kwargs={"info": tagged(_ORDER, "contract", _WITH_ROOM, exported=False)},
    )
    person: str = Field(
        max_length=64, sa_column_kwargs={"info": tagged(_ORDER, "contract", _WITH_ROOM, exported=False)}
    )
    """The same for all tabs of one account; a guest's tab stands for itself."""
    admitted_at: datetime = Field(
        sa_column=Column(
            UTCDateTime, nullable=False, info=tagged(_ORDER, "contract", _WITH_ROOM, label=n_("Let in at"))
        )
    )
    removed_at: datetime | None = Field(
        default=None,
        sa_column=Column(
            UTCDateTime, nullable=True, info=tagged(_ORDER, "contract", _WITH_ROOM, label=n_("Sent out at"))
        ),
    )
