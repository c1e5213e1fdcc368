"""Tables of signing in: sessions, mailed links, changes of the address, second factors and known browsers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedBytes, EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import MAIL_CARRIERS, UNTIL_ERASED, days_after, kept_for
from conference_app.models.shared_columns import account_column, owner_column, owner_key_column, secret_info, time_field
from conference_app.purposes import ACCEPTANCE, DEVICES, EMAIL_CHANGE, LINKS, SECOND_FACTOR, SIGN_IN
from conference_app.texts import n_

_SESSION_OVER = days_after(0, "expires_at", n_("Until the sign-in ends, then deleted by itself."))


def _seen(label: str) -> Any:
    """What the list of sign-ins shows of a browser, so that a strange one is noticed: families only, never an address."""
    info = kept_for(DEVICES, _SESSION_OVER, label=label)
    return Field(default=None, sa_column=Column(EncryptedText, nullable=True, info=info))


class SignInSession(SQLModel, table=True):
    """A signed-in browser. The cookie's token is not kept, only its SHA-256 (the token itself has 256 random bits)."""

    __tablename__ = "sign_in_session"  # pyright: ignore[reportAssignmentType]

    token_hash: bytes = column(LargeBinary(32), kept_for(SIGN_IN, _SESSION_OVER, exported=False), primary_key=True)
    account_id: str = Field(
        sa_column=account_column(kept_for(SIGN_IN, _SESSION_OVER, label=n_("Account number"), belongs_to="account_id"))
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
        sa_column=account_column(kept_for(SIGN_IN, _SESSION_OVER, label=n_("Account number"), belongs_to="account_id"))
    )
    expires_at: datetime = column(UTCDateTime, kept_for(SIGN_IN, _SESSION_OVER, label=n_("Ends at")), index=True)


_LINK_OVER = days_after(0, "expires_at", n_("Until it is used or out of date, then deleted by itself."))

_CHANGE_OVER = days_after(8, "requested_at", n_("{days} days, then deleted by itself."))


def _written_to(label: str) -> dict[str, Any]:
    """An address of a change: both ends get emails about it."""
    return kept_for(EMAIL_CHANGE, _CHANGE_OVER, recipients=(MAIL_CARRIERS,), label=label)


class AccountToken(SQLModel, table=True):
    """A secret on its way to a person, such as the link in a mail. Kept as SHA-256 only; deleted when used."""

    __tablename__ = "account_token"  # pyright: ignore[reportAssignmentType]

    token_hash: bytes = column(LargeBinary(32), secret_info(LINKS, _LINK_OVER), primary_key=True)
    kind: str = Field(max_length=32, sa_column_kwargs={"info": kept_for(LINKS, _LINK_OVER, label=n_("What it is for"))})
    account_id: str = Field(sa_column=owner_column(LINKS, _LINK_OVER))
    ref: str = Field(default="", max_length=64, sa_column_kwargs={"info": secret_info(LINKS, _LINK_OVER)})
    """Identifier of the row it is about, such as a change of address."""
    created_at: datetime = time_field(LINKS, _LINK_OVER, n_("Made at"))
    expires_at: datetime = time_field(LINKS, _LINK_OVER, n_("Ends at"), index=True)


class EmailChange(SQLModel, table=True):
    """An address on its way out and one on its way in. Stays a week after the change, so that it can be taken back."""

    __tablename__ = "email_change"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": secret_info(EMAIL_CHANGE, _CHANGE_OVER)},
    )
    account_id: str = Field(sa_column=owner_column(EMAIL_CHANGE, _CHANGE_OVER))
    old_email: str = column(EncryptedText, _written_to(n_("Address until now")))
    new_email: str = column(EncryptedText, _written_to(n_("New address")))
    old_verified_at: datetime | None = time_field(
        EMAIL_CHANGE, _CHANGE_OVER, n_("Old address confirmed at"), nullable=True
    )
    requested_at: datetime = time_field(EMAIL_CHANGE, _CHANGE_OVER, n_("Asked for at"))
    confirmed_at: datetime | None = time_field(EMAIL_CHANGE, _CHANGE_OVER, n_("Confirmed at"), nullable=True)


