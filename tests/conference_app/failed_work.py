"""Work that fails: a kind of job for tests, and one of it that was given up."""

from __future__ import annotations

from datetime import UTC, datetime

from conference_app import database
from conference_app.services.jobs import queue, worker

runs: list[str] = []
"""One for each time it ran."""
outcome: list[Exception] = []
"""What its runs raise; empty if they succeed."""


@queue.handler("test.fails")
async def _fails(_payload: queue.Payload) -> None:
    runs.append("run")
    if outcome:
        raise outcome[0]


async def failed(error: Exception) -> None:
    """A job that was given up, with personal words in its exception."""
    outcome[:] = [error]
    now = datetime.now(UTC)
    async with database.session() as db:
        await queue.enqueue(db, "test.fails", {"secret": "canary"}, run_at=now)
    await worker.run_due(now, kinds=["test.fails"])
