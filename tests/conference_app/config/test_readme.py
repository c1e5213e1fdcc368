"""The README's table of settings says what the code reads: no variable more, none less, and the same defaults."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from conference_app.config.kept_secrets import Secrets
from conference_app.config.schema import Controller, Mail, Settings
from conference_app.config.variables import variables

README = Path(__file__).resolve().parents[3] / "README.md"
TABLES = (Settings, Secrets, Mail, Controller)


def rows() -> list[list[str]]:
    """The cells of each row of the table."""
    section = README.read_text(encoding="utf-8").split("\n## Settings\n")[1].split("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in section.splitlines() if line[:3] == "| `"
    ]


def named(cell: str) -> list[str]:
    """The variables of a first cell: `_PORT` after `PARLEY_SMTP_HOST` is PARLEY_SMTP_PORT."""
    first, *others = re.findall(r"`(\w+)`", cell)
    return [first, *[first.rpartition("_")[0] + one if one[0] == "_" else one for one in others]]


def test_every_variable_is_listed_once_and_no_other() -> None:
    listed = [name for row in rows() for name in named(row[0])]
    assert sorted(listed) == sorted(one.name for table in TABLES for one in variables(table).values())


def test_numbers_have_the_default_that_is_listed() -> None:
    listed = {named(row[0])[0]: row[1] for row in rows()}
    names = {name: one.name for name, one in variables(Settings).items()}
    given = {names[one.name]: one.default for one in fields(Settings) if one.name in names}
    numbers = {name: str(int(value)) for name, value in given.items() if isinstance(value, int)}
    assert len(numbers) > 10
    assert numbers == {name: listed[name] for name in numbers}
