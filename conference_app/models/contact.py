"""Tables of what people write to us. Their addresses stand here alone, and in no table that mails are sent from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id
from conference_app.models.consent import GROWING_ID
from conference_app.models.data_map import NOT_PERSONAL, Retention, days_after, tagged
from conference_app.texts import n_

_ANSWER = n_("To answer what you wrote to us, and for nothing else.")
_WITH_THREAD = Retention(n_("As long as the conversation it belongs to."))
_KEPT = days_after(365, "closed_at", n_("Until {days} days after the conversation is closed, then deleted by itself."))


def _tag(label: str, **more: Any) -> dict[str, Any]:
    return tagged(_ANSWER, "legitimate_interest", _KEPT, subject="contact", label=label, **more)


def _message_tag(label: str) -> dict[str, Any]:
    return tagged(_ANSWER, "legitimate_interest", _WITH_THREAD, subject="contact", label=label)


class ContactThread(SQLModel, table=True):
    """A conversation with somebody who wrote to us by form or mail."""

    __tablename__ = "contact_thread"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    email: str = Field(sa_column=Column(EncryptedText, nullable=False, info=_tag(n_("E-mail"))))
    email_key: bytes = Field(
        sa_column=Column(
            LargeBinary(32),
            nullable=False,
            index=True,
            info=tagged(
                _ANSWER, "legitimate_interest", _KEPT, subject="contact", exported=False, belongs_to="email_key"
            ),
        )
    )
    name: str | None = Field(default=None, sa_column=Column(EncryptedText, nullable=True, info=_tag(n_("Name"))))
    subject: str = Field(sa_column=Column(EncryptedText, nullable=False, info=_tag(n_("Subject"))))
    language: str = Field(max_length=8, sa_column_kwargs={"info": _tag(n_("Language"))})
    opened_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, info=_tag(n_("Written"))))
    last_at: datetime = Field(
        sa_column=Column(UTCDateTime, nullable=False, index=True, info=_tag(n_("Latest message")))
    )
    thanked_at: datetime | None = Field(
        default=None, sa_column=Column(UTCDateTime, nullable=True, info=_tag(n_("Thanked")))
    )
    """When the one automatic answer was queued; a thread gets no second."""
    closed_at: datetime | None = Field(
        default=None, sa_column=Column(UTCDateTime, nullable=True, info=_tag(n_("Closed")))
    )


class ContactMessage(SQLModel, table=True):
    """One message of a conversation, in or out."""

    __tablename__ = "contact_message"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, sa_column=Column(GROWING_ID, primary_key=True, info=NOT_PERSONAL))
    thread_id: str = Field(
        sa_column=Column(
            ForeignKey("contact_thread.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=tagged(
                _ANSWER,
                "legitimate_interest",
                _WITH_THREAD,
                subject="contact",
                label=n_("Conversation"),
                belongs_to="thread_id",
            ),
        )
    )
    direction: str = Field(max_length=3, sa_column_kwargs={"info": _message_tag(n_("From you (in) or to you (out)"))})
    body: str = Field(sa_column=Column(EncryptedText, nullable=False, info=_message_tag(n_("Message"))))
    mail_id: str | None = Field(
        default=None, sa_column=Column(EncryptedText, nullable=True, info=_message_tag(n_("Message-ID of the mail")))
    )
    mail_key: bytes | None = Field(
        default=None,
        sa_column=Column(
            LargeBinary(32),
            nullable=True,
            unique=True,
            info=tagged(_ANSWER, "legitimate_interest", _WITH_THREAD, subject="contact", exported=False),
        ),
    )
    """Keyed hash of `mail_id`: a mail delivered twice is stored once."""
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, info=_message_tag(n_("When"))))
