"""The table of people without an account who gave us an address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import MAIL_CARRIERS, UNTIL_FORGOTTEN, kept_for
from conference_app.purposes import (
    CONFIRM_ADDRESS,
    FIND_ADDRESS,
    LANGUAGE,
    NEWSLETTER,
    PARTICIPANT_MAIL,
    PROMOTION,
    REQUESTS,
    TOPIC,
)
from conference_app.texts import n_

_REACH = (CONFIRM_ADDRESS, REQUESTS, PARTICIPANT_MAIL, NEWSLETTER, PROMOTION, TOPIC)


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
            "info": kept_for(
                FIND_ADDRESS, UNTIL_FORGOTTEN, subject="subscriber", label=n_("Address number"), belongs_to="id"
            )
        },
    )
    email: str = column(
        EncryptedText,
        kept_for(_REACH, UNTIL_FORGOTTEN, recipients=(MAIL_CARRIERS,), subject="subscriber", label=n_("E-mail")),
    )
    email_key: bytes = column(
        LargeBinary(32), kept_for(FIND_ADDRESS, UNTIL_FORGOTTEN, subject="subscriber", exported=False), unique=True
    )
    """`services.addresses.email_key`: the same key as an account of this address has."""
    language: str = Field(
        max_length=8,
        sa_column_kwargs={
            "info": kept_for(
                LANGUAGE,
                UNTIL_FORGOTTEN,
                subject="subscriber",
                label=n_("Language"),
            )
        },
    )
    created_at: datetime = column(
        UTCDateTime, kept_for(FIND_ADDRESS, UNTIL_FORGOTTEN, subject="subscriber", label=n_("Known since"))
    )
