"""Tables of people: those with an account, and those who gave us an address without one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import (
    MAIL_CARRIERS,
    PEOPLE_MET,
    UNTIL_ERASED,
    UNTIL_FORGOTTEN,
    days_after,
    kept_for,
)
from conference_app.purposes import (
    ACCOUNT,
    ACCOUNT_MAIL,
    CALL_BACK,
    CONFIRM_ADDRESS,
    DIALLING,
    FIND_ADDRESS,
    INTRODUCE,
    LANGUAGE,
    LOCAL_TIMES,
    NEWSLETTER,
    PARTICIPANT_MAIL,
    PROMOTION,
    REQUESTS,
    SIGN_IN,
    TOPIC,
    USERNAME,
    Purpose,
)
from conference_app.texts import n_

_MAILS = (ACCOUNT_MAIL, REQUESTS, NEWSLETTER, PROMOTION, TOPIC)
"""What we may write for; the last three only once the person agrees."""

_NAME = (INTRODUCE, *_MAILS)

_ADDRESS = (SIGN_IN, *_MAILS)

_UNCONFIRMED = days_after(0, "lapses_at", n_("Goes by itself if nobody confirms the e-mail address."))


def _named(label: str) -> dict[str, Any]:
    """A part of the name: others see it in meetings, and emails begin with it."""
    return kept_for(_NAME, UNTIL_ERASED, recipients=(PEOPLE_MET, MAIL_CARRIERS), label=label)


def _optional(label: str, purpose: Purpose, *recipients: str) -> Any:
    """A column of text that a person may leave empty; empty is NULL."""
    info = kept_for(purpose, UNTIL_ERASED, recipients=recipients, label=label)
    return Field(default=None, sa_column=Column(EncryptedText, nullable=True, info=info))


class Account(SQLModel, table=True):
    """A registered person. Names, username and e-mail are encrypted; `*_key` columns make them unique and findable."""

    __tablename__ = "account"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(ACCOUNT, UNTIL_ERASED, label=n_("Account number"), belongs_to="id")},
    )
    first_name: str = column(EncryptedText, _named(n_("First name")))
    last_name: str = column(EncryptedText, _named(n_("Last name")))
    username: str = column(EncryptedText, kept_for((USERNAME, SIGN_IN), UNTIL_ERASED, label=n_("Username")))
    username_key: bytes = column(LargeBinary(32), kept_for(SIGN_IN, UNTIL_ERASED, exported=False), unique=True)
    email: str = column(
        EncryptedText, kept_for(_ADDRESS, UNTIL_ERASED, recipients=(MAIL_CARRIERS,), label=n_("E-mail"))
    )
    email_key: bytes = column(LargeBinary(32), kept_for(SIGN_IN, UNTIL_ERASED, exported=False), unique=True)
    password_hash: str = Field(
        max_length=200, sa_column_kwargs={"info": kept_for(SIGN_IN, UNTIL_ERASED, exported=False)}
    )
    language: str = Field(
        max_length=8, sa_column_kwargs={"info": kept_for(LANGUAGE, UNTIL_ERASED, label=n_("Language"))}
    )
    created_at: datetime = column(UTCDateTime, kept_for(ACCOUNT, UNTIL_ERASED, label=n_("Registered at")))
    email_verified_at: datetime | None = column(
        UTCDateTime, kept_for(_ADDRESS, UNTIL_ERASED, label=n_("E-mail confirmed at")), nullable=True
    )
    """When the person followed the link in our mail."""
    claim_key: bytes | None = column(
        LargeBinary(32), kept_for(SIGN_IN, UNTIL_ERASED, exported=False), nullable=True, index=True
    )
    """While the address is not confirmed: the look-up key it will have then. `email_key` is a made-up one until that
    moment, so that several people may type the same address, and only who reads its mail gets it."""
    lapses_at: datetime | None = column(
        UTCDateTime, kept_for(SIGN_IN, _UNCONFIRMED, label=n_("Lapses at")), nullable=True, index=True
    )
    """When an account whose address nobody confirms goes by itself."""
    role: str = Field(
        default="",
        max_length=16,
        sa_column_kwargs={"info": kept_for((ACCOUNT, SIGN_IN), UNTIL_ERASED, label=n_("Role")), "server_default": ""},
    )
    """"" or "staff": granted at sign-in to the confirmed addresses of the operator's list."""
    company: str | None = _optional(n_("Company"), INTRODUCE, PEOPLE_MET)
    title: str | None = _optional(n_("Title"), INTRODUCE, PEOPLE_MET)
    institution: str | None = _optional(n_("Educational institution"), INTRODUCE, PEOPLE_MET)
    phone: str | None = _optional(n_("Phone"), CALL_BACK)
    country: str | None = _optional(n_("Country"), DIALLING)
    time_zone: str | None = _optional(n_("Time zone"), LOCAL_TIMES)


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
