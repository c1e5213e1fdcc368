"""The table of what happened to accounts, and when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey
from sqlmodel import Field, SQLModel

from conference_app.models.columns import new_id
from conference_app.models.data_map import days_after, kept_for
from conference_app.models.shared_columns import ACCOUNT_NUMBER, secret_info, time_field
from conference_app.purposes import HISTORY
from conference_app.texts import n_

_HISTORY_OVER = days_after(400, "at", n_("{days} days, then deleted by itself."))


class AuditEntry(SQLModel, table=True):
    """That something happened to a person's account or data. Tags and identifiers only, nothing in clear."""

    __tablename__ = "audit_entry"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": secret_info(HISTORY, _HISTORY_OVER)},
    )
    at: datetime = time_field(HISTORY, _HISTORY_OVER, n_("When"), index=True)
    tag: str = Field(
        max_length=48,
        sa_column_kwargs={"info": kept_for(HISTORY, _HISTORY_OVER, label=n_("What happened"))},
    )
    account_id: str | None = Field(
        default=None,
        sa_column=Column(
            ForeignKey("account.id", ondelete="CASCADE"),
            nullable=True,
            index=True,
            info=kept_for(HISTORY, _HISTORY_OVER, label=ACCOUNT_NUMBER, belongs_to="account_id"),
        ),
    )
    address_id: str | None = Field(
        default=None,
        max_length=32,
        nullable=True,
        index=True,
        sa_column_kwargs={
            "info": kept_for(HISTORY, _HISTORY_OVER, label=n_("Address number"), belongs_to="address_id")
        },
    )
    """The person without account it is about."""
    detail: str = Field(
        default="",
        max_length=64,
        sa_column_kwargs={"info": kept_for(HISTORY, _HISTORY_OVER, label=n_("Which part"))},
    )
    """A field's name or a count; never what stands in it."""
