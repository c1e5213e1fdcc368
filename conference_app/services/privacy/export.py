"""A person's copy of everything that is kept about them: made as a job, read by nobody else, gone after a day."""

from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, cast

from cryptography.fernet import Fernet
from sqlalchemy import ColumnElement, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotFound
from conference_app.models import DataExport
from conference_app.models.columns import new_id
from conference_app.purposes import COPIES
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.jobs import queue
from conference_app.services.limits import rate_limits
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import privacy_requests
from conference_app.services.privacy.export_files import Row, TableCopy, make_zip
from conference_app.texts import language, n_

logger = logging.getLogger(__name__)

LIFE = timedelta(hours=24)
"""How long a copy can be downloaded."""
ExportState = Literal["waiting", "running", "ready", "failed"]
_GONE = n_("There is no such copy. It may be over a day old: ask for a new one.")


@dataclass(frozen=True, slots=True)
class ExportView:
    """A copy as its owner sees it."""

    id: str
    state: ExportState
    percent: int
    rows: int
    size_bytes: int
    asked_at: datetime
    expires_at: datetime


def _view(row: DataExport) -> ExportView:
    state = cast(ExportState, row.state)
    return ExportView(row.id, state, row.percent, row.rows, row.size_bytes, row.asked_at, row.expires_at)


def _path(export_id: str) -> Path:
    return settings().data_dir / "exports" / f"{export_id}.zip.enc"


def _of(person: DataOwner) -> ColumnElement[bool]:
    """An account's copies are that account's alone; without one, those of the address."""
    if person.account_id:
        return col(DataExport.account_id) == person.account_id
    return col(DataExport.account_id).is_(None) & col(DataExport.email_key).in_(person.email_keys)


async def ask(person: DataOwner, code: str, *, now: datetime | None = None) -> ExportView:
    """Have a copy made in language `code`; one that is being made already is returned instead.

    Raises TooManyAttempts after ten in a day.
    """
    now = now or datetime.now(UTC)
    key = person.account_id or person.email_keys[0].hex()
    async with database.session(COPIES) as db:
        await database.lock(db, "export", key)
        running = await _latest(db, person, now)
        if running is not None and running.state in ("waiting", "running"):
            return _view(running)
        await rate_limits.count(rate_limits.EXPORT_PER_PERSON, key)
        return _view(await _plan(db, person, code, now))


async def _plan(db: AsyncSession, person: DataOwner, code: str, now: datetime) -> DataExport:
    row = DataExport(
        id=new_id(),
        account_id=person.account_id or None,
        email_key=None if person.account_id else person.email_keys[0],
        language=code,
        file_key=Fernet.generate_key().decode(),
        asked_at=now,
        expires_at=now + LIFE,
    )
    db.add(row)
    await privacy_requests.opened(db, "portability", person, status="in_progress", now=now)
    if person.account_id:
        await audit.record(db, AuditTag.DATA_EXPORTED, account_id=person.account_id, now=now)
    await queue.enqueue(db, "privacy.export", {"export_id": row.id}, key=f"export:{row.id}", run_at=now)
    await queue.enqueue(db, "privacy.export_over", {"export_id": row.id}, run_at=row.expires_at)
    return row


async def latest(person: DataOwner, *, now: datetime | None = None) -> ExportView | None:
    """The person's newest copy that is not over."""
    async with database.reading(COPIES) as db:
        row = await _latest(db, person, now or datetime.now(UTC))
    return _view(row) if row else None


async def _latest(db: AsyncSession, person: DataOwner, now: datetime) -> DataExport | None:
    """One of the future was asked for before the clock was set back, and hides none that came after it."""
    query = select(DataExport).where(_of(person), col(DataExport.expires_at) > now)
    newest = (col(DataExport.asked_at) > now, col(DataExport.asked_at).desc(), col(DataExport.id))
    return (await db.exec(query.order_by(*newest).limit(1))).first()


async def content(person: DataOwner, export_id: str, *, now: datetime | None = None) -> bytes:
    """The zip. Raises NotFound for somebody else's as for none, for one that is not ready, and for one that is over."""
    now = now or datetime.now(UTC)
    query = select(DataExport).where(DataExport.id == export_id[:32], _of(person))
    async with database.reading(COPIES) as db:
        row = (await db.exec(query)).first()
    if row is None or row.state != "ready" or row.expires_at <= now or row.file_key is None:
        raise NotFound(_GONE)
    try:
        sealed = await asyncio.to_thread(_path(row.id).read_bytes)
    except FileNotFoundError:
        raise NotFound(_GONE) from None
    return await asyncio.to_thread(Fernet(row.file_key).decrypt, sealed)


