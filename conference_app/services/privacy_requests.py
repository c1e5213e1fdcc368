"""Requests made in the privacy center as cases, and objections."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Address, Case, ContactThread
from conference_app.services import audit, cases, consents, personal_rows
from conference_app.services.audit import AuditTag
from conference_app.services.cases import CaseView, Kind, Status
from conference_app.services.personal_rows import Person
from conference_app.services.signed_links import Subject

OPTIONAL_USES = ("newsletter", "promotion", "personalisation", "visit_merging")
"""The purposes an objection in the center ends at once; what else it is about is the case's business."""


async def _addresses(db: AsyncSession, person: Person) -> list[str]:
    return list((await db.exec(select(Address.id).where(col(Address.email_key).in_(person.email_keys)))).all())


async def _owner(db: AsyncSession, person: Person) -> dict[str, str]:
    """Under what a case of this person is filed; empty if there is nothing to file it under."""
    if person.account_id:
        return {"account_id": person.account_id}
    if found := await _addresses(db, person):
        return {"address_id": found[0]}
    threads = select(ContactThread.id).where(col(ContactThread.email_key).in_(person.email_keys))
    thread = (await db.exec(threads.order_by(col(ContactThread.id)).limit(1))).first()
    return {"thread_id": thread} if thread else {}


async def opened(
    db: AsyncSession, kind: Kind, person: Person, *, status: Status = "open", now: datetime | None = None
) -> None:
    """Open a case in the caller's transaction; one that is open already stays the only one."""
    owner = await _owner(db, person)
    if not owner:
        return
    case_id = await cases.open_case(
        db,
        kind,
        account_id=owner.get("account_id", ""),
        address_id=owner.get("address_id", ""),
        thread_id=owner.get("thread_id", ""),
        opened_from="privacy center",
        now=now,
    )
    if status != "open":
        await cases.set_status(db, case_id, status, by="system", now=now)


async def closed(db: AsyncSession, kind: Kind, person: Person, *, now: datetime | None = None) -> None:
    """Close the person's open cases of this kind: the center has done what was asked, or it was taken back."""
    mine = personal_rows.filter_of("privacy_case", person)
    query = select(Case.id).where(mine, Case.kind == kind, col(Case.closed_at).is_(None))
    for case_id in (await db.exec(query)).all():
        await cases.set_status(db, case_id, "done", by="system", now=now)


async def object_to_all(person: Person, *, page: str, now: datetime | None = None) -> None:
    """Object to every use beyond the service (GDPR Art. 21): grants end at once, and staff look at the rest as a case."""
    now = now or datetime.now(UTC)
    async with database.session() as db:
        subjects = [Subject("account", person.account_id)] if person.account_id else []
        subjects += [Subject("address", one) for one in await _addresses(db, person)]
        for subject in subjects:
            for purpose in OPTIONAL_USES:
                await consents.object_to(db, subject, purpose, act="object", page=page, now=now)
        await opened(db, "object", person, now=now)
        if person.account_id:
            await audit.record(db, AuditTag.OBJECTED, account_id=person.account_id, now=now)


async def history(person: Person) -> list[CaseView]:
    """The person's cases, newest first."""
    if person.account_id:
        return await cases.for_subject(account_id=person.account_id)
    async with database.reading() as db:
        found = await _addresses(db, person)
    return await cases.for_subject(address_id=found[0]) if found else []
