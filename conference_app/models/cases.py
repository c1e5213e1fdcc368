"""Tables of requests about personal data, their steps and their answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id
from conference_app.models.data_map import MAIL_CARRIERS, NOT_PERSONAL, Retention, days_after, kept_for
from conference_app.models.shared_columns import GROWING_ID
from conference_app.purposes import REQUESTS
from conference_app.texts import n_

_WITH_CASE = Retention(n_("As long as the case it belongs to."))

_KEPT = days_after(
    3 * 365, "closed_at", n_("{days} days after it is closed: as long as somebody may ask how it was handled.")
)


def _tag(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(REQUESTS, _KEPT, label=label, stays=REQUESTS.reason, **more)


def _step_tag(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(REQUESTS, _WITH_CASE, label=label, stays=REQUESTS.reason, **more)


def _answer_tag(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(REQUESTS, _WITH_CASE, label=label, **more)


class Case(SQLModel, table=True):
    """A request of a person about their data. What was written stands in the conversation it came from."""

    __tablename__ = "privacy_case"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": _tag(n_("Case number"))}
    )
    kind: str = Field(max_length=12, sa_column_kwargs={"info": _tag(n_("What is asked for"))})
    subject_kind: str = Field(max_length=8, sa_column_kwargs={"info": NOT_PERSONAL})
    subject_id: str = Field(
        max_length=32,
        index=True,
        sa_column_kwargs={"info": _tag(n_("Account, address or conversation number"), belongs_to="subject_id")},
    )
    """Identifier of an account, an address or a contact thread; no foreign key: the case outlives an erasure."""
    opened_from: str = Field(max_length=20, sa_column_kwargs={"info": _tag(n_("Opened from"))})
    status: str = Field(max_length=12, sa_column_kwargs={"info": _tag(n_("State"))})
    opened_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, info=_tag(n_("Opened"))))
    due_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, index=True, info=_tag(n_("To be done by"))))
    closed_at: datetime | None = Field(
        default=None, sa_column=Column(UTCDateTime, nullable=True, info=_tag(n_("Closed")))
    )


class CaseEvent(SQLModel, table=True):
    """One step of a case, which the person sees too. Steps are only added."""

    __tablename__ = "privacy_case_event"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, sa_column=Column(GROWING_ID, primary_key=True, info=NOT_PERSONAL))
    case_id: str = Field(
        sa_column=Column(
            ForeignKey("privacy_case.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=_step_tag(n_("Case number"), belongs_to="case_id"),
        )
    )
    status: str = Field(max_length=12, sa_column_kwargs={"info": _step_tag(n_("State"))})
    by: str = Field(max_length=8, sa_column_kwargs={"info": _step_tag(n_("By whom"))})
    """person, staff or system."""
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, info=_step_tag(n_("When"))))


class CaseAnswer(SQLModel, table=True):
    """What staff wrote to the person about a case. Unlike the case itself, it goes with the person's erasure."""

    __tablename__ = "privacy_case_answer"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, sa_column=Column(GROWING_ID, primary_key=True, info=NOT_PERSONAL))
    case_id: str = Field(
        sa_column=Column(
            ForeignKey("privacy_case.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=_answer_tag(n_("Case number"), belongs_to="case_id"),
        )
    )
    words: str = Field(
        sa_column=Column(EncryptedText, nullable=False, info=_answer_tag(n_("Our answer"), recipients=(MAIL_CARRIERS,)))
    )
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, info=_answer_tag(n_("When"))))
