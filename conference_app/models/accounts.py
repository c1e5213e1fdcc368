"""The table of what an account shows of its person: the photo."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedBytes, column
from conference_app.models.data_map import PEOPLE_MET, UNTIL_ERASED, kept_for
from conference_app.models.shared_columns import owner_key_column, time_field
from conference_app.purposes import INTRODUCE
from conference_app.texts import n_


class AccountPhoto(SQLModel, table=True):
    """A person's picture: small, re-encoded, without what a camera writes into it."""

    __tablename__ = "account_photo"  # pyright: ignore[reportAssignmentType]

    account_id: str = Field(sa_column=owner_key_column(INTRODUCE))
    image: bytes = column(
        EncryptedBytes, kept_for(INTRODUCE, UNTIL_ERASED, recipients=(PEOPLE_MET,), label=n_("Photo"))
    )
    """WebP."""
    updated_at: datetime = time_field(INTRODUCE, UNTIL_ERASED, n_("Photo changed at"))
