"""Tables about people: accounts, their sign-ins and what they agreed to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id


class Account(SQLModel, table=True):
    """A registered person. Names, username and e-mail are encrypted; `*_key` columns make them unique and findable."""

    __tablename__ = "account"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    first_name: str = Field(sa_column=Column(EncryptedText, nullable=False))
    last_name: str = Field(sa_column=Column(EncryptedText, nullable=False))
    username: str = Field(sa_column=Column(EncryptedText, nullable=False))
    username_key: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    email: str = Field(sa_column=Column(EncryptedText, nullable=False))
    email_key: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False, unique=True))
    password_hash: str = Field(max_length=200)
    language: str = Field(max_length=8)
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    email_verified_at: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    """When the person followed the link in our mail; that mail comes with a later issue."""


def _account_column() -> Column[str]:
    return Column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True)


class SignInSession(SQLModel, table=True):
    """A signed-in browser. The cookie's token is not kept, only its SHA-256 (the token itself has 256 random bits)."""

    __tablename__ = "sign_in_session"  # pyright: ignore[reportAssignmentType]

    token_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    account_id: str = Field(sa_column=_account_column())
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    last_seen_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class SignInTicket(SQLModel, table=True):
    """A sign-in on its way from the page to the cookie; deleted when used."""

    __tablename__ = "sign_in_ticket"  # pyright: ignore[reportAssignmentType]

    ticket_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    account_id: str = Field(sa_column=_account_column())
    expires_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True))


class ConsentRecord(SQLModel, table=True):
    """That a person accepted a document, when, in which language, and the SHA-256 of the exact text."""

    __tablename__ = "consent_record"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    account_id: str = Field(sa_column=_account_column())
    document: str = Field(max_length=32)
    language: str = Field(max_length=8)
    text_sha256: str = Field(max_length=64)
    accepted_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
