"""Tables of a guest's change of address and its mailed links."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import MAIL_CARRIERS, days_after, kept_for
from conference_app.purposes import EMAIL_CHANGE, LINKS
from conference_app.texts import n_

_CHANGE_OVER = days_after(8, "requested_at", n_("{days} days, then deleted by itself."))

_LINK_OVER = days_after(0, "expires_at", n_("Until it is used or out of date, then deleted by itself."))


def _written_to(label: str) -> dict[str, Any]:
    """An address of a change: both ends get emails about it."""
    return kept_for(EMAIL_CHANGE, _CHANGE_OVER, recipients=(MAIL_CARRIERS,), subject="guest", label=label)


class AddressChange(SQLModel, table=True):
    """An address on its way out and one on its way in. Stays a week, so that the old one can take it back."""

    __tablename__ = "address_change"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(EMAIL_CHANGE, _CHANGE_OVER, subject="guest", exported=False)},
    )
    email_key: bytes = column(
        LargeBinary(32),
        kept_for(EMAIL_CHANGE, _CHANGE_OVER, subject="guest", exported=False, belongs_to="email_key"),
        index=True,
    )
    """Of the address that the person has now: the old one, and the new one once that is confirmed."""
    old_email: str = column(EncryptedText, _written_to(n_("Address until now")))
    new_email: str = column(EncryptedText, _written_to(n_("New address")))
    language: str = Field(
        max_length=8,
        sa_column_kwargs={"info": kept_for(EMAIL_CHANGE, _CHANGE_OVER, subject="guest", label=n_("Language"))},
    )
    requested_at: datetime = column(
        UTCDateTime, kept_for(EMAIL_CHANGE, _CHANGE_OVER, subject="guest", label=n_("Asked for at"))
    )
    confirmed_at: datetime | None = column(
        UTCDateTime,
        kept_for(EMAIL_CHANGE, _CHANGE_OVER, subject="guest", label=n_("Confirmed at")),
        nullable=True,
    )
    moved: str | None = column(
        EncryptedText, kept_for(EMAIL_CHANGE, _CHANGE_OVER, subject="guest", exported=False), nullable=True
    )
    """JSON of `services.addresses.moves.Moved`: which rows came along, so that they can go back. Numbers and keys."""


class AddressToken(SQLModel, table=True):
    """The secret of a link in a mail about such a change. Kept as SHA-256 only; deleted when used."""

    __tablename__ = "address_token"  # pyright: ignore[reportAssignmentType]

    token_hash: bytes = column(
        LargeBinary(32), kept_for(LINKS, _LINK_OVER, subject="guest", exported=False), primary_key=True
    )
    kind: str = Field(
        max_length=16,
        sa_column_kwargs={"info": kept_for(LINKS, _LINK_OVER, subject="guest", label=n_("What it is for"))},
    )
    """confirm or revoke."""
    change_id: str = Field(
        sa_column=Column(
            ForeignKey("address_change.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=kept_for(LINKS, _LINK_OVER, subject="guest", exported=False, belongs_to="change_id"),
        )
    )
    expires_at: datetime = column(
        UTCDateTime, kept_for(LINKS, _LINK_OVER, subject="guest", label=n_("Ends at")), index=True
    )
