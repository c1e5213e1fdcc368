"""Tables of the texts in force and of who accepted which."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from conference_app.models.columns import UTCDateTime, column, new_id
from conference_app.models.data_map import NOT_PERSONAL, UNTIL_ERASED, kept_for
from conference_app.models.shared_columns import account_column, time_column
from conference_app.purposes import ACCEPTANCE
from conference_app.texts import n_


class ConsentRecord(SQLModel, table=True):
    """That a person accepted a document, when, in which language, and the SHA-256 of the exact text."""

    __tablename__ = "consent_record"  # pyright: ignore[reportAssignmentType]

    id: str = Field(
        default_factory=new_id,
        primary_key=True,
        max_length=32,
        sa_column_kwargs={"info": kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Entry number"))},
    )
    account_id: str = Field(
        sa_column=account_column(
            kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Account number"), belongs_to="account_id")
        )
    )
    document: str = Field(
        max_length=32, sa_column_kwargs={"info": kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Document"))}
    )
    language: str = Field(
        max_length=8, sa_column_kwargs={"info": kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Language"))}
    )
    text_sha256: str = Field(
        max_length=64,
        sa_column_kwargs={"info": kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Fingerprint of the text"))},
    )
    accepted_at: datetime = column(UTCDateTime, kept_for(ACCEPTANCE, UNTIL_ERASED, label=n_("Accepted at")))


class DocumentVersion(SQLModel, table=True):
    """A text as it stood on the pages from some time on. Versions are kept for good."""

    __tablename__ = "document_version"  # pyright: ignore[reportAssignmentType]
    __table_args__ = (UniqueConstraint("document", "language", "text_sha256", name="uq_document_version_text_sha256"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    document: str = Field(max_length=32, sa_column_kwargs={"info": NOT_PERSONAL})
    language: str = Field(max_length=8, sa_column_kwargs={"info": NOT_PERSONAL})
    text_sha256: str = Field(max_length=64, sa_column_kwargs={"info": NOT_PERSONAL})
    text: str = column(Text, NOT_PERSONAL)
    since: datetime = Field(sa_column=time_column(NOT_PERSONAL, nullable=False))
