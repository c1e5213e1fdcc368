"""The table of work that is still to be done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from conference_app.models.columns import UTCDateTime, new_id
from conference_app.models.data_map import NOT_PERSONAL

_PLAIN: dict[str, Any] = {"info": NOT_PERSONAL}


class Job(SQLModel, table=True):
    """One piece of work. A row exists as long as the work is open: done is deleted, given up stays as a dead letter."""

    __tablename__ = "job"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_job_due", "is_dead", "priority", "run_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs=_PLAIN)
    kind: str = Field(max_length=64, sa_column_kwargs=_PLAIN)
    payload: str = Field(sa_column=Column(Text, nullable=False, info=NOT_PERSONAL))
    """JSON object of identifiers and numbers; never anything about a person."""
    unique_key: str | None = Field(default=None, max_length=200, unique=True, nullable=True, sa_column_kwargs=_PLAIN)
    priority: int = Field(default=0, sa_column_kwargs=_PLAIN)
    """Lower runs first: what a person waits for is 0, mass mail is 9."""
    run_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, info=NOT_PERSONAL))
    version: int = Field(default=0, sa_column_kwargs=_PLAIN)
    """Counts re-plannings, so that one made while the work runs is not lost with the finished run."""
    attempts: int = Field(default=0, sa_column_kwargs=_PLAIN)
    lease: str | None = Field(default=None, max_length=32, nullable=True, sa_column_kwargs=_PLAIN)
    leased_until: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True, info=NOT_PERSONAL))
    """Changes each time the lease is renewed, and only says that it was: see `services.jobs.leases`."""
    is_dead: bool = Field(default=False, sa_column_kwargs=_PLAIN)
    last_error: str = Field(default="", max_length=100, sa_column_kwargs=_PLAIN)
    """The exception's type; its words may quote people."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False, info=NOT_PERSONAL))
