"""Tables about people: accounts, their sign-ins and what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import MAIL_CARRIERS, PEOPLE_MET, UNTIL_ERASED, days_after, kept_for
from conference_app.purposes import (
    ACCEPTANCE,
    ACCOUNT,
    ACCOUNT_MAIL,
    CALL_BACK,
    DEVICES,
    DIALLING,
    INTRODUCE,
    LANGUAGE,
    LOCAL_TIMES,
    NEWSLETTER,
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
_SESSION_OVER = days_after(0, "expires_at", n_("Until the sign-in ends, then deleted by itself."))


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


def _account_column(info: dict[str, Any]) -> Column[str]:
    return Column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True, info=info)


def _seen(label: str) -> Any:
    """What the list of sign-ins shows of a browser, so that a strange one is noticed: families only, never an address."""
    info = kept_for(DEVICES, _SESSION_OVER, label=label)
    return Field(default=None, sa_column=Column(EncryptedText, nullable=True, info=info))


class SignInSession(SQLModel, table=True):
    """A signed-in browser. The cookie's token is not kept, only its SHA-256 (the token itself has 256 random bits)."""

    __tablename__ = "sign_in_session"  # pyright: ignore[reportAssignmentType]

    token_hash: bytes = column(LargeBinary(32), kept_for(SIGN_IN, _SESSION_OVER, exported=False), primary_key=True)
    account_id: str = Field(
        sa_column=_account_column(kept_for(SIGN_IN, _SESSION_OVER, label=n_("Account number"), belongs_to="account_id"))
    )
    created_at: datetime = column(UTCDateTime, kept_for(SIGN_IN, _SESSION_OVER, label=n_("Signed in at")))
    last_seen_at: datetime = column(UTCDateTime, kept_for(SIGN_IN, _SESSION_OVER, label=n_("Last seen at")))
    expires_at: datetime = column(UTCDateTime, kept_for(SIGN_IN, _SESSION_OVER, label=n_("Ends at")), index=True)
    browser: str | None = _seen(n_("Browser"))
    system: str | None = _seen(n_("Device"))
    time_zone: str | None = _seen(n_("Time zone"))
    must_accept: bool = Field(
        default=False,
        sa_column_kwargs={
            "info": kept_for(ACCEPTANCE, _SESSION_OVER, label=n_("Changed documents to accept")),
            "server_default": sa.false(),
        },
    )
    """Whether the terms or the privacy policy had changed when this sign-in began; nothing else is open until then."""


class SignInTicket(SQLModel, table=True):
    """A sign-in on its way from the page to the cookie; deleted when used."""

    __tablename__ = "sign_in_ticket"  # pyright: ignore[reportAssignmentType]

    ticket_hash: bytes = column(LargeBinary(32), kept_for(SIGN_IN, _SESSION_OVER, exported=False), primary_key=True)
    account_id: str = Field(
        sa_column=_account_column(kept_for(SIGN_IN, _SESSION_OVER, label=n_("Account number"), belongs_to="account_id"))
    )
    expires_at: datetime = column(UTCDateTime, kept_for(SIGN_IN, _SESSION_OVER, label=n_("Ends at")), index=True)


class ConsentRecord(SQLModel, table=True):
    """That a person accepted a document, when, in which language, and the SHA-256 of the exact text."""

    __tablename__ = "consent_record"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Entry number"))},
    )
    account_id: str = Field(
        sa_column=_account_column(
            kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Account number"), belongs_to="account_id")
        )
    )
    document: str = Field(
        max_length=32, sa_column_kwargs={"info": kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Document"))}
    )
    language: str = Field(
        max_length=8, sa_column_kwargs={"info": kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Language"))}
    )
    text_sha256: str = Field(
        max_length=64,
        sa_column_kwargs={"info": kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Fingerprint of the text"))},
    )
    accepted_at: datetime = column(UTCDateTime, kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Accepted at")))
