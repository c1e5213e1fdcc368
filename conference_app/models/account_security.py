"""Tables about the safety of accounts: mailed links, second factors, changes of address, and what happened when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedBytes, EncryptedText, UTCDateTime, new_id
from conference_app.models.data_map import UNTIL_ERASED, Retention, days_after, tagged
from conference_app.texts import n_

_LINKS = n_("To make sure that a link or code we sent is used once, by you.")
_SECOND = n_("To sign you in with more than a password, as you asked.")
_CHANGE = n_("To change your e-mail address safely, and to change it back if it was not you.")
_PHOTO = n_("To show the people you meet who you are. Leave it empty if you like.")
_HISTORY = n_("To show you what was changed about your account, and when.")
_LINK_OVER = days_after(0, "expires_at", n_("Until it is used or out of date, then deleted by itself."))
_CHANGE_OVER = days_after(8, "requested_at", n_("{days} days, then deleted by itself."))
_HISTORY_OVER = days_after(400, "at", n_("{days} days, then deleted by itself."))
_ACCOUNT_NUMBER = n_("Account number")


def _owner(purpose: str, retention: Retention) -> Column[str]:
    info = tagged(purpose, "contract", retention, label=_ACCOUNT_NUMBER, belongs_to="account_id")
    return Column(ForeignKey("account.id", ondelete="CASCADE"), nullable=False, index=True, info=info)


def _owner_key(purpose: str) -> Column[str]:
    info = tagged(purpose, "contract", UNTIL_ERASED, label=_ACCOUNT_NUMBER, belongs_to="account_id")
    return Column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, info=info)


def _time(purpose: str, retention: Retention, label: str, *, nullable: bool = False, index: bool = False) -> Any:
    info = tagged(purpose, "contract", retention, label=label)
    column = Column(UTCDateTime, nullable=nullable, index=index, info=info)
    return Field(default=None, sa_column=column) if nullable else Field(sa_column=column)


def _secret(purpose: str, retention: Retention) -> dict[str, Any]:
    return tagged(purpose, "contract", retention, exported=False)


class AccountToken(SQLModel, table=True):
    """A secret on its way to a person, such as the link in a mail. Kept as SHA-256 only; deleted when used."""

    __tablename__ = "account_token"  # pyright: ignore[reportAssignmentType]

    token_hash: bytes = Field(
        sa_column=Column(LargeBinary(32), primary_key=True, info=_secret(_LINKS, _LINK_OVER)),
    )
    kind: str = Field(
        max_length=32, sa_column_kwargs={"info": tagged(_LINKS, "contract", _LINK_OVER, label=n_("What it is for"))}
    )
    account_id: str = Field(sa_column=_owner(_LINKS, _LINK_OVER))
    ref: str = Field(default="", max_length=64, sa_column_kwargs={"info": _secret(_LINKS, _LINK_OVER)})
    """Identifier of the row it is about, such as a change of address."""
    created_at: datetime = _time(_LINKS, _LINK_OVER, n_("Made at"))
    expires_at: datetime = _time(_LINKS, _LINK_OVER, n_("Ends at"), index=True)


class EmailChange(SQLModel, table=True):
    """An address on its way out and one on its way in. Stays a week after the change, so that it can be taken back."""

    __tablename__ = "email_change"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": _secret(_CHANGE, _CHANGE_OVER)},
    )
    account_id: str = Field(sa_column=_owner(_CHANGE, _CHANGE_OVER))
    old_email: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_CHANGE, "contract", _CHANGE_OVER, label=n_("Address until now"))
        )
    )
    new_email: str = Field(
        sa_column=Column(
            EncryptedText, nullable=False, info=tagged(_CHANGE, "contract", _CHANGE_OVER, label=n_("New address"))
        )
    )
    old_verified_at: datetime | None = _time(_CHANGE, _CHANGE_OVER, n_("Old address confirmed at"), nullable=True)
    requested_at: datetime = _time(_CHANGE, _CHANGE_OVER, n_("Asked for at"))
    confirmed_at: datetime | None = _time(_CHANGE, _CHANGE_OVER, n_("Confirmed at"), nullable=True)


class Passkey(SQLModel, table=True):
    """A WebAuthn credential: its public key, and the name its owner gave it."""

    __tablename__ = "passkey"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": _secret(_SECOND, UNTIL_ERASED)},
    )
    account_id: str = Field(sa_column=_owner(_SECOND, UNTIL_ERASED))
    credential_key: bytes = Field(
        sa_column=Column(LargeBinary(32), nullable=False, unique=True, info=_secret(_SECOND, UNTIL_ERASED))
    )
    """SHA-256 of the credential's id, which may be 1,023 bytes long."""
    credential_id: bytes = Field(sa_column=Column(EncryptedBytes, nullable=False, info=_secret(_SECOND, UNTIL_ERASED)))
    public_key: bytes = Field(sa_column=Column(EncryptedBytes, nullable=False, info=_secret(_SECOND, UNTIL_ERASED)))
    sign_count: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, info=_secret(_SECOND, UNTIL_ERASED))
    )
    name: str = Field(
        sa_column=Column(
            EncryptedText,
            nullable=False,
            info=tagged(_SECOND, "contract", UNTIL_ERASED, label=n_("Name of the passkey")),
        )
    )
    created_at: datetime = _time(_SECOND, UNTIL_ERASED, n_("Added at"))
    last_used_at: datetime | None = _time(_SECOND, UNTIL_ERASED, n_("Last used at"), nullable=True)


