"""The table of people without an account who gave us an address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id
from conference_app.models.data_map import UNTIL_FORGOTTEN, tagged
from conference_app.texts import n_

_REACH = n_("To send you the mails you asked for, and no others.")
_FIND = n_("To find your address again when you stop a mail or ask what we hold.")


class Address(SQLModel, table=True):
    """An e-mail address of somebody without an account: a subscriber or a participant of a meeting.

    Whoever only wrote to us stands in `contact_thread` instead, and never here.
    """

    __tablename__ = "address"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={
            "info": tagged(
                _FIND, "consent", UNTIL_FORGOTTEN, subject="subscriber", label=n_("Address number"), belongs_to="id"
            )
        },
    )
    email: str = Field(
        sa_column=Column(
            EncryptedText,
            nullable=False,
            info=tagged(_REACH, "consent", UNTIL_FORGOTTEN, subject="subscriber", label=n_("E-mail")),
        )
    )
    email_key: bytes = Field(
        sa_column=Column(
            LargeBinary(32),
            nullable=False,
            unique=True,
            info=tagged(_FIND, "consent", UNTIL_FORGOTTEN, subject="subscriber", exported=False),
        )
    )
    """`services.addresses.email_key`: the same key as an account of this address has."""
    language: str = Field(
        max_length=8,
        sa_column_kwargs={
            "info": tagged(
                n_("To write to you in your language."),
                "consent",
                UNTIL_FORGOTTEN,
                subject="subscriber",
                label=n_("Language"),
            )
        },
    )
    created_at: datetime = Field(
        sa_column=Column(
            UTCDateTime,
            nullable=False,
            info=tagged(_FIND, "consent", UNTIL_FORGOTTEN, subject="subscriber", label=n_("Known since")),
        )
    )
