"""The table of browsers that a person has signed in with before."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id
from conference_app.models.data_map import days_after, kept_for
from conference_app.purposes import SIGN_IN
from conference_app.texts import n_

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
