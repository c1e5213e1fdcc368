"""Tables of newsletters: topics, drafts and sendings, and sign-ups that wait for a confirmation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary, Text
from sqlmodel import Field, SQLModel

from conference_app.models.columns import UTCDateTime, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, days_after, kept_for
from conference_app.purposes import CONFIRM_ADDRESS
from conference_app.texts import n_

_ASKED = days_after(0, "expires_at", n_("Until you follow the link, at most 48 hours."))


def _asked(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(CONFIRM_ADDRESS, _ASKED, subject="subscriber", label=label, **more)


class PendingConsent(SQLModel, table=True):
    """A sign-up that waits for its address to be confirmed by the link in our mail."""

    __tablename__ = "pending_consent"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    address_id: str = Field(
        sa_column=Column(
            ForeignKey("address.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=_asked(n_("Address number"), belongs_to="address_id"),
        )
    )
    purpose: str = Field(max_length=64, sa_column_kwargs={"info": _asked(n_("Purpose"))})
    token_hash: bytes | None = column(LargeBinary(32), NOT_PERSONAL, nullable=True, unique=True)
    """SHA-256 of the link's token, which exists only in the mail; none before the mail leaves."""
    control: str = Field(max_length=60, sa_column_kwargs={"info": _asked(n_("By which control"))})
    page: str = Field(max_length=60, sa_column_kwargs={"info": _asked(n_("On which page"))})
    words_sha256: str = Field(max_length=64, sa_column_kwargs={"info": _asked(n_("Fingerprint of the words"))})
    language: str = Field(max_length=8, sa_column_kwargs={"info": _asked(n_("Language"))})
    asked_at: datetime = column(UTCDateTime, _asked(n_("When")))
    expires_at: datetime = column(UTCDateTime, NOT_PERSONAL, index=True)


_PLAIN: dict[str, Any] = {"info": NOT_PERSONAL}


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
    """A `views.Stage` of newsletters."""
    created_at: datetime = column(UTCDateTime, NOT_PERSONAL)
    changed_at: datetime = column(UTCDateTime, NOT_PERSONAL)
    started_at: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    finished_at: datetime | None = column(UTCDateTime, NOT_PERSONAL, nullable=True)
    counted: str = Field(default="{}", sa_column=Column(Text, nullable=False, info=NOT_PERSONAL))
    """JSON of emails by status, kept when the emails themselves are forgotten."""
