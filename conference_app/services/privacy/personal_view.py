"""What we know about a person, in words: groups of things, each with its values, its reason and its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conference_app import database
from conference_app.models.data_map import PersonalTable
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.json_values import plain
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.personal_data.table_names import GROUPS, recipients, retention_words, words_of
from conference_app.services.privacy import code_words
from conference_app.texts import _, plural

SHOWN_ROWS = 20
"""Rows of a table shown on the page; the copy has them all."""
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing we know."""

    label: str = ""
    text: str = ""
    at: str = ""
    """Stands for the text where the value is a moment: ISO 8601 in UTC, since whose clocks count is the page's business."""
    why: str = ""
    """What this value is for, where the values of an item differ in that; empty if the same as the one before it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row."""

    facts: list[Fact] = field(default_factory=list[Fact])


@dataclass(frozen=True, slots=True)
class Item:
    """What one table holds of a person."""

    table: str = ""
    title: str = ""
    amount: str = ""
    purpose: str = ""
    """The one reason of all its values; empty where they differ, and each says its own."""
    is_open: bool = False
    """Whether its values show at once."""
    bases: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])
    recipients: list[str] = field(default_factory=list[str])
    rows: list[Entry] = field(default_factory=list[Entry])
    more: str = ""
    """How many further rows only the copy shows; empty if none."""


@dataclass(frozen=True, slots=True)
class Known:
    """A group of items."""

    title: str = ""
    things: list[Item] = field(default_factory=list[Item])


async def overview(person: DataOwner) -> list[Known]:
    """Everything known about `person`, in the current language."""
    known = personal_rows.tables()
    items: dict[str, list[Item]] = {group: [] for group in GROUPS}
    async with database.reading() as db:
        counts = await personal_rows.count(db, person)
        for name, number in counts.items():
            rows = [row async for row in personal_rows.read(db, name, person, limit=SHOWN_ROWS)]
            items[words_of(name).group].append(_item(known[name], rows, number))
    return [Known(_(title), items[group]) for group, title in GROUPS.items() if items[group]]


def _item(one: PersonalTable, rows: list[dict[str, Any]], number: int) -> Item:
    tags = list(one.tags.values())
    purposes = _unique([tag.purpose for tag in tags if tag.exported])
    return Item(
        table=one.table.name,
        title=_(words_of(one.table.name).title),
        amount=plural("{count} entry", "{count} entries", number),
        purpose=purposes[0] if len(purposes) == 1 else "",
        is_open=one.owners == ("id",),
        bases=_unique([words for tag in tags for words in tag.grounds]),
        kept=_unique([retention_words(tag.retention.days, tag.retention.words) for tag in tags]),
        recipients=recipients(one),
        rows=[Entry(_values(one, row)) for row in rows],
        more=plural("{count} more entry is in your copy.", "{count} more entries are in your copy.", number - len(rows))
        if number > len(rows)
        else "",
    )


def _values(one: PersonalTable, row: dict[str, Any]) -> list[Fact]:
    shown = [(name, tag, row[name]) for name, tag in one.tags.items() if tag.exported]
    differ = len({tag.purpose for _name, tag, _value in shown}) > 1
    told = [(name, tag, value) for name, tag, value in shown if value not in (None, "")]
    told.sort(key=lambda one: bool(one[1].belongs_to))  # a number that only names the row says least: it comes last
    before = ["", *[tag.purpose for _name, tag, _value in told]]
    return [
        Fact(
            _(tag.label),
            "" if isinstance(value, datetime) else _words(one.table.name, name, value),
            plain(value) if isinstance(value, datetime) else "",
            tag.purpose if differ and tag.purpose != last else "",
        )
        for (name, tag, value), last in zip(told, before, strict=False)
    ]


def _words(table: str, name: str, value: Any) -> str:
    """A value as one says it: codes have names."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, bytes):
        return _("A picture of {size} kB", size=max(len(value) // 1024, 1))
    text = code_words.in_words(table, name, str(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _unique(texts: list[str]) -> list[str]:
    return list(dict.fromkeys(texts))