class Passkey(SQLModel, table=True):
    """A WebAuthn credential: its public key, and the name its owner gave it."""

    __tablename__ = "passkey"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": secret_info(SECOND_FACTOR, UNTIL_ERASED)},
    )
    account_id: str = Field(sa_column=owner_column(SECOND_FACTOR, UNTIL_ERASED))
    credential_key: bytes = column(LargeBinary(32), secret_info(SECOND_FACTOR, UNTIL_ERASED), unique=True)
    """SHA-256 of the credential's id, which may be 1,023 bytes long."""
    credential_id: bytes = column(EncryptedBytes, secret_info(SECOND_FACTOR, UNTIL_ERASED))
    public_key: bytes = column(EncryptedBytes, secret_info(SECOND_FACTOR, UNTIL_ERASED))
    sign_count: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, info=secret_info(SECOND_FACTOR, UNTIL_ERASED))
    )
    name: str = column(EncryptedText, kept_for(SECOND_FACTOR, UNTIL_ERASED, label=n_("Name of the passkey")))
    created_at: datetime = time_field(SECOND_FACTOR, UNTIL_ERASED, n_("Added at"))
    last_used_at: datetime | None = time_field(SECOND_FACTOR, UNTIL_ERASED, n_("Last used at"), nullable=True)


class Authenticator(SQLModel, table=True):
    """The secret shared with a person's authenticator app (TOTP, RFC 6238); not in force before `confirmed_at`."""

    __tablename__ = "authenticator"  # pyright: ignore[reportAssignmentType]

    account_id: str = Field(sa_column=owner_key_column(SECOND_FACTOR))
    secret: str = column(EncryptedText, secret_info(SECOND_FACTOR, UNTIL_ERASED))
    last_step: int = Field(
        default=0, sa_column=Column(BigInteger, nullable=False, info=secret_info(SECOND_FACTOR, UNTIL_ERASED))
    )
    """The time step of the last code that was taken: none up to it is taken again."""
    created_at: datetime = time_field(SECOND_FACTOR, UNTIL_ERASED, n_("Added at"))
    confirmed_at: datetime | None = time_field(SECOND_FACTOR, UNTIL_ERASED, n_("Confirmed at"), nullable=True)


class RecoveryCode(SQLModel, table=True):
    """A code for the day the authenticator is lost, as a keyed hash; deleted when used."""

    __tablename__ = "recovery_code"  # pyright: ignore[reportAssignmentType]

    code_hash: bytes = column(LargeBinary(32), secret_info(SECOND_FACTOR, UNTIL_ERASED), primary_key=True)
    account_id: str = Field(sa_column=owner_column(SECOND_FACTOR, UNTIL_ERASED))


KNOWN_DAYS = 90
"""Days after its last sign-in in which a browser counts as known."""

_OVER = days_after(
    KNOWN_DAYS, "last_used_at", n_("{days} days after the last sign-in with it, then deleted by itself.")
)


class KnownDevice(SQLModel, table=True):
    """A browser by families, and the hash of the secret in its cookie: what tells its owner from a stranger."""

    __tablename__ = "known_device"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(SIGN_IN, _OVER, exported=False)},
    )
    account_id: str = Field(
        sa_column=Column(
            ForeignKey("account.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=kept_for(SIGN_IN, _OVER, label=n_("Account number"), belongs_to="account_id"),
        )
    )
    token_hash: bytes | None = Field(
        default=None,
        sa_column=Column(LargeBinary(32), nullable=True, index=True, info=kept_for(SIGN_IN, _OVER, exported=False)),
    )
    """SHA-256 of the cookie; none when the browser keeps no cookie, or when it is trusted no more."""
    browser: str = Field(
        sa_column=Column(EncryptedText, nullable=False, info=kept_for(SIGN_IN, _OVER, label=n_("Browser")))
    )
    system: str = Field(
        sa_column=Column(EncryptedText, nullable=False, info=kept_for(SIGN_IN, _OVER, label=n_("Device")))
    )
    last_used_at: datetime = Field(
        sa_column=Column(
            UTCDateTime, nullable=False, index=True, info=kept_for(SIGN_IN, _OVER, label=n_("Last used at"))
        )
    )