@queue.handler("privacy.export")
async def make(payload: queue.Payload) -> None:
    """Make the copy. Twice does no harm: the second takes the first one's place."""
    export_id = str(payload["export_id"])
    async with database.session(COPIES) as db:
        row = await db.get(DataExport, export_id)
        person = await _person(db, row) if row else None
        if row is None or person is None or row.file_key is None or row.expires_at <= queue.now():
            return
        row.state, row.percent = "running", 0
    try:
        await _fill(export_id, person, row.language, row.file_key)
    except Exception:  # the job is tried again; until then its owner is told, and may ask for another one
        await _note(export_id, state="failed")
        raise


async def _fill(export_id: str, person: DataOwner, code: str, key: str) -> None:
    copies = await _collect(export_id, person)
    with language(code):
        archive = await asyncio.to_thread(make_zip, copies, queue.now())
    await asyncio.to_thread(_write, export_id, archive, key)
    async with database.session(COPIES) as db:
        done = await db.get(DataExport, export_id)
        if done is None:  # erased meanwhile
            _path(export_id).unlink(missing_ok=True)
            return
        done.state, done.percent, done.ready_at = "ready", 100, queue.now()
        done.rows, done.size_bytes = sum(len(copy.rows) for copy in copies), len(archive)
        await privacy_requests.closed(db, "portability", person, now=queue.now())


async def _person(db: AsyncSession, row: DataExport) -> DataOwner | None:
    if row.account_id is not None:
        return await personal_rows.of_account(db, row.account_id)
    return personal_rows.of_email(row.email_key) if row.email_key is not None else None


async def _collect(export_id: str, person: DataOwner) -> list[TableCopy]:
    """Every row of every table, a batch at a time, noting how far it is."""
    copies: list[TableCopy] = []
    async with database.reading() as db:
        counts = await personal_rows.count(db, person)
        total, done, shown = max(sum(counts.values()), 1), 0, 0
        for name, described in personal_rows.tables().items():
            rows: list[Row] = []
            if name in counts:
                async for row in personal_rows.read(db, name, person):
                    rows.append(row)
                    done += 1
                    if done % 200 == 0:
                        await asyncio.sleep(0)  # others go on between the batches
                    if 90 * done // total >= shown + 10:
                        shown = min(90 * done // total, 90)
                        await _note(export_id, percent=shown)
            copies.append(TableCopy(described, rows))
    return copies


async def _note(export_id: str, **changed: str | int) -> None:
    async with database.session() as db:
        await db.exec(update(DataExport).where(col(DataExport.id) == export_id).values(changed))


def _write(export_id: str, archive: bytes, key: str) -> None:
    path = _path(export_id)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet(key).encrypt(archive))


@queue.handler("privacy.export_over")
async def forget(payload: queue.Payload) -> None:
    """Delete a copy that is over: its file, and the row with its key."""
    await remove([str(payload["export_id"])])


async def remove(export_ids: list[str]) -> None:
    """Delete these copies."""
    async with database.session() as db:
        for export_id in export_ids:
            if row := await db.get(DataExport, export_id):
                await db.delete(row)
    for export_id in export_ids:
        _path(export_id).unlink(missing_ok=True)


async def files_of(db: AsyncSession, person: DataOwner) -> list[str]:
    """The numbers of the person's copies, of the account and of the addresses."""
    query = select(DataExport.id).where(personal_rows.filter_of("data_export", person))
    return list((await db.exec(query)).all())


@queue.periodic("privacy.sweep_exports", every=timedelta(hours=6))
async def sweep(_payload: queue.Payload) -> None:
    """Delete every file that no row speaks of, and every row that is over: what a crash may have left."""
    async with database.reading(COPIES) as db:
        rows = (await db.exec(select(DataExport))).all()
    over = [row.id for row in rows if row.expires_at <= queue.now()]
    kept = {row.id for row in rows} - set(over)
    folder = _path("x").parent
    files = [file.name.split(".", 1)[0] for file in folder.glob("*.zip.enc")] if folder.exists() else []
    await remove([*over, *(name for name in files if name not in kept)])
