"""Tables of conversations with people who write to us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import MAIL_CARRIERS, NOT_PERSONAL, Retention, days_after, kept_for
from conference_app.models.shared_columns import GROWING_ID
from conference_app.purposes import ANSWER
from conference_app.texts import n_

_WITH_THREAD = Retention(n_("As long as the conversation it belongs to."))

_KEPT = days_after(365, "last_at", n_("Until {days} days after its last message, then deleted by itself."))


def _tag(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(ANSWER, _KEPT, subject="contact", label=label, **more)


def _message_tag(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(ANSWER, _WITH_THREAD, subject="contact", label=label, **more)


class ContactThread(SQLModel, table=True):
    """A conversation with somebody who wrote to us by form or mail."""

    __tablename__ = "contact_thread"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    email: str = column(EncryptedText, _tag(n_("E-mail"), recipients=(MAIL_CARRIERS,)))
    email_key: bytes = column(
        LargeBinary(32), kept_for(ANSWER, _KEPT, subject="contact", exported=False, belongs_to="email_key"), index=True
    )
    name: str | None = column(EncryptedText, _tag(n_("Name"), recipients=(MAIL_CARRIERS,)), nullable=True)
    subject: str = column(EncryptedText, _tag(n_("Subject"), recipients=(MAIL_CARRIERS,)))
    language: str = Field(max_length=8, sa_column_kwargs={"info": _tag(n_("Language"))})
    opened_at: datetime = column(UTCDateTime, _tag(n_("Written")))
    last_at: datetime = column(UTCDateTime, _tag(n_("Latest message")), index=True)
    thanked_at: datetime | None = column(UTCDateTime, _tag(n_("Thanked")), nullable=True)
    """When the one automatic answer was queued; a thread gets no second."""
    closed_at: datetime | None = column(UTCDateTime, _tag(n_("Closed")), nullable=True)


class ContactMessage(SQLModel, table=True):
    """One message of a conversation, in or out."""

    __tablename__ = "contact_message"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, sa_column=Column(GROWING_ID, primary_key=True, info=NOT_PERSONAL))
    thread_id: str = Field(
        sa_column=Column(
            ForeignKey("contact_thread.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=kept_for(
                ANSWER,
                _WITH_THREAD,
                subject="contact",
                label=n_("Conversation"),
                belongs_to="thread_id",
            ),
        )
    )
    direction: str = Field(max_length=3, sa_column_kwargs={"info": _message_tag(n_("From you (in) or to you (out)"))})
    body: str = column(EncryptedText, _message_tag(n_("Message"), recipients=(MAIL_CARRIERS,)))
    mail_id: str | None = column(
        EncryptedText, _message_tag(n_("Message-ID of the mail"), recipients=(MAIL_CARRIERS,)), nullable=True
    )
    mail_key: bytes | None = column(
        LargeBinary(32), kept_for(ANSWER, _WITH_THREAD, subject="contact", exported=False), nullable=True, unique=True
    )
    """Keyed hash of `mail_id`: a mail delivered twice is stored once."""
    at: datetime = column(UTCDateTime, _message_tag(n_("When")))
