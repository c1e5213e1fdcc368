"""Tables of legal requests by courts and authorities, and of orders not to tell of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, new_id
from conference_app.models.data_map import NOT_PERSONAL, Retention, days_after, kept_for
from conference_app.models.shared_columns import GROWING_ID
from conference_app.purposes import LEGAL_REQUESTS
from conference_app.texts import n_

_KEPT = days_after(
    5 * 365, "decided_at", n_("{days} days after it is decided: as long as somebody may ask how it was handled.")
)

_WITH_REQUEST = Retention(n_("As long as the request it belongs to."))


def _tag(label: str = "", **more: Any) -> dict[str, Any]:
    return kept_for(LEGAL_REQUESTS, _KEPT, label=label, exported=bool(label), stays=LEGAL_REQUESTS.reason, **more)


def _order_tag(label: str, **more: Any) -> dict[str, Any]:
    return kept_for(LEGAL_REQUESTS, _WITH_REQUEST, label=label, stays=LEGAL_REQUESTS.reason, **more)


class LegalRequest(SQLModel, table=True):
    """A subpoena, a court's order or another request for data, and how it was decided.

    Staff name nobody in its words: the person is the account's number or the address's key, which lead to nobody once
    the person is erased. What is about nobody we know has neither.
    """

    __tablename__ = "legal_request"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    kind: str = Field(max_length=12, sa_column_kwargs={"info": _tag(n_("Kind of request"))})
    authority: str = Field(sa_column=Column(EncryptedText, nullable=False, info=_tag(n_("Who asked for it"))))
    reference: str = Field(sa_column=Column(EncryptedText, nullable=False, info=_tag(n_("Their reference"))))
    scope: str = Field(sa_column=Column(EncryptedText, nullable=False, info=_tag(n_("What was asked for"))))
    account_id: str | None = Field(
        default=None, max_length=32, index=True, sa_column_kwargs={"info": _tag(belongs_to="account_id")}
    )
    """No foreign key: the record outlives an erasure."""
    email_key: bytes | None = Field(
        default=None,
        sa_column=Column(LargeBinary(32), nullable=True, index=True, info=_tag(belongs_to="email_key")),
    )
    decision: str = Field(default="pending", max_length=8, sa_column_kwargs={"info": _tag(n_("Decision"))})
    """pending, refused, partly or answered."""
    handed_out: str = Field(
        default="", sa_column=Column(EncryptedText, nullable=False, info=_tag(n_("What was handed out")))
    )
    received_at: datetime = Field(
        sa_column=Column(UTCDateTime, nullable=False, index=True, info=_tag(n_("Request received")))
    )
    decided_at: datetime | None = Field(
        default=None, sa_column=Column(UTCDateTime, nullable=True, info=_tag(n_("Request decided")))
    )
    hidden_until: datetime | None = Field(
        default=None,
        sa_column=Column(UTCDateTime, nullable=True, info=_tag(n_("We were not allowed to tell you before"))),
    )
    """Until then the person may not be told by law; the row is in no view and no copy of theirs (`personal_rows`)."""
    noted_by: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    """The member of the staff who wrote it down: an account's number."""
    decided_by: str = Field(default="", max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})


class NonDisclosureChange(SQLModel, table=True):
    """That staff changed until when the person may not be told of a legal request, and why. Changes are only added."""

    __tablename__ = "non_disclosure_change"  # pyright: ignore[reportAssignmentType]

    id: int | None = Field(default=None, sa_column=Column(GROWING_ID, primary_key=True, info=NOT_PERSONAL))
    request_id: str = Field(
        sa_column=Column(
            ForeignKey("legal_request.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
            info=_order_tag(n_("Number of the request"), belongs_to="request_id"),
        )
    )
    before: datetime | None = Field(
        default=None, sa_column=Column(UTCDateTime, nullable=True, info=_order_tag(n_("Until when it was before")))
    )
    reason: str = Field(sa_column=Column(EncryptedText, nullable=False, info=_order_tag(n_("Reason"))))
    at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, info=_order_tag(n_("When"))))
    changed_by: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    """The member of the staff: an account's number."""
    hidden_until: datetime | None = Field(
        default=None,
        sa_column=Column(UTCDateTime, nullable=True, info=_order_tag(n_("We were not allowed to tell you before"))),
    )
    """As the legal request's own now: the change may not be told before the legal request may."""
