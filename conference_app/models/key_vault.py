"""Tables of an organizer's key vault: the random key from which the keys of their meetings are made, locked.

Browsers lock and open it; what is kept here opens nothing without a password, passkey or phrase that we do not keep.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from conference_app.models.columns import EncryptedBytes, column, new_id
from conference_app.models.data_map import UNTIL_ERASED, kept_for
from conference_app.models.shared_columns import owner_column, owner_key_column, secret_info, time_field
from conference_app.purposes import KEY_VAULT
from conference_app.texts import n_

_SECRET = secret_info(KEY_VAULT, UNTIL_ERASED)


class KeyVault(SQLModel, table=True):
    """Names the one key of an account: a hash of it, by which browsers tell whether theirs is the same."""

    __tablename__ = "key_vault"  # pyright: ignore[reportAssignmentType]

    account_id: str = Field(sa_column=owner_key_column(KEY_VAULT))
    vault_id: bytes = column(LargeBinary(16), _SECRET)
    created_at: datetime = time_field(KEY_VAULT, UNTIL_ERASED, n_("Keys made at"))


class KeyWrap(SQLModel, table=True):
    """The key of the vault, locked in one way. There is one for the password, one for the phrase, one for each passkey."""

    __tablename__ = "key_wrap"  # pyright: ignore[reportAssignmentType]

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32, sa_column_kwargs={"info": _SECRET})
    account_id: str = Field(sa_column=owner_column(KEY_VAULT, UNTIL_ERASED))
    kind: str = Field(
        max_length=8, sa_column_kwargs={"info": kept_for(KEY_VAULT, UNTIL_ERASED, label=n_("What opens the keys"))}
    )
    """password, passkey or phrase."""
    passkey_id: str | None = Field(
        default=None,
        sa_column=Column(ForeignKey("passkey.id", ondelete="CASCADE"), nullable=True, unique=True, info=dict(_SECRET)),
    )
    """The passkey that opens it, with which it goes."""
    salt: bytes = column(LargeBinary(16), _SECRET)
    """Of the password's derivation; empty for the other kinds."""
    rounds: int = Field(sa_column=Column(Integer, nullable=False, info=dict(_SECRET)))
    """Of PBKDF2-SHA-256; 0 for the other kinds."""
    wrapped: bytes = column(EncryptedBytes, _SECRET)
    """AES-256-GCM: nonce of 12 bytes, the 32 bytes locked, tag of 16 bytes."""
    created_at: datetime = time_field(KEY_VAULT, UNTIL_ERASED, n_("Locked so at"))
