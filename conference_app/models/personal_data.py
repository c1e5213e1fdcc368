"""Tables of holds on personal data, and of which member of the staff looked at whose."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, days_after, kept_for
from conference_app.models.shared_columns import account_column, email_key_column, time_column
from conference_app.purposes import ACCESSES, HOLDS
from conference_app.texts import n_

_TWO_YEARS = days_after(730, "at", n_("Two years, then deleted by itself."))

_OF_HOLD = days_after(365, "lifted_at", n_("As long as the hold lasts, and {days} days after it is lifted."))


class LegalHold(SQLModel, table=True):
    """Why a person's rows may be neither purged nor erased for now. The person sees the reason."""

    __tablename__ = "legal_hold"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(HOLDS, _OF_HOLD, exported=False)},
    )
    account_id: str | None = Field(
        default=None,
        sa_column=account_column(
            kept_for(HOLDS, _OF_HOLD, exported=False, belongs_to="account_id"),
            nullable=True,
        ),
    )
    email_key: bytes | None = Field(
        default=None,
        sa_column=email_key_column(kept_for(HOLDS, _OF_HOLD, exported=False, belongs_to="email_key")),
    )
    reason: str = column(EncryptedText, kept_for(HOLDS, _OF_HOLD, label=n_("Reason")))
    set_at: datetime = Field(sa_column=time_column(kept_for(HOLDS, _OF_HOLD, label=n_("Held since")), nullable=False))
    set_by: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    """The member of the staff: an account's number, which says nothing about the person held."""
    lifted_at: datetime | None = Field(
        default=None, sa_column=time_column(kept_for(HOLDS, _OF_HOLD, label=n_("Hold lifted at")))
    )


class StaffAccess(SQLModel, table=True):
    """That a member of the staff read a person's data, and why. Shown to the person."""

    __tablename__ = "staff_access"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(ACCESSES, _TWO_YEARS, exported=False)},
    )
    account_id: str | None = Field(
        default=None,
        sa_column=account_column(
            kept_for(ACCESSES, _TWO_YEARS, exported=False, belongs_to="account_id"),
            nullable=True,
        ),
    )
    email_key: bytes | None = Field(
        default=None,
        sa_column=email_key_column(
            kept_for(ACCESSES, _TWO_YEARS, exported=False, belongs_to="email_key"),
        ),
    )
    staff_id: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    """The account that looked."""
    what: str = Field(
        max_length=100,
        sa_column_kwargs={"info": kept_for(ACCESSES, _TWO_YEARS, label=n_("What was read"))},
    )
    reason: str = column(EncryptedText, kept_for(ACCESSES, _TWO_YEARS, label=n_("Reason")))
    at: datetime = Field(sa_column=time_column(kept_for(ACCESSES, _TWO_YEARS, label=n_("Read at")), nullable=False))
    hidden_until: datetime | None = Field(
        default=None,
        sa_column=time_column(kept_for(ACCESSES, _TWO_YEARS, label=n_("We were not allowed to tell you before"))),
    )
    """Until then the person may not be told by law; the row is in no view and no copy of theirs (`personal_rows`)."""
    request_id: str | None = Field(default=None, max_length=32, index=True, sa_column_kwargs={"info": NOT_PERSONAL})
    """The legal request it was for, whose `hidden_until` this one follows; no foreign key: it outlives it."""
