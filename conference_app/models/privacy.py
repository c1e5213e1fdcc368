"""Tables of the privacy center: what a person asked for, copies being made, holds, and who of the staff looked.

A person is an account, or (without one) whoever reads the mail of an address: then only the address's key is kept.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedText, UTCDateTime, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, Retention, days_after, kept_for
from conference_app.purposes import ACCESSES, COPIES, HOLDS, WISHES
from conference_app.texts import n_

_WITH_PERSON = Retention(n_("As long as we know you; erased with you."))
_ONE_DAY = days_after(1, "asked_at", n_("One day, then deleted by itself."))
_TWO_YEARS = days_after(730, "at", n_("Two years, then deleted by itself."))
_OF_HOLD = days_after(365, "lifted_at", n_("As long as the hold lasts, and {days} days after it is lifted."))


def _account_id(info: dict[str, object], *, unique: bool = False) -> Column[str]:
    key = ForeignKey("account.id", ondelete="CASCADE")
    return Column(key, nullable=True, index=not unique, unique=unique, info=info)


def _email_key(info: dict[str, object], *, unique: bool = False) -> Column[bytes]:
    return Column(LargeBinary(32), nullable=True, index=not unique, unique=unique, info=info)


def _time(info: dict[str, object], *, nullable: bool = True) -> Column[datetime]:
    return Column(UTCDateTime, nullable=nullable, info=info)


class PrivacyState(SQLModel, table=True):
    """What holds for one person now. No row means: nothing was ever asked for."""

    __tablename__ = "privacy_state"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(WISHES, _WITH_PERSON, exported=False)},
    )
    account_id: str | None = Field(
        default=None,
        sa_column=_account_id(kept_for(WISHES, _WITH_PERSON, exported=False, belongs_to="account_id"), unique=True),
    )
    email_key: bytes | None = Field(
        default=None,
        sa_column=_email_key(kept_for(WISHES, _WITH_PERSON, exported=False, belongs_to="email_key"), unique=True),
    )
    restricted_at: datetime | None = Field(
        default=None,
        sa_column=_time(kept_for(WISHES, _WITH_PERSON, label=n_("Use restricted since"))),
    )
    deactivated_at: datetime | None = Field(
        default=None,
        sa_column=_time(kept_for(WISHES, _WITH_PERSON, label=n_("Account paused since"))),
    )
    erase_asked_at: datetime | None = Field(
        default=None,
        sa_column=_time(kept_for(WISHES, _WITH_PERSON, label=n_("Erasure asked for at"))),
    )
    erase_due_at: datetime | None = Field(
        default=None,
        sa_column=_time(kept_for(WISHES, _WITH_PERSON, label=n_("Erasure due at"))),
    )
    reviewed_at: datetime | None = Field(
        default=None,
        sa_column=_time(kept_for(WISHES, _WITH_PERSON, label=n_("Data looked through at"))),
    )
    """When the person last said that all is right, or put the question off."""


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
        sa_column=_account_id(
            kept_for(HOLDS, _OF_HOLD, exported=False, belongs_to="account_id"),
        ),
    )
    email_key: bytes | None = Field(
        default=None,
        sa_column=_email_key(kept_for(HOLDS, _OF_HOLD, exported=False, belongs_to="email_key")),
    )
    reason: str = column(EncryptedText, kept_for(HOLDS, _OF_HOLD, label=n_("Reason")))
    set_at: datetime = Field(sa_column=_time(kept_for(HOLDS, _OF_HOLD, label=n_("Held since")), nullable=False))
    set_by: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    """The member of the staff: an account's number, which says nothing about the person held."""
    lifted_at: datetime | None = Field(
        default=None, sa_column=_time(kept_for(HOLDS, _OF_HOLD, label=n_("Hold lifted at")))
    )


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
        sa_column=_account_id(
            kept_for(COPIES, _ONE_DAY, exported=False, belongs_to="account_id"),
        ),
    )
    email_key: bytes | None = Field(
        default=None,
        sa_column=_email_key(kept_for(COPIES, _ONE_DAY, exported=False, belongs_to="email_key")),
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
        sa_column=_time(kept_for(COPIES, _ONE_DAY, label=n_("Copy asked for at")), nullable=False)
    )
    ready_at: datetime | None = Field(
        default=None, sa_column=_time(kept_for(COPIES, _ONE_DAY, label=n_("Copy ready at")))
    )
    expires_at: datetime = Field(sa_column=_time(NOT_PERSONAL, nullable=False))


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
        sa_column=_account_id(
            kept_for(ACCESSES, _TWO_YEARS, exported=False, belongs_to="account_id"),
        ),
    )
    email_key: bytes | None = Field(
        default=None,
        sa_column=_email_key(
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
    at: datetime = Field(sa_column=_time(kept_for(ACCESSES, _TWO_YEARS, label=n_("Read at")), nullable=False))
    hidden_until: datetime | None = Field(
        default=None,
        sa_column=_time(kept_for(ACCESSES, _TWO_YEARS, label=n_("We were not allowed to tell you before"))),
    )
    """Until then the person may not be told by law; the row is in no view and no copy of theirs (`personal_rows`)."""
    request_id: str | None = Field(default=None, max_length=32, index=True, sa_column_kwargs={"info": NOT_PERSONAL})
    """The demand of an authority it was for, whose `hidden_until` this one follows; no foreign key: it outlives it."""


class Erasure(SQLModel, table=True):
    """That somebody was erased, and how many rows went: for the operator's account of it. Names nobody."""

    __tablename__ = "erasure"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    kind: str = Field(max_length=16, sa_column_kwargs={"info": NOT_PERSONAL})
    """account or address."""
    rows: int = Field(sa_column_kwargs={"info": NOT_PERSONAL})
    erased_at: datetime = Field(sa_column=_time(NOT_PERSONAL, nullable=False))


class DocumentVersion(SQLModel, table=True):
    """A text as it stood on the pages from some time on. Versions are kept for good."""

    __tablename__ = "document_version"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("document", "language", "text_sha256", name="uq_document_version_text_sha256"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    document: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    language: str = Field(max_length=8, sa_column_kwargs={"info": NOT_PERSONAL})
    text_sha256: str = Field(max_length=64, sa_column_kwargs={"info": NOT_PERSONAL})
    text: str = column(Text, NOT_PERSONAL)
    since: datetime = Field(sa_column=_time(NOT_PERSONAL, nullable=False))
