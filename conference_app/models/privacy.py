"""Tables of the privacy center: copies being made, and erasures."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, days_after, kept_for
from conference_app.models.shared_columns import account_column, email_key_column, time_column
from conference_app.purposes import COPIES
from conference_app.texts import n_

_ONE_DAY = days_after(1, "asked_at", n_("One day, then deleted by itself."))


class DataExport(SQLModel, table=True):
    """A copy of a person's data: being made, or ready. The file lies encrypted in the data folder; its key is here."""

    __tablename__ = "data_export"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(COPIES, _ONE_DAY, exported=False)},
    )
    account_id: str | None = Field(
        default=None,
        sa_column=account_column(
            kept_for(COPIES, _ONE_DAY, exported=False, belongs_to="account_id"),
            nullable=True,
        ),
    )
    email_key: bytes | None = Field(
        default=None,
        sa_column=email_key_column(kept_for(COPIES, _ONE_DAY, exported=False, belongs_to="email_key")),
    )
    language: str = Field(max_length=8, sa_column_kwargs={"info": NOT_PERSONAL})
    state: str = Field(default="waiting", max_length=16, sa_column_kwargs={"info": NOT_PERSONAL})
    """waiting, running, ready or failed."""
    percent: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})
    rows: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})
    size_bytes: int = Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})
    file_key: str | None = column(EncryptedText, NOT_PERSONAL, nullable=True)
    """The Fernet key of the file: with the row gone, a forgotten file can be read by nobody."""
    asked_at: datetime = Field(
        sa_column=time_column(kept_for(COPIES, _ONE_DAY, label=n_("Copy asked for at")), nullable=False)
    )
    ready_at: datetime | None = Field(
        default=None, sa_column=time_column(kept_for(COPIES, _ONE_DAY, label=n_("Copy ready at")))
    )
    expires_at: datetime = Field(sa_column=time_column(NOT_PERSONAL, nullable=False))


class Erasure(SQLModel, table=True):
    """That somebody was erased, and how many rows went: for the operator's account of it. Names nobody."""

    __tablename__ = "erasure"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    kind: str = Field(max_length=16, sa_column_kwargs={"info": NOT_PERSONAL})
    """account or address."""
    rows: int = Field(sa_column_kwargs={"info": NOT_PERSONAL})
    erased_at: datetime = Field(sa_column=time_column(NOT_PERSONAL, nullable=False))
