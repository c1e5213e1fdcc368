"""Tables of mail: what was sent, and which addresses do not exist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import UTCDateTime, column, new_id
from conference_app.models.data_map import days_after, kept_for
from conference_app.purposes import BOUNCES, DELIVERY
from conference_app.texts import n_

MESSAGE_DAYS = 90
"""How long we know that an email was sent."""

BAD_ADDRESS_DAYS = 365
"""How long an address that bounced is left alone."""


def _sent(label: str = "", *, exported: bool = True, belongs_to: str = "") -> dict[str, Any]:
    kept = days_after(MESSAGE_DAYS, "created_at")
    return kept_for(DELIVERY, kept, label=label, exported=exported, belongs_to=belongs_to)


def _bounced(label: str = "", *, belongs_to: str = "") -> dict[str, Any]:
    kept = days_after(BAD_ADDRESS_DAYS, "since")
    return kept_for(BOUNCES, kept, label=label, exported=bool(label), belongs_to=belongs_to)


class OutgoingEmail(SQLModel, table=True):
    """An email on its way or sent: never its text, and its recipient by identifier only."""

    __tablename__ = "outgoing_email"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_outgoing_email_newsletter_status", "newsletter_id", "status"),)

    id: str = Field(
        default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": _sent(exported=False)}
    )
    unique_key: str | None = Field(
        default=None, max_length=200, unique=True, nullable=True, sa_column_kwargs={"info": _sent(exported=False)}
    )
    email_class: str = Field(max_length=16, sa_column_kwargs={"info": _sent(n_("Class of mail"))})
    template: str = Field(max_length=60, sa_column_kwargs={"info": _sent(n_("Mail"))})
    purpose: str = Field(max_length=100, sa_column_kwargs={"info": _sent(n_("Sent for"))})
    language: str = Field(default="", max_length=8, sa_column_kwargs={"info": _sent(n_("Language"))})
    """Empty: the recipient's own when it leaves."""
    account_id: str | None = Field(
        default=None,
        sa_column=Column(
            ForeignKey("account.id", ondelete="CASCADE"),
            nullable=True,
            index=True,
            info=_sent(exported=False, belongs_to="account_id"),
        ),
    )
    address_id: str | None = Field(
        default=None,
        max_length=32,
        index=True,
        nullable=True,
        sa_column_kwargs={"info": _sent(exported=False, belongs_to="address_id")},
    )
    source: str = Field(default="", max_length=60, sa_column_kwargs={"info": _sent(exported=False)})
    row_id: str = Field(
        default="", max_length=64, sa_column_kwargs={"info": _sent(exported=False, belongs_to="row_id")}
    )
    """Of a conversation or a change of address, among others: with it, the email belongs to that person."""
    meeting_id: str | None = Field(
        default=None, max_length=32, nullable=True, sa_column_kwargs={"info": _sent(n_("Meeting number"))}
    )
    newsletter_id: str | None = Field(
        default=None, max_length=32, nullable=True, sa_column_kwargs={"info": _sent(n_("Newsletter number"))}
    )
    status: str = Field(max_length=16, sa_column_kwargs={"info": _sent(n_("What became of it"))})
    """A `mail.Status`."""
    reason: str = Field(default="", max_length=40, sa_column_kwargs={"info": _sent(n_("Why"))})
    """Why it was withheld, refused or bounced: a word of ours or an enhanced status code (RFC 3463)."""
    created_at: datetime = column(UTCDateTime, _sent(n_("Written")), index=True)
    changed_at: datetime = column(UTCDateTime, _sent(n_("Last changed")))
    """When it got its status."""


class BadAddress(SQLModel, table=True):
    """An address that its mail server says does not exist, by its keyed hash. A changed address has another hash."""

    __tablename__ = "mail_bad_address"  # pyright: ignore[reportAssignmentType]

    email_key: bytes = column(LargeBinary(32), _bounced(belongs_to="email_key"), primary_key=True)
    code: str = Field(max_length=16, sa_column_kwargs={"info": _bounced(n_("Answer of its mail server"))})
    """The enhanced status code, such as 5.1.1."""
    since: datetime = column(UTCDateTime, _bounced(n_("Since")), index=True)
