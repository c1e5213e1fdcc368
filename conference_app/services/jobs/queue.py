"""Work for later, kept in the same database and committed with the rows that cause it.

Here work is declared and planned; `worker` does it, `dead_letters` keeps what could not be done. At least once: a job runs until its handler returns; a worker
that dies loses its lease, and the job runs again. So handlers read the rows anew, and doing their work twice does no
harm. Payloads carry identifiers only.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.models.columns import new_id
from conference_app.models.jobs import Job
from conference_app.services.jobs import wake_ups

Payload = Mapping[str, str | int]
Handler = Callable[[Payload], Awaitable[None]]

TOPIC = "jobs"
"""Wake-up topic: there is new work."""


class Postponed(Exception):
    """Raise it in a handler to be called again later without that counting as a failure."""

    def __init__(self, until: datetime) -> None:
        super().__init__("postponed")
        self.until = until


class TryAgain(Exception):
    """Raise it in a handler when what it needs is not there now, such as another server: a failure that is no mistake."""


class GivenUp(Exception):
    """Raise it in a handler when trying again cannot help: the job is a dead letter at once."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one job."""

    payload: Payload
    is_last: bool = False
    """Whether the job is given up if this run fails."""


Outcome = Exception | None
"""None: the job is done. Else why it is not: Postponed, TryAgain, GivenUp, or what went wrong."""
BatchHandler = Callable[[Sequence[Run]], Awaitable[Sequence[Outcome]]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of a kind are done."""

    run: BatchHandler
    name: str
    """The handler's, to tell a second one for the same kind."""
    most: int = 1
    """Jobs that are done together."""
    every: timedelta | None = None


KINDS: dict[str, Kind] = {}
clock: ContextVar[datetime | None] = ContextVar("job_clock", default=None)
"""The time that `now` gives instead of the clock's."""


def now() -> datetime:
    """The time for a running handler: the one given to `worker.run_due`, else the clock's."""
    return clock.get() or datetime.now(UTC)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Declare the decorated `async def f(payload) -> None` as what does jobs of `kind`, one at a time."""
    return _one_by_one(kind, None)


def batch_handler(kind: str, most: int) -> Callable[[BatchHandler], BatchHandler]:
    """Declare the decorated `async def f(runs) -> outcomes` as what does up to `most` jobs of `kind` together.

    It gives an outcome for each run, in their order; what it raises is the outcome of all.
    """

    def keep(run: BatchHandler) -> BatchHandler:
        _register(kind, Kind(run, run.__qualname__, most))
        return run

    return keep


def periodic(kind: str, every: timedelta) -> Callable[[Handler], Handler]:
    """Declare the decorated function as work to be done again `every` so often, by one worker; its payload is empty.

    It is never given up: a period that fails too often waits for the next.
    """
    return _one_by_one(kind, every)


def _one_by_one(kind: str, every: timedelta | None) -> Callable[[Handler], Handler]:
    def keep(run: Handler) -> Handler:
        async def run_one(runs: Sequence[Run]) -> Sequence[Outcome]:
            for one in runs:
                await run(one.payload)
            return [None] * len(runs)

        _register(kind, Kind(run_one, run.__qualname__, every=every))
        return run

    return keep


def _register(kind: str, made: Kind) -> None:
    if kind in KINDS and KINDS[kind].name != made.name:
        raise ValueError(f"two handlers for jobs of kind {kind}")
    KINDS[kind] = made


async def enqueue(
    db: AsyncSession,
    kind: str,
    payload: Payload,
    *,
    key: str | None = None,
    run_at: datetime | None = None,
    priority: int = 0,
) -> None:
    """Have `kind` done with `payload` at `run_at` (default now), if and when the caller's transaction commits.

    An open job of the same `key` is planned anew instead: its time and payload are replaced, also while it runs
    (then it runs once more). Raises ValueError for a payload of anything but short texts and whole numbers.
    """
    when = run_at or datetime.now(UTC)
    statement = _insert(db).values(_row(kind, payload, key=key, run_at=when, priority=priority))
    replaced = {name: statement.excluded[name] for name in ("kind", "payload", "run_at", "priority")}
    replaced |= {"attempts": 0, "is_dead": False, "version": Job.version + 1}
    await db.exec(statement.on_conflict_do_update(index_elements=["unique_key"], set_=replaced))
    wake_after_commit(db)


async def enqueue_many(db: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Add many jobs with one statement; each a dict made by `row`. One whose key exists already is left as it is."""
    if rows:
        await db.exec(_insert(db).on_conflict_do_nothing(index_elements=["unique_key"]), params=list(rows))
        wake_after_commit(db)


def row(kind: str, payload: Payload, *, key: str, run_at: datetime, priority: int = 0) -> dict[str, Any]:
    """One job for `enqueue_many`."""
    return _row(kind, payload, key=key, run_at=run_at, priority=priority)


async def cancel(db: AsyncSession, key: str) -> None:
    """Take back the open job of this `key`, if there is one. One that runs already is not stopped."""
    await db.exec(delete(Job).where(col(Job.unique_key) == key))


def _row(kind: str, payload: Payload, *, key: str | None, run_at: datetime, priority: int) -> dict[str, Any]:
    if not all(type(value) is int or (isinstance(value, str) and len(value) <= 200) for value in payload.values()):
        raise ValueError(f"the payload of a job {kind} holds more than identifiers and numbers")
    return {
        "id": new_id(),
        "kind": kind,
        "payload": json.dumps(dict(payload)),
        "unique_key": key,
        "priority": priority,
        "run_at": run_at,
        "version": 0,
        "attempts": 0,
        "is_dead": False,
        "last_error": "",
        "created_at": datetime.now(UTC),
    }


def _insert(db: AsyncSession) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, which both databases spell alike."""
    return postgresql.insert(Job) if db.get_bind().dialect.name == "postgresql" else sqlite.insert(Job)


def wake_after_commit(db: AsyncSession) -> None:
    """Tell the workers once what `db` has written is there."""

    def wake(_session: object) -> None:
        wake_ups.publish(TOPIC)

    event.listen(db.sync_session, "after_commit", wake, once=True)
