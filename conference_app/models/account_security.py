"""Tables about the safety of accounts: mailed links, second factors, changes of address, and what happened when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedBytes, EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import MAIL_CARRIERS, PEOPLE_MET, UNTIL_ERASED, Retention, days_after, kept_for
from conference_app.purposes import EMAIL_CHANGE, HISTORY, INTRODUCE, LINKS, SECOND_FACTOR, Purpose
from conference_app.texts import n_

_LINK_OVER = days_after(0, "expires_at", n_("Until it is used or out of date, then deleted by itself."))
_CHANGE_OVER = days_after(8, "requested_at", n_("{days} days, then deleted by itself."))
_HISTORY_OVER = days_after(400, "at", n_("{days} days, then deleted by itself."))
_ACCOUNT_NUMBER = n_("Account number")


def _owner(purpose: Purpose, retention: Retention) -> Column[str]:
    info = kept_for(purpose, retention, label=_ACCOUNT_NUMBER, belongs_to="account_id")
    return Column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True, info=info)


def _owner_key(purpose: Purpose) -> Column[str]:
    info = kept_for(purpose, UNTIL_ERASED, label=_ACCOUNT_NUMBER, belongs_to="account_id")
    return Column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, info=info)


def _time(purpose: Purpose, retention: Retention, label: str, *, nullable: bool = False, index: bool = False) -> Any:
    info = kept_for(purpose, retention, label=label)
    column = Column(UTCDateTime, nullable=nullable, index=index, info=info)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def _written_to(label: str) -> dict[str, Any]:
    """An address of a change: both ends get emails about it."""
    return kept_for(EMAIL_CHANGE, _CHANGE_OVER, recipients=(MAIL_CARRIERS,), label=label)


def _secret(purpose: Purpose, retention: Retention) -> dict[str, Any]:
    return kept_for(purpose, retention, exported=False)


class AccountToken(SQLModel, table=True):
    """A secret on its way to a person, such as the link in a mail. Kept as SHA-256 only; deleted when used."""

    __tablename__ = "account_token"  # pyright: ignore[reportAssignmentType]

    token_hash: bytes = column(LargeBinary(32), _secret(LINKS, _LINK_OVER), primary_key=True)
    kind: str = Field(max_length=32, sa_column_kwargs={"info": kept_for(LINKS, _LINK_OVER, label=n_("What it is for"))})
    account_id: str = Field(sa_column=_owner(LINKS, _LINK_OVER))
    ref: str = Field(default="", max_length=64, sa_column_kwargs={"info": _secret(LINKS, _LINK_OVER)})
    """Identifier of the row it is about, such as a change of address."""
    created_at: datetime = _time(LINKS, _LINK_OVER, n_("Made at"))
    expires_at: datetime = _time(LINKS, _LINK_OVER, n_("Ends at"), index=True)


class EmailChange(SQLModel, table=True):
    """An address on its way out and one on its way in. Stays a week after the change, so that it can be taken back."""

    __tablename__ = "email_change"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": _secret(EMAIL_CHANGE, _CHANGE_OVER)},
    )
    account_id: str = Field(sa_column=_owner(EMAIL_CHANGE, _CHANGE_OVER))
    old_email: str = column(EncryptedText, _written_to(n_("Address until now")))
    new_email: str = column(EncryptedText, _written_to(n_("New address")))
    old_verified_at: datetime | None = _time(EMAIL_CHANGE, _CHANGE_OVER, n_("Old address confirmed at"), nullable=True)
    requested_at: datetime = _time(EMAIL_CHANGE, _CHANGE_OVER, n_("Asked for at"))
    confirmed_at: datetime | None = _time(EMAIL_CHANGE, _CHANGE_OVER, n_("Confirmed at"), nullable=True)


class Passkey(SQLModel, table=True):
    """A WebAuthn credential: its public key, and the name its owner gave it."""

    __tablename__ = "passkey"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": _secret(SECOND_FACTOR, UNTIL_ERASED)},
    )
    account_id: str = Field(sa_column=_owner(SECOND_FACTOR, UNTIL_ERASED))
    credential_key: bytes = column(LargeBinary(32), _secret(SECOND_FACTOR, UNTIL_ERASED), unique=True)
    """SHA-256 of the credential's id, which may be 1,023 bytes long."""
    credential_id: bytes = column(EncryptedBytes, _secret(SECOND_FACTOR, UNTIL_ERASED))
    public_key: bytes = column(EncryptedBytes, _secret(SECOND_FACTOR, UNTIL_ERASED))
    sign_count: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, info=_secret(SECOND_FACTOR, UNTIL_ERASED))
    )
    name: str = column(EncryptedText, kept_for(SECOND_FACTOR, UNTIL_ERASED, label=n_("Name of the passkey")))
    created_at: datetime = _time(SECOND_FACTOR, UNTIL_ERASED, n_("Added at"))
    last_used_at: datetime | None = _time(SECOND_FACTOR, UNTIL_ERASED, n_("Last used at"), nullable=True)


