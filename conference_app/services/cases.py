"""Requests of people about their data, each with the month the law gives and a history that the person sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotFound
from conference_app.models import Account, Address, Case, CaseEvent, ContactThread
from conference_app.models.columns import new_id
from conference_app.services import jobs, letters, mail
from conference_app.services.letters import Context, RowRecipient, Values, button, facts, paragraph
from conference_app.services.mail import Mailbox
from conference_app.texts import DEFAULT_LANGUAGE, _, n_

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

    A second open case of the same kind and person is not made: the first one's identifier is returned.
    """
    given: list[tuple[SubjectKind, str]] = [("account", account_id), ("address", address_id), ("thread", thread_id)]
    [(subject_kind, subject_id)] = [one for one in given if one[1]]
    now = now or datetime.now(UTC)
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
    await jobs.enqueue(db, REMINDER, {"case": case.id}, key=f"case:{case.id}", run_at=now + REMIND_AFTER)
    return case.id


async def set_status(db: AsyncSession, case_id: str, status: str, *, by: By, now: datetime | None = None) -> None:
    """Add a step. Raises NotFound, and ValueError for a status that does not exist."""
    if status not in STATUSES:
        raise ValueError("unknown status")
    case = await db.get(Case, case_id, with_for_update=True)
    if case is None:
        raise NotFound(n_("This case does not exist."))
    now = now or datetime.now(UTC)
    if case.status == status:
        return
    case.status, case.closed_at = status, now if status in CLOSED else None
    db.add(CaseEvent(case_id=case_id, status=status, by=by, at=now))
    if status in CLOSED:
        await jobs.cancel(db, f"case:{case_id}")


async def change_status(case_id: str, status: str, *, by: By, now: datetime | None = None) -> None:
    """`set_status` in a transaction of its own. A case that is gone stays gone."""
    async with database.session() as db:
        if await db.get(Case, case_id) is not None:
            await set_status(db, case_id, status, by=by, now=now)


async def for_subject(*, account_id: str = "", address_id: str = "") -> list[CaseView]:
    """The cases of an account or an address, newest first, also those opened by writing to us from the same address."""
    async with database.reading() as db:
        table, row_id = (Account, account_id) if account_id else (Address, address_id)
        key = (await db.exec(select(table.email_key).where(table.id == row_id))).first()
        threads = select(ContactThread.id).where(ContactThread.email_key == (key or b""))
        mine = or_(col(Case.subject_id) == row_id, col(Case.subject_id).in_(threads))
        rows = (await db.exec(select(Case).where(mine).order_by(col(Case.opened_at).desc()))).all()
        return await _views(db, rows)


async def for_staff(*, closed: bool = False, limit: int = 200) -> list[CaseView]:
    """Open cases by the day they are due; with `closed` the closed ones, newest first."""
    query = select(Case).where(col(Case.closed_at).is_not(None) if closed else col(Case.closed_at).is_(None))
    order = col(Case.closed_at).desc() if closed else col(Case.due_at)
    async with database.reading() as db:
        return await _views(db, (await db.exec(query.order_by(order).limit(limit))).all())


async def _views(db: AsyncSession, rows: Sequence[Case]) -> list[CaseView]:
    ids = [row.id for row in rows]
    events = select(CaseEvent).where(col(CaseEvent.case_id).in_(ids)).order_by(col(CaseEvent.id))
    history: dict[str, list[Step]] = {}
    for event in (await db.exec(events)).all():
        history.setdefault(event.case_id, []).append(Step(event.status, event.by, event.at))  # type: ignore[arg-type]
    return [_view(row, tuple(history.get(row.id, ()))) for row in rows]


def _view(row: Case, history: tuple[Step, ...]) -> CaseView:
    return CaseView(
        id=row.id,
        kind=row.kind,  # type: ignore[arg-type]
        status=row.status,  # type: ignore[arg-type]
        subject_kind=row.subject_kind,  # type: ignore[arg-type]
        subject_id=row.subject_id,
        opened_from=row.opened_from,
        opened_at=row.opened_at,
        due_at=row.due_at,
        closed_at=row.closed_at,
        history=history,
    )


@mail.address_source("controller")
async def controller_mailbox(_db: AsyncSession, _row_id: str) -> Mailbox | None:
    """The operator's own address for questions about privacy."""
    return Mailbox(settings().controller.email, DEFAULT_LANGUAGE)


async def _compose_reminder(db: AsyncSession, context: Context) -> Values | None:
    case = await db.get(Case, str(context.refs["case"]))
    if case is None or case.closed_at is not None:
        return None
    what = [(_("What is asked for"), _(KINDS[case.kind])), (_("To be done by"), case.due_at.date().isoformat())]  # type: ignore[index]
    return {"days": max(0, (case.due_at - context.now) // timedelta(days=1)), "facts": what, "link": "/staff/cases"}


_REMINDER_LETTER = letters.necessary(
    "case_reminder",
    subject=n_("A request is due in {days} days"),
    purpose="cases",
    body=(
        paragraph(n_("Somebody asked for something about their data, and the law gives a month to do it.")),
        facts("facts"),
        button(n_("Open the cases")),
    ),
    compose=_compose_reminder,
    sample={"days": 10, "facts": [("What is asked for", "Erasure")], "link": "/staff/cases"},
)


@jobs.handler(REMINDER)
async def _remind(payload: jobs.Payload) -> None:
    async with database.session() as db:
        case = await db.get(Case, str(payload["case"]))
        if case is not None and case.closed_at is None:
            letter = _REMINDER_LETTER.letter(RowRecipient("controller", case.id), case=case.id)
            await mail.send(db, letter, key=f"case-reminder:{case.id}")
