"""Canaries in PostgreSQL's own files: its tables, its log of writes, what it says, and a dump of it."""

from __future__ import annotations

import secrets
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

from conference_app import database
from conference_app.config import Settings
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.jobs import worker
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.services.people import email_addresses
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure
from tests.conference_app.people import ADDRESS, confirmed
from tests.fakes import FakeRoomAdmin


@pytest.fixture
def engine() -> str:
    """PostgreSQL alone."""
    return "postgresql"


def connected(used: Settings) -> psycopg.Connection:
    """To the test's own database, as its administrator."""
    url = make_url(used.database_url).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def on_the_disk(used: Settings) -> Iterator[tuple[str, bytes]]:
    """Every file of the database, written back, with the log of writes and what the server said."""
    with connected(used) as admin:
        admin.execute("CHECKPOINT")
        [root] = admin.execute("SHOW data_directory").fetchone() or [""]
        [oid] = admin.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone() or [0]
    folder = Path(str(root))
    files = [*(folder / "base" / str(oid)).iterdir(), *(folder / "pg_wal").iterdir(), *folder.iterdir()]
    for file in files:
        if file.is_file():
            yield file.name, file.read_bytes()


def dumped(used: Settings) -> bytes:
    """What `pg_dump` writes, as an operator's back-up would; the program beside the running server's own."""
    with connected(used) as admin:
        [folder] = admin.execute("SELECT setting FROM pg_config WHERE name = 'BINDIR'").fetchone() or [""]
    url = make_url(used.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run([Path(folder) / "pg_dump", "--inserts", url], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def lived(word: str) -> DataOwner:
    """Somebody who has put `word` into everything that takes words."""
    email = f"{word}@example.com"
    ann = await confirmed(word, email=email, first_name=word, last_name=word.upper(), password=f"{word} and more words")
    await meetings.create(ann.id, MeetingForm(f"{word} subject", pass_phrase=f"{word} phrase"))
    await threads.write(ContactForm(word, email, f"{word} message"), language="en", address=ADDRESS)
    async with database.session() as db:
        await email_addresses.find_or_add(db, email, language="en", now=datetime.now(UTC))
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["mail.send"])
    return DataOwner(ann.id, (email_key(email),))


async def sealed_values(used: Settings) -> list[bytes]:
    """A piece of each encrypted value, in hexadecimal as a dump shows it."""
    found: list[bytes] = []
    with connected(used) as admin:
        for name, one in personal_rows.tables().items():
            query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))
            rows = [] if one.stays else admin.execute(query).fetchall()
            values = [value for row in rows for value in row if isinstance(value, bytes) and len(value) > 60]
            found += [value[10:60].hex().encode() for value in values]
    return found


def holding(files: Iterator[tuple[str, bytes]], word: str) -> list[str]:
    """Names of the files that hold `word`, whatever its capitals."""
    return [name for name, raw in files if word.encode() in raw.lower()]


@pytest.mark.promise("P79")
@pytest.mark.promise("P94")
@pytest.mark.slow
async def test_no_canary_stands_in_postgres_files_or_dump_before_and_after(
    db: Settings, rooms: FakeRoomAdmin, caplog: pytest.LogCaptureFixture
) -> None:
    word, control = f"kanarek{secrets.token_hex(6)}", f"control{secrets.token_hex(6)}"
    with connected(db) as admin:  # what is not encrypted is found everywhere that is looked at
        admin.execute("CREATE TABLE control (value text)")
        admin.execute("INSERT INTO control VALUES (%s)", [control])
    assert len(holding(on_the_disk(db), control)) >= 2  # in the table, and in the log of writes
    assert control.encode() in dumped(db)

    with caplog.at_level("DEBUG"):
        person = await lived(word)
        assert holding(on_the_disk(db), word) == []
        assert word.encode() not in dumped(db).lower()
        sealed = await sealed_values(db)
        assert sealed
        assert all(value in dumped(db) for value in sealed[:3])
        await erasure.erase(person, now=datetime.now(UTC))
    assert holding(on_the_disk(db), word) == []
    after = dumped(db)
    assert not [value for value in (*sealed, word.encode()) if value in after.lower()]
    assert word not in caplog.text.lower()
