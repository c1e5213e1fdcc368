"""How long the copy of a person with many rows takes, from asking to the file: 10,000 rows in at most 60 s."""

from __future__ import annotations

import asyncio
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

from conference_app import database
from conference_app.config import settings
from conference_app.models import Account, Meeting
from conference_app.models.columns import lookup_key, new_id
from conference_app.operation import migrations
from conference_app.services.jobs import worker
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import export
from tests.bench.report import Figure

ROWS = 10_000
GOAL_S = 60.0


async def _fill() -> DataOwner:
    now = datetime.now(UTC)
    account = Account(
        id=new_id(),
        first_name="Bench",
        last_name="Mark",
        username="bench",
        username_key=lookup_key("username", "bench"),
        email="bench@example.com",
        email_key=lookup_key("email", "bench@example.com"),
        password_hash="none",
        language="en",
        created_at=now,
    )
    async with database.session() as db:
        db.add(account)
        await db.flush()
        for number in range(ROWS):
            code = f"{number:015}"
            db.add(
                Meeting(
                    account_id=account.id,
                    code=code,
                    code_key=lookup_key("meeting-code", code),
                    subject=f"Subject {number} with some words",
                    pass_phrase="",
                    created_at=now,
                )
            )
    return DataOwner(account.id)


async def _measure() -> tuple[float, int]:
    migrations.upgrade(settings())
    person = await _fill()
    began = perf_counter()
    asked = await export.ask(person, "en")
    await worker.run_due(asked.asked_at + timedelta(seconds=1), kinds=["privacy.export"])
    archive = await export.content(person, asked.id)
    took = perf_counter() - began
    await database.dispose()
    return took, len(archive)


def measure_export() -> list[Figure]:
    """Seconds and size of one copy, made on a fresh SQLite."""
    before = os.environ.get("PARLEY_DATA")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PARLEY_DATA"] = str(Path(folder) / "data")
        settings.cache_clear()
        took, size = asyncio.run(_measure())
    os.environ.pop("PARLEY_DATA")
    if before is not None:
        os.environ["PARLEY_DATA"] = before
    settings.cache_clear()
    return [
        Figure(f"copy_of_{ROWS}_rows", round(took, 2), "s", GOAL_S),
        Figure("copy_size", round(size / 1024), "kB", 20_000),
    ]