class Authenticator(SQLModel, table=True):
    """The secret shared with a person's authenticator app (TOTP, RFC 6238); not in force before `confirmed_at`."""

    __tablename__ = "authenticator"  # pyright: ignore[reportAssignmentType]

    account_id: str = Field(sa_column=_owner_key(SECOND_FACTOR))
    secret: str = column(EncryptedText, _secret(SECOND_FACTOR, UNTIL_ERASED))
    last_step: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, info=_secret(SECOND_FACTOR, UNTIL_ERASED))
    )
    """The time step of the last code that was taken: none up to it is taken again."""
    created_at: datetime = _time(SECOND_FACTOR, UNTIL_ERASED, n_("Added at"))
    confirmed_at: datetime | None = _time(SECOND_FACTOR, UNTIL_ERASED, n_("Confirmed at"), nullable=True)


class RecoveryCode(SQLModel, table=True):
    """A code for the day the authenticator is lost, as a keyed hash; deleted when used."""

    __tablename__ = "recovery_code"  # pyright: ignore[reportAssignmentType]

    code_hash: bytes = column(LargeBinary(32), _secret(SECOND_FACTOR, UNTIL_ERASED), primary_key=True)
    account_id: str = Field(sa_column=_owner(SECOND_FACTOR, UNTIL_ERASED))


class AccountPhoto(SQLModel, table=True):
    """A person's picture: small, re-encoded, without what a camera writes into it."""

    __tablename__ = "account_photo"  # pyright: ignore[reportAssignmentType]

    account_id: str = Field(sa_column=_owner_key(INTRODUCE))
    image: bytes = column(
        EncryptedBytes, kept_for(INTRODUCE, UNTIL_ERASED, recipients=(PEOPLE_MET,), label=n_("Photo"))
    )
    """WebP."""
    updated_at: datetime = _time(INTRODUCE, UNTIL_ERASED, n_("Photo changed at"))


class AuditEntry(SQLModel, table=True):
    """That something happened to a person's account or data. Tags and identifiers only, nothing in clear."""

    __tablename__ = "audit_entry"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": _secret(HISTORY, _HISTORY_OVER)},
    )
    at: datetime = _time(HISTORY, _HISTORY_OVER, n_("When"), index=True)
    tag: str = Field(
        max_length=48,
        sa_column_kwargs={"info": kept_for(HISTORY, _HISTORY_OVER, label=n_("What happened"))},
    )
    account_id: str | None = Field(
        default=None,
        sa_column=Column(
            ForeignKey("account.id", ondelete="CASCADE"),
            nullable=True,
            index=True,
            info=kept_for(HISTORY, _HISTORY_OVER, label=_ACCOUNT_NUMBER, belongs_to="account_id"),
        ),
    )
    address_id: str | None = Field(
        default=None,
        max_length=32,
        nullable=True,
        index=True,
        sa_column_kwargs={
            "info": kept_for(HISTORY, _HISTORY_OVER, label=n_("Address number"), belongs_to="address_id")
        },
    )
    """The person without account it is about."""
    detail: str = Field(
        default="",
        max_length=64,
        sa_column_kwargs={"info": kept_for(HISTORY, _HISTORY_OVER, label=n_("Which part"))},
    )
    """A field's name or a count; never what stands in it."""
