"""Requests of people about their data, each with the month the law gives and a history that the person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, cast

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import NotFound
from conference_app.models import Account, Address, Case, CaseAnswer, CaseEvent
from conference_app.models.columns import new_id
from conference_app.purposes import REQUESTS
from conference_app.services import audit, paging
from conference_app.services.audit import AuditTag
from conference_app.services.jobs import queue
from conference_app.services.paging import Page
from conference_app.services.people.subjects import Subject
from conference_app.texts import n_

Kind = Literal["access", "rectify", "erase", "restrict", "object", "portability", "complaint", "other"]
Status = Literal["open", "in_progress", "waiting", "done", "refused"]
By = Literal["person", "staff", "system"]
OpenedFrom = Literal["privacy center", "contact form", "mail"]
SubjectKind = Literal["account", "address", "thread"]

DUE_AFTER = timedelta(days=30)
"""GDPR Art. 12(3) gives one month."""
REMIND_AFTER = timedelta(days=20)
CLOSED: tuple[Status, ...] = ("done", "refused")
REMINDER = "case.remind"
"""The job that `case_reminders` does."""
GONE = n_("This case does not exist.")

KINDS: dict[Kind, str] = {
    "access": n_("A copy of the data"),
    "rectify": n_("A correction"),
    "erase": n_("Erasure"),
    "restrict": n_("A restriction"),
    "object": n_("An objection"),
    "portability": n_("The data in a portable form"),
    "complaint": n_("A complaint"),
    "other": n_("Something else"),
}
"""What may be asked for; msgids."""
STATUSES: dict[Status, str] = {
    "open": n_("Received"),
    "in_progress": n_("Being worked on"),
    "waiting": n_("Waiting for you"),
    "done": n_("Done"),
    "refused": n_("Refused, with the reason sent to you"),
}
"""msgids."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of a case's history."""

    status: Status
    by: By
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What staff wrote to the person."""

    words: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as its person and the staff see it."""

    id: str
    kind: Kind
    status: Status
    subject_kind: SubjectKind
    subject_id: str
    opened_from: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None
    history: tuple[Step, ...] = ()
    answers: tuple[Answer, ...] = ()

    def days_left(self, now: datetime) -> int:
        """Whole days until it is due; below zero when it is late."""
        return (self.due_at - now) // timedelta(days=1)


async def open_case(
    db: AsyncSession,
    kind: Kind,
    *,
    account_id: str = "",
    address_id: str = "",
    thread_id: str = "",
    opened_from: OpenedFrom,
    now: datetime | None = None,
) -> str:
    """A new case of exactly one of an account, an address or a contact thread; its identifier. The clock starts.

    A second open case of the same kind and person is not made: the first one's identifier is returned. Raises
    ValueError for nobody or for two.
    """
    given: list[tuple[SubjectKind, str]] = [("account", account_id), ("address", address_id), ("thread", thread_id)]
    [(subject_kind, subject_id)] = [one for one in given if one[1]]
    now = now or datetime.now(UTC)
    await database.lock(db, "case", kind, subject_id)
    same = select(Case.id).where(Case.subject_id == subject_id, Case.kind == kind, col(Case.closed_at).is_(None))
    if (known := (await db.exec(same)).first()) is not None:
        return known
    case = Case(
        id=new_id(),
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        opened_from=opened_from,
        status="open",
        opened_at=now,
        due_at=now + DUE_AFTER,
    )
    db.add(case)
    await db.flush()
    db.add(CaseEvent(case_id=case.id, status="open", by="person", at=now))
    await _note(db, AuditTag.CASE_OPENED, case, now)
    await queue.enqueue(db, REMINDER, {"case": case.id}, key=f"case:{case.id}", run_at=now + REMIND_AFTER)
    return case.id


async def set_status(db: AsyncSession, case_id: str, status: str, *, by: By, now: datetime | None = None) -> None:
    """Add a step. Raises NotFound, and ValueError for a status that does not exist."""
    if status not in STATUSES:
        raise ValueError("unknown status")
    now = now or datetime.now(UTC)
    async with database.within(db, REQUESTS) as own:
        case = await own.get(Case, case_id, with_for_update=True)
        if case is None:
            raise NotFound(GONE)
        if case.status == status:
            return
        case.status, case.closed_at = status, now if status in CLOSED else None
        own.add(CaseEvent(case_id=case_id, status=status, by=by, at=now))
        if status in CLOSED:
            await queue.cancel(own, f"case:{case_id}")
            await _note(own, AuditTag.CASE_CLOSED, case, now)


async def _note(db: AsyncSession, tag: AuditTag, case: Case, now: datetime) -> None:
    """Write it into the log of the account or address, if that is still there: a case outlives its person."""
    if case.subject_kind == "thread":
        return
    table = Account if case.subject_kind == "account" else Address
    if (await db.exec(select(table.id).where(table.id == case.subject_id))).first() is not None:
        subject = Subject("account" if case.subject_kind == "account" else "address", case.subject_id)
        await audit.record(db, tag, subject=subject, detail=case.kind, now=now)


async def get(case_id: str) -> CaseView:
    """A case with its history and what was written about it. Raises NotFound. For staff."""
    async with database.reading(REQUESTS) as db:
        row = await db.get(Case, case_id)
        if row is None:
            raise NotFound(GONE)
        [case] = await views(db, [row])
    return case


async def for_staff(number: int = 1, *, closed: bool = False) -> Page[CaseView]:
    """A page of the open cases, by the day they are due; with `closed` of the closed ones, newest first."""
    query = select(Case).where(col(Case.closed_at).is_not(None) if closed else col(Case.closed_at).is_(None))
    order = col(Case.closed_at).desc() if closed else col(Case.due_at)
    async with database.reading(REQUESTS) as db:
        found = await paging.page(db, query.order_by(order, col(Case.id)), number)
        return found.with_rows(await views(db, found.rows))


async def views(db: AsyncSession, rows: Sequence[Case]) -> list[CaseView]:
    """Rows as their person and the staff see them, in the same order; `db` was opened for `REQUESTS`."""
    ids = [row.id for row in rows]
    events = select(CaseEvent).where(col(CaseEvent.case_id).in_(ids)).order_by(col(CaseEvent.id))
    history: dict[str, list[Step]] = {}
    for event in (await db.exec(events)).all():
        history.setdefault(event.case_id, []).append(Step(cast(Status, event.status), cast(By, event.by), event.at))
    answers: dict[str, list[Answer]] = {}
    written = select(CaseAnswer).where(col(CaseAnswer.case_id).in_(ids)).order_by(col(CaseAnswer.id))
    for one in (await db.exec(written)).all():
        answers.setdefault(one.case_id, []).append(Answer(one.words, one.at))
    return [_view(row, history.get(row.id, []), answers.get(row.id, [])) for row in rows]


def _view(row: Case, history: list[Step], answers: list[Answer]) -> CaseView:
    return CaseView(
        id=row.id,
        kind=cast(Kind, row.kind),
        status=cast(Status, row.status),
        subject_kind=cast(SubjectKind, row.subject_kind),
        subject_id=row.subject_id,
        opened_from=row.opened_from,
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        history=tuple(history),
        answers=tuple(answers),
    )
