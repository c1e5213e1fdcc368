"""Tables about mail: what was sent, which addresses do not exist, newsletters and what participants asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text
from sqlmodel import Field, SQLModel

from conference_app.models.columns import UTCDateTime, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, days_after, kept_for
from conference_app.purposes import BOUNCES, CONSENT_PROOF, DELIVERY, PARTICIPANT_MAIL
from conference_app.texts import n_

MESSAGE_DAYS = 90
"""How long we know that an email was sent."""
BAD_ADDRESS_DAYS = 365
"""How long an address that bounced is left alone."""
_PLAIN: dict[str, Any] = {"info": NOT_PERSONAL}


def _sent(label: str = "", *, exported: bool = True, belongs_to: str = "") -> dict[str, Any]:
    kept = days_after(MESSAGE_DAYS, "created_at")
    return kept_for(DELIVERY, kept, label=label, exported=exported, belongs_to=belongs_to)


def _bounced(label: str = "", *, belongs_to: str = "") -> dict[str, Any]:
    kept = days_after(BAD_ADDRESS_DAYS, "since")
    return kept_for(BOUNCES, kept, label=label, exported=bool(label), belongs_to=belongs_to)


def _grant(label: str, *, belongs_to: str = "") -> dict[str, Any]:
    kept = days_after(365, "created_at")
    return kept_for((PARTICIPANT_MAIL, CONSENT_PROOF), kept, subject="participant", label=label, belongs_to=belongs_to)


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


class NewsletterTopic(SQLModel, table=True):
    """Something people can ask to hear about, if need be until a day. Its purpose in the ledger is `topic:<id>`."""

    __tablename__ = "newsletter_topic"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs=_PLAIN)
    name_en: str = Field(max_length=100, sa_column_kwargs=_PLAIN)
    name_pl: str = Field(max_length=100, sa_column_kwargs=_PLAIN)
    ends_at: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    closed_at: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    created_at: datetime = column(UTCDateTime, NOT_PERSONAL)


class Newsletter(SQLModel, table=True):
    """A newsletter as staff wrote it, and how far it got."""

    __tablename__ = "newsletter"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs=_PLAIN)
    topic_id: str | None = Field(
        default=None,
        sa_column=Column(ForeignKey("newsletter_topic.id", ondelete="RESTRICT"), nullable=True, info=NOT_PERSONAL),
    )
    """None: the general newsletter."""
    subject_en: str = Field(default="", max_length=200, sa_column_kwargs=_PLAIN)
    subject_pl: str = Field(default="", max_length=200, sa_column_kwargs=_PLAIN)
    body_en: str = Field(default="", sa_column=Column(Text, nullable=False, info=NOT_PERSONAL))
    """Markdown, as in body_pl."""
    body_pl: str = Field(default="", sa_column=Column(Text, nullable=False, info=NOT_PERSONAL))
    status: str = Field(max_length=16, sa_column_kwargs=_PLAIN)
    """A `newsletter_views.Stage`."""
    created_at: datetime = column(UTCDateTime, NOT_PERSONAL)
    changed_at: datetime = column(UTCDateTime, NOT_PERSONAL)
    started_at: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    finished_at: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    counted: str = Field(default="{}", sa_column=Column(Text, nullable=False, info=NOT_PERSONAL))
    """JSON of emails by status, kept when the emails themselves are forgotten."""


class MeetingMailGrant(SQLModel, table=True):
    """That an address takes part in a meeting, and which of its emails the participant asked for."""

    __tablename__ = "meeting_mail_grant"  # pyright: ignore[reportAssignmentType]

    meeting_id: str = Field(
        sa_column=Column(
            ForeignKey("meeting.id", ondelete="CASCADE"),
            primary_key=True,
            nullable=False,
            info=_grant(n_("Meeting number")),
        )
    )
    address_id: str = Field(
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": _grant(n_("Address number"), belongs_to="address_id")},
    )
    wants_reminder: bool = Field(default=False, sa_column_kwargs={"info": _grant(n_("Wants a reminder"))})
    wants_follow_up: bool = Field(default=False, sa_column_kwargs={"info": _grant(n_("Wants mail after the meeting"))})
    created_at: datetime = column(UTCDateTime, _grant(n_("Since")))
