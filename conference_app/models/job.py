"""The table of work to be done later, in the same database as the rows that cause it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from conference_app.models.columns import UTCDateTime, new_id


class Job(SQLModel, table=True):
    """One piece of work. A row exists as long as the work is open: done is deleted, given up stays as a dead letter."""

    __tablename__ = "job"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (Index("ix_job_due", "is_dead", "priority", "run_at"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    kind: str = Field(max_length=64)
    payload: str = Field(sa_column=Column(Text, nullable=False))
    """JSON object of identifiers and numbers; never anything about a person."""
    unique_key: str | None = Field(default=None, max_length=200, unique=True, nullable=True)
    priority: int = Field(default=0)
    """Lower runs first: what a person waits for is 0, mass mail is 9."""
    run_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
    version: int = Field(default=0)
    """Counts re-plannings, so that one made while the work runs is not lost with the finished run."""
    attempts: int = Field(default=0)
    lease: str | None = Field(default=None, max_length=32, nullable=True)
    leased_until: datetime | None = Field(default=None, sa_column=Column(UTCDateTime, nullable=True))
    is_dead: bool = Field(default=False)
    last_error: str = Field(default="", max_length=100)
    """The exception's type; its words may quote people."""
    created_at: datetime = Field(sa_column=Column(UTCDateTime, nullable=False))
