"""Looks for what is left of a person in everything that a running product writes."""

from __future__ import annotations

import email
import sqlite3
from collections.abc import Iterable, Iterator
from email import policy
from pathlib import Path

from conference_app.services.personal_data import personal_rows


def files_of(data: Path) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of every file: the database, its log, copies, mails, and what the product said (the file `log`)."""
    for path in [data.with_name("log"), *data.rglob("*")]:
        if path.is_file() and "secrets" not in path.name:
            raw = path.read_bytes()
            yield path.relative_to(data.parent).as_posix(), raw
            if "mails" in path.parts:
                yield f"{path.name} (read)", _as_read(raw)


def _as_read(raw: bytes) -> bytes:
    """A mail without its transfer encodings."""
    parts = email.message_from_bytes(raw, policy=policy.default).walk()
    return b"\n".join(part.get_content().encode() for part in parts if part.get_content_maintype() == "text")


def holding(data: Path, words: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Each file that holds one of `words`, with the word."""
    needles = [word for word in words if word]
    return [(name, word) for name, raw in files_of(data) for word in needles if word in raw]


def sealed_values(data: Path) -> list[bytes]:
    """What stands on the disk for every encrypted value of tables that an erasure empties: a piece of each ciphertext."""
    found: list[bytes] = []
    with sqlite3.connect(f"file:{data / 'parley.db'}?mode=ro", uri=True) as db:
        for name, one in personal_rows.tables().items():
            rows = () if one.stays else db.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - our own names
            found += [value[10:60] for row in rows for value in row if isinstance(value, bytes) and len(value) > 60]
    return found


def rows_left(data: Path) -> dict[str, int]:
    """Rows in each table that an erasure empties; tables without one are left out."""
    with sqlite3.connect(f"file:{data / 'parley.db'}?mode=ro", uri=True) as db:
        counts = {
            name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own names
            for name, one in personal_rows.tables().items()
            if not one.stays
        }
    return {name: number for name, number in counts.items() if number}