class Authenticator(SQLModel, table=True):
    """The secret shared with a person's authenticator app (TOTP, RFC 6238); not in force before `confirmed_at`."""

    __tablename__ = "authenticator"  # pyright: ignore[reportAssignmentType]

    account_id: str = Field(sa_column=_owner_key(_SECOND))
    secret: str = Field(sa_column=Column(EncryptedText, nullable=False, info=_secret(_SECOND, UNTIL_ERASED)))
    last_step: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, info=_secret(_SECOND, UNTIL_ERASED)))
    """The time step of the last code that was taken: none up to it is taken again."""
    created_at: datetime = _time(_SECOND, UNTIL_ERASED, n_("Added at"))
    confirmed_at: datetime | None = _time(_SECOND, UNTIL_ERASED, n_("Confirmed at"), nullable=True)


class RecoveryCode(SQLModel, table=True):
    """A code for the day the authenticator is lost, as a keyed hash; deleted when used."""

    __tablename__ = "recovery_code"  # pyright: ignore[reportAssignmentType]

    code_hash: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True, info=_secret(_SECOND, UNTIL_ERASED)))
    account_id: str = Field(sa_column=_owner(_SECOND, UNTIL_ERASED))


class AccountPhoto(SQLModel, table=True):
    """A person's picture: small, re-encoded, without what a camera writes into it."""

    __tablename__ = "account_photo"  # pyright: ignore[reportAssignmentType]

    account_id: str = Field(sa_column=_owner_key(_PHOTO))
    image: bytes = Field(
        sa_column=Column(
            EncryptedBytes, nullable=False, info=tagged(_PHOTO, "contract", UNTIL_ERASED, label=n_("Photo"))
        )
    )
    """WebP."""
    updated_at: datetime = _time(_PHOTO, UNTIL_ERASED, n_("Photo changed at"))


class AuditEntry(SQLModel, table=True):
    """That something happened to a person's account or data. Tags and identifiers only, nothing in clear."""

    __tablename__ = "audit_entry"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": _secret(_HISTORY, _HISTORY_OVER)},
    )
    at: datetime = _time(_HISTORY, _HISTORY_OVER, n_("When"), index=True)
    tag: str = Field(
        max_length=48,
        sa_column_kwargs={"info": tagged(_HISTORY, "contract", _HISTORY_OVER, label=n_("What happened"))},
    )
    account_id: str | None = Field(
        default=None,
        sa_column=Column(
            ForeignKey("account.id", ondelete="CASCADE"),
            nullable=True,
            index=True,
            info=tagged(_HISTORY, "contract", _HISTORY_OVER, label=_ACCOUNT_NUMBER, belongs_to="account_id"),
        ),
    )
    address_id: str | None = Field(
        default=None,
        max_length=32,
        nullable=True,
        index=True,
        sa_column_kwargs={"info": tagged(_HISTORY, "contract", _HISTORY_OVER, label=n_("Address number"))},
    )
    """The person without account it is about; such an entry goes with the time, since it names nobody."""
    detail: str = Field(
        default="",
        max_length=64,
        sa_column_kwargs={"info": tagged(_HISTORY, "contract", _HISTORY_OVER, label=n_("Which part"))},
    )
    """A field's name or a count; never what stands in it."""
