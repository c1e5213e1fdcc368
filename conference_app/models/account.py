"""Tables about people: accounts, their sign-ins and what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id
from conference_app.models.data_map import UNTIL_ERASED, days_after, tagged
from conference_app.texts import n_

_SERVICE = n_("To run your account.")
_NAME = n_("To show in meetings who you are, and to address you in mails.")
_USERNAME = n_("How others find you here.")
_EMAIL = n_("To sign in, and for mail about your own meetings. Nobody else sees it.")
_LANGUAGE = n_("To write to you in the language you read.")
_SIGN_IN = n_("To sign you in and keep others out.")
_OPTIONAL = n_("To show the people you meet who you are. Leave it empty if you like.")
_DEVICE = n_("So that you can tell your own sign-ins from a stranger's.")
_PROOF = n_("To prove that you agreed to the terms and the privacy policy, and to which text.")
_SESSION_OVER = days_after(0, "expires_at", n_("Until the sign-in ends, then deleted by itself."))


_UNCONFIRMED = days_after(0, "lapses_at", n_("Goes by itself if nobody confirms the e-mail address."))


def _optional(label: str, purpose: str) -> Any:
    """A column of text that a person may leave empty; empty is NULL."""
    info = tagged(purpose, "contract", UNTIL_ERASED, label=label)
    return Field(default=None, sa_column=Column(EncryptedText, nullable=True, info=info))


class Account(SQLModel, table=True):
    """A registered person. Names, username and e-mail are encrypted; `*_key` columns make them unique and findable."""

    __tablename__ = "account"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={
            "info": tagged(_SERVICE, "contract", UNTIL_ERASED, label=n_("Account number"), belongs_to="id")
        },
    )
    first_name: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_NAME, "contract", UNTIL_ERASED, label=n_("First name"))
        )
    )
    last_name: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_NAME, "contract", UNTIL_ERASED, label=n_("Last name"))
        )
    )
    username: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_USERNAME, "contract", UNTIL_ERASED, label=n_("Username"))
        )
    )
    username_key: bytes = Field(
        sa_column=Column(
            LargeBinary(32),
            nullable=False,
            unique=True,
            info=tagged(_SIGN_IN, "contract", UNTIL_ERASED, exported=False),
        )
    )
    email: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_EMAIL, "contract", UNTIL_ERASED, label=n_("E-mail"))
        )
    )
    email_key: bytes = Field(
        sa_column=Column(
            LargeBinary(32),
            nullable=False,
            unique=True,
            info=tagged(_SIGN_IN, "contract", UNTIL_ERASED, exported=False),
        )
    )
    password_hash: str = Field(
        max_length=200, sa_column_kwargs={"info": tagged(_SIGN_IN, "contract", UNTIL_ERASED, exported=False)}
    )
    language: str = Field(
        max_length=8, sa_column_kwargs={"info": tagged(_LANGUAGE, "contract", UNTIL_ERASED, label=n_("Language"))}
    )
    created_at: datetime = Field(
        sa_column=Column(
            UTCDateTime, nullable=False, info=tagged(_SERVICE, "contract", UNTIL_ERASED, label=n_("Registered at"))
        )
    )
    email_verified_at: datetime | None = Field(
        default=None,
        sa_column=Column(
            UTCDateTime, nullable=True, info=tagged(_SIGN_IN, "contract", UNTIL_ERASED, label=n_("E-mail confirmed at"))
        ),
    )
    """When the person followed the link in our mail."""
    claim_key: bytes | None = Field(
        default=None,
        sa_column=Column(
            LargeBinary(32), nullable=True, index=True, info=tagged(_SIGN_IN, "contract", UNTIL_ERASED, exported=False)
        ),
    )
    """While the address is not confirmed: the look-up key it will have then. `email_key` is a made-up one until that
    moment, so that several people may type the same address, and only who reads its mail gets it."""
    lapses_at: datetime | None = Field(
        default=None,
        sa_column=Column(
            UTCDateTime,
            nullable=True,
            index=True,
            info=tagged(_SIGN_IN, "contract", _UNCONFIRMED, label=n_("Lapses at")),
        ),
    )
    """When an account whose address nobody confirms goes by itself."""
    role: str = Field(
        default="",
        max_length=16,
        sa_column_kwargs={"info": tagged(_SERVICE, "contract", UNTIL_ERASED, label=n_("Role")), "server_default": ""},
    )
    """"" or "staff": granted at sign-in to the operator's list of usernames."""
    company: str | None = _optional(n_("Company"), _OPTIONAL)
    title: str | None = _optional(n_("Title"), _OPTIONAL)
    institution: str | None = _optional(n_("Educational institution"), _OPTIONAL)
    phone: str | None = _optional(
        n_("Phone"), n_("So that we can call you back when you ask for help. Nobody else sees it.")
    )
    country: str | None = _optional(n_("Country"), n_("To show dates and prices the way you know them."))
    time_zone: str | None = _optional(n_("Time zone"), n_("To show the times of your meetings right on every device."))


