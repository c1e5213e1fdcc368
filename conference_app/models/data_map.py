"""The data map: every column of every table says for which purposes it is kept, for how long and who gets it.

The tag stands in the column's `info`; the privacy policy, the record of processing (GDPR Art. 30), the export, the
erasure and the retention timers are all made from it, so none of them can forget a column; and a column is read for its
purposes only (`models.purpose_check`). How to tag, with purposes of `conference_app.purposes`:

    `Column(EncryptedText, nullable=False, info=kept_for((SIGN_IN, ACCOUNT_MAIL), UNTIL_ERASED, label=n_("E-mail")))`
    `Field(max_length=8, sa_column_kwargs={"info": kept_for(...)})`
    `Field(default=0, sa_column_kwargs={"info": NOT_PERSONAL})`

A table with a personal column names, in the tag of at least one column, the column through which a row belongs to a
person (or several, in several tags: then one that fits is enough). Such a column is one of these:

- `"id"`: the row is the person (account, address);
- a foreign key to a row that belongs to a person, such as `"account_id"`, `"address_id"`, `"meeting_id"`;
- `"subject_id"` beside a column `subject_kind` ("account" or "address"), as in `subjects.Subject`;
- one whose name ends with `_key` and that holds `email_addresses.email_key` of the person's address.

What has to stay when a person is erased says why: `stays=n_("…")`. Such rows are left alone by the erasure, so they may
hold keyed hashes and times only, and must not refer to the account in a way that deletes them with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Column, MetaData, Table

from conference_app.purposes import PURPOSES, RIGHTS, Basis, Purpose
from conference_app.texts import _, n_

Who = Literal["user", "host", "guest", "participant", "contact", "subscriber"]
"""Whose data it is."""

BASES: dict[Basis, str] = {
    "contract": n_("To give you the service you asked for (GDPR Art. 6(1)(b))."),
    "consent": n_("You agreed, and can take it back at any time (GDPR Art. 6(1)(a))."),
    "legal_obligation": n_("A law demands it (GDPR Art. 6(1)(c))."),
    "legitimate_interest": n_("A legitimate interest (GDPR Art. 6(1)(f)); you can object."),
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
PEOPLE_MET = n_("The people in your meetings")
MAIL_CARRIERS = n_("The mail services that carry our emails")
UNTIL_FORGOTTEN = Retention(
    n_("Until you have it erased, at most a year after the last thing you agreed to or took part in has ended.")
)


def days_after(days: int, since: str, words: str = n_("{days} days, then deleted by itself.")) -> Retention:
    """Rows go `days` days after the time in column `since`."""
    return Retention(words, days, since)


@dataclass(frozen=True, slots=True)
class DataTag:
    """What one column holds about people. Texts are msgids."""

    purposes: tuple[Purpose, ...]
    """What it may be read for; `RIGHTS` goes without saying where the person's copy holds it."""
    retention: Retention
    recipients: tuple[str, ...]
    """Who gets it beside us and the person: msgids."""
    subject: Who
    label: str
    exported: bool
    """Whether the person's copy holds it. Only keyed hashes and secrets are left out: they mean nothing to a person, or they give access."""
    belongs_to: str
    stays: str
    """Why rows outlive the erasure of the person; empty if they do not."""

    def allows(self, purposes: frozenset[Purpose]) -> bool:
        """Whether one of `purposes` is among those it may be read for."""
        return not purposes.isdisjoint(self.purposes) or (self.exported and RIGHTS in purposes)

    @property
    def bases(self) -> tuple[Basis, ...]:
        """On what it is kept."""
        return tuple(dict.fromkeys(one.basis for one in self.purposes))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is kept, each in a sentence of the current language."""
        return tuple(_(one.reason) for one in self.purposes)

    @property
    def purpose(self) -> str:
        """Why a person is asked for it, for forms: what the service itself needs it for, if it does."""
        own = [_(one.reason) for one in self.purposes if one.basis == "contract"]
        return " ".join(own or self.reasons)

    @property
    def basis_words(self) -> tuple[str, ...]:
        """On what it is kept, in the current language."""
        return tuple(_(BASES[one]) for one in self.bases)

    @property
    def grounds(self) -> tuple[str, ...]:
        """The same with whose interest it is, and why it does not outweigh the person's."""
        return tuple(
            f"{_(BASES[one.basis])} {_(one.interest)}" if one.interest else _(BASES[one.basis]) for one in self.purposes
        )


_KEY = "data_map"
NOT_PERSONAL: dict[str, Any] = {_KEY: None}
"""`info` of a column that says nothing about anybody."""


def kept_for(
    purposes: Purpose | tuple[Purpose, ...],
    retention: Retention,
    *,
    recipients: tuple[str, ...] = (),
    subject: Who = "user",
    label: str = "",
    exported: bool = True,
    belongs_to: str = "",
    stays: str = "",
) -> dict[str, Any]:
    """`info` of a column that holds something about a person, which is read for `purposes` only (`models.purpose_check`).

    `label` is a msgid (`n_`); an exported column needs one. Raises ValueError without it, and without a purpose.
    """
    named = purposes if isinstance(purposes, tuple) else (purposes,)
    if not named or any(PURPOSES.get(one.id) != one for one in named):
        raise ValueError("a personal column is kept for purposes of the registry")
    if exported and not label:
        raise ValueError("a column in the person's copy needs a label")
    return {_KEY: DataTag(named, retention, recipients, subject, label, exported, belongs_to, stays)}


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
