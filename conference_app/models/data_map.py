"""The data map: every column of every table says what it is kept for, on what legal basis, for how long and who gets it.

The tag stands in the column's `info`; the privacy policy, the record of processing (GDPR Art. 30), the export, the
erasure and the retention timers are all made from it, so none of them can forget a column. How to tag:

    `Column(EncryptedText, nullable=False, info=tagged(SIGN_IN, "contract", UNTIL_ERASED, label=n_("E-mail")))`
    `Field(max_length=8, sa_column_kwargs={"info": tagged(...)})`
    `Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})`

A table with a personal column names, in the tag of at least one column, the column through which a row belongs to a
person (or several, in several tags: then one that fits is enough). Such a column is one of these:

- `"id"`: the row is the person (account, address);
- a foreign key to a row that belongs to a person, such as `"account_id"`, `"address_id"`, `"meeting_id"`;
- `"subject_id"` beside a column `subject_kind` ("account" or "address"), as in `signed_links.Subject`;
- one whose name ends with `_key` and that holds `addresses.email_key` of the person's address.

What has to stay when a person is erased says why: `stays=n_("…")`. Such rows are left alone by the erasure, so they may
hold keyed hashes and times only, and must not refer to the account in a way that deletes them with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Column, MetaData, Table

from conference_app.texts import n_

Basis = Literal["contract", "consent", "legal_obligation", "legitimate_interest"]
"""GDPR Art. 6(1) b, a, c, f."""
Who = Literal["user", "host", "guest", "participant", "contact", "subscriber"]
"""Whose data it is."""

BASES: dict[Basis, str] = {
    "contract": n_("To give you the service you asked for (GDPR Art. 6(1)(b))."),
    "consent": n_("You agreed, and can take it back at any time (GDPR Art. 6(1)(a))."),
    "legal_obligation": n_("A law demands it (GDPR Art. 6(1)(c))."),
    "legitimate_interest": n_("To keep the service safe and working (GDPR Art. 6(1)(f)); you can object."),
}
"""Words for each basis; msgids."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a value is kept: in words, and as a timer where time alone decides.

    With a timer the whole row is deleted `days` days after the time in its column `since` (none there: not yet).
    """

    words: str
    """msgid; may hold {days}."""
    days: int | None = None
    since: str = ""


UNTIL_ERASED = Retention(n_("As long as you have your account; erased with it."))
UNTIL_FORGOTTEN = Retention(n_("Until you have it erased, or it is no longer needed."))


def days_after(days: int, since: str, words: str = n_("{days} days, then deleted by itself.")) -> Retention:
    """Rows go `days` days after the time in column `since`."""
    return Retention(words, days, since)


@dataclass(frozen=True, slots=True)
class DataTag:
    """What one column holds about people. Texts are msgids."""

    purpose: str
    basis: Basis
    retention: Retention
    recipients: tuple[str, ...]
    """Who gets it beside us and the person: msgids, or the id of a processor in the operator's list."""
    subject: Who
    label: str
    exported: bool
    """Whether the person's copy holds it. Only keyed hashes and secrets are left out: they mean nothing, or open doors."""
    belongs_to: str
    stays: str
    """Why rows outlive the erasure of the person; empty if they do not."""


_KEY = "data_map"
NOT_PERSONAL: dict[str, Any] = {_KEY: None}
"""`info` of a column that says nothing about anybody."""


def tagged(
    purpose: str,
    basis: Basis,
    retention: Retention,
    recipients: tuple[str, ...] = (),
    *,
    subject: Who = "user",
    label: str = "",
    exported: bool = True,
    belongs_to: str = "",
    stays: str = "",
) -> dict[str, Any]:
    """`info` of a column that holds something about a person.

    `purpose` and `label` are msgids (`n_`); an exported column needs a label. Raises ValueError without one.
    """
    if exported and not label:
        raise ValueError("a column in the person's copy needs a label")
    return {_KEY: DataTag(purpose, basis, retention, recipients, subject, label, exported, belongs_to, stays)}


def is_tagged(column: Column[Any]) -> bool:
    """Whether somebody has thought about this column: it has a tag, or NOT_PERSONAL."""
    return _KEY in column.info


def tag_of(column: Column[Any]) -> DataTag | None:
    """The column's tag; None if it holds nothing personal."""
    return column.info.get(_KEY)


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table that holds something about people."""

    table: Table
    tags: dict[str, DataTag]
    """Column name → tag, personal columns only, in the table's order."""
    owners: tuple[str, ...]
    """The columns through which a row belongs to a person."""

    @property
    def stays(self) -> str:
        """Why its rows outlive the erasure of the person; empty if they do not."""
        return next((tag.stays for tag in self.tags.values() if tag.stays), "")

    @property
    def timer(self) -> Retention | None:
        """When rows of it go by themselves: the shortest of its columns' timers."""
        timers = [tag.retention for tag in self.tags.values() if tag.retention.days is not None]
        return min(timers, key=lambda one: one.days or 0) if timers else None


def personal_tables(metadata: MetaData) -> Iterator[PersonalTable]:
    """Every table with a personal column; those that others refer to come first.

    Raises ValueError for a table whose rows belong to nobody.
    """
    for table in metadata.sorted_tables:
        tags = {column.name: tag for column in table.columns if (tag := tag_of(column)) is not None}
        if not tags:
            continue
        owners = tuple(dict.fromkeys(tag.belongs_to for tag in tags.values() if tag.belongs_to))
        if not owners or not set(owners) <= set(table.columns.keys()):
            raise ValueError(f"table {table.name} must say through which column a row belongs to a person")
        yield PersonalTable(table, tags, owners)