def _account_column(info: dict[str, Any]) -> Column[str]:
    return Column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True, info=info)


def _seen(label: str) -> Any:
    """What the list of sign-ins shows of a browser, so that a strange one is noticed: families only, never an address."""
    info = tagged(_DEVICE, "legitimate_interest", _SESSION_OVER, label=label)
    return Field(default=None, sa_column=Column(EncryptedText, nullable=True, info=info))


class SignInSession(SQLModel, table=True):
    """A signed-in browser. The cookie's token is not kept, only its SHA-256 (the token itself has 256 random bits)."""

    __tablename__ = "sign_in_session"  # pyright: ignore[reportAssignmentType]

    token_hash: bytes = Field(
        sa_column=Column(
            LargeBinary(32), primary_key=True, info=tagged(_SIGN_IN, "contract", _SESSION_OVER, exported=False)
        )
    )
    account_id: str = Field(
        sa_column=_account_column(
            tagged(_SIGN_IN, "contract", _SESSION_OVER, label=n_("Account number"), belongs_to="account_id")
        )
    )
    created_at: datetime = Field(
        sa_column=Column(
            UTCDateTime, nullable=False, info=tagged(_SIGN_IN, "contract", _SESSION_OVER, label=n_("Signed in at"))
        )
    )
    last_seen_at: datetime = Field(
        sa_column=Column(
            UTCDateTime, nullable=False, info=tagged(_SIGN_IN, "contract", _SESSION_OVER, label=n_("Last seen at"))
        )
    )
    expires_at: datetime = Field(
        sa_column=Column(
            UTCDateTime,
            nullable=False,
            index=True,
            info=tagged(_SIGN_IN, "contract", _SESSION_OVER, label=n_("Ends at")),
        )
    )
    browser: str | None = _seen(n_("Browser"))
    system: str | None = _seen(n_("Device"))
    time_zone: str | None = _seen(n_("Time zone"))
    must_accept: bool = Field(
        default=False,
        sa_column_kwargs={
            "info": tagged(_PROOF, "contract", _SESSION_OVER, label=n_("Changed documents to accept")),
            "server_default": sa.false(),
        },
    )
    """Whether the terms or the privacy policy had changed when this sign-in began; nothing else is open until then."""


class SignInTicket(SQLModel, table=True):
    """A sign-in on its way from the page to the cookie; deleted when used."""

    __tablename__ = "sign_in_ticket"  # pyright: ignore[reportAssignmentType]

    ticket_hash: bytes = Field(
        sa_column=Column(
            LargeBinary(32), primary_key=True, info=tagged(_SIGN_IN, "contract", _SESSION_OVER, exported=False)
        )
    )
    account_id: str = Field(
        sa_column=_account_column(
            tagged(_SIGN_IN, "contract", _SESSION_OVER, label=n_("Account number"), belongs_to="account_id")
        )
    )
    expires_at: datetime = Field(
        sa_column=Column(
            UTCDateTime,
            nullable=False,
            index=True,
            info=tagged(_SIGN_IN, "contract", _SESSION_OVER, label=n_("Ends at")),
        )
    )


class ConsentRecord(SQLModel, table=True):
    """That a person accepted a document, when, in which language, and the SHA-256 of the exact text."""

    __tablename__ = "consent_record"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": tagged(_PROOF, "contract", UNTIL_ERASED, label=n_("Entry number"))},
    )
    account_id: str = Field(
        sa_column=_account_column(
            tagged(_PROOF, "contract", UNTIL_ERASED, label=n_("Account number"), belongs_to="account_id")
        )
    )
    document: str = Field(
        max_length=32, sa_column_kwargs={"info": tagged(_PROOF, "contract", UNTIL_ERASED, label=n_("Document"))}
    )
    language: str = Field(
        max_length=8, sa_column_kwargs={"info": tagged(_PROOF, "contract", UNTIL_ERASED, label=n_("Language"))}
    )
    text_sha256: str = Field(
        max_length=64,
        sa_column_kwargs={"info": tagged(_PROOF, "contract", UNTIL_ERASED, label=n_("Fingerprint of the text"))},
    )
    accepted_at: datetime = Field(
        sa_column=Column(
            UTCDateTime, nullable=False, info=tagged(_PROOF, "contract", UNTIL_ERASED, label=n_("Accepted at"))
        )
    )
