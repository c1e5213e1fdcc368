"""Columns that tables of several domains declare alike: whose a row is, times, and secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary
from sqlmodel import Field

from conference_app.models.columns import UTCDateTime
from conference_app.models.data_map import UNTIL_ERASED, Retention, kept_for
from conference_app.purposes import Purpose
from conference_app.texts import n_

ACCOUNT_NUMBER = n_("Account number")
GROWING_ID = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in a column of exactly this type."""


def account_column(
    info: Mapping[str, Any], *, nullable: bool = False, unique: bool = False, primary_key: bool = False
) -> Column[str]:
    """Make the foreign key to the account a row belongs to: the row goes with it. Indexed unless a key anyway."""
    return Column(
        ForeignKey("account.id", ondelete="CASCADE"),
        nullable=nullable,
        index=None if primary_key else not unique,
        unique=unique or None,
        primary_key=primary_key,
        info=dict(info),
    )


def owner_column(purpose: Purpose, retention: Retention) -> Column[str]:
    """Make the column that names the account a row belongs to, read for `purpose`."""
    return account_column(kept_for(purpose, retention, label=ACCOUNT_NUMBER, belongs_to="account_id"))


def owner_key_column(purpose: Purpose) -> Column[str]:
    """Make the same of a table with one row an account, kept until the account is erased."""
    info = kept_for(purpose, UNTIL_ERASED, label=ACCOUNT_NUMBER, belongs_to="account_id")
    return account_column(info, primary_key=True)


def email_key_column(info: Mapping[str, Any], *, unique: bool = False) -> Column[bytes]:
    """Make the column of an address's look-up key (32 bytes), for people without an account."""
    return Column(LargeBinary(32), nullable=True, index=not unique, unique=unique, info=dict(info))


def time_column(info: Mapping[str, Any], *, nullable: bool = True, index: bool = False) -> Column[datetime]:
    """Make a column of a moment in UTC."""
    return Column(UTCDateTime, nullable=nullable, index=index, info=dict(info))


def time_field(
    purpose: Purpose, retention: Retention, label: str, *, nullable: bool = False, index: bool = False
) -> Any:
    """Make the field of a moment that its person may read under `label`; None by default where that is allowed."""
    made = time_column(kept_for(purpose, retention, label=label), nullable=nullable, index=index)
    return Field(default=None, sa_column=made) if nullable else Field(sa_column=made)


def secret_info(purpose: Purpose, retention: Retention) -> dict[str, Any]:
    """Tag a column whose value stands in no copy for its person: a secret of ours or theirs."""
    return kept_for(purpose, retention, exported=False)
