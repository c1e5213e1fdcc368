"""What people ask for in the privacy center, each as a case: restrictions, objections, and what other services carry out."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Address, Case, ContactThread
from conference_app.purposes import CONSENT_PROOF, OPPOSABLE, REQUESTS, WISHES
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.cases import cases
from conference_app.services.cases.cases import CaseView, Kind, Status
from conference_app.services.consent import ledger, live_consents, participant_mail, person_state
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner

OPTIONAL_USES = ("newsletter", "promotion", "personalisation", *OPPOSABLE)
"""What an objection in the center is about even where it was never agreed to; all that was agreed to ends besides, and
the rest is the case's business."""


async def _addresses(db: AsyncSession, person: DataOwner) -> list[str]:
    return list((await db.exec(select(Address.id).where(col(Address.email_key).in_(person.email_keys)))).all())


async def _subjects(db: AsyncSession, person: DataOwner) -> list[Subject]:
    """Under which numbers the ledger knows the person."""
    account = [Subject("account", person.account_id)] if person.account_id else []
    return [*account, *[Subject("address", one) for one in await _addresses(db, person)]]


async def _owner(db: AsyncSession, person: DataOwner) -> dict[str, str]:
    """Under what a case of this person is filed; empty if there is nothing to file it under."""
    if person.account_id:
        return {"account_id": person.account_id}
    if found := await _addresses(db, person):
        return {"address_id": found[0]}
    threads = select(ContactThread.id).where(col(ContactThread.email_key).in_(person.email_keys))
    thread = (await db.exec(threads.order_by(col(ContactThread.id)).limit(1))).first()
    return {"thread_id": thread} if thread else {}


async def opened(
    db: AsyncSession, kind: Kind, person: DataOwner, *, status: Status = "open", now: datetime | None = None
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


async def closed(db: AsyncSession, kind: Kind, person: DataOwner, *, now: datetime | None = None) -> None:
    """Close the person's open cases of this kind: the center has done what was asked, or it was taken back."""
    await _close(db, person, now, Case.kind == kind)


async def all_closed(db: AsyncSession, person: DataOwner, *, now: datetime | None = None) -> None:
    """Close the person's open cases: with the person, all that they were about is gone."""
    await _close(db, person, now)


async def _close(db: AsyncSession, person: DataOwner, now: datetime | None, *these: ColumnElement[bool] | bool) -> None:
    mine = personal_rows.filter_of("privacy_case", person), col(Case.closed_at).is_(None)
    for case_id in (await db.exec(select(Case.id).where(*mine, *these))).all():
        await cases.set_status(db, case_id, "done", by="system", now=now)


async def carried_out(db: AsyncSession, kind: Kind, person: DataOwner, *, now: datetime | None = None) -> None:
    """A case that is done at once."""
    await opened(db, kind, person, now=now)
    await closed(db, kind, person, now=now)


async def restrict(person: DataOwner, restricted: bool, *, now: datetime | None = None) -> None:
    """Restrict the use of the person's data to what the service cannot do without (GDPR Art. 18), or end that."""
    now = now or datetime.now(UTC)
    async with database.session(WISHES) as db:
        row = await person_state.row_of(db, person)
        row.restricted_at = (row.restricted_at or now) if restricted else None
        if restricted:
            await carried_out(db, "restrict", person, now=now)
        if person.account_id:
            tag = AuditTag.RESTRICTED if restricted else AuditTag.UNRESTRICTED
            await audit.record(db, tag, account_id=person.account_id, now=now)


async def object_to_all(person: DataOwner, *, page: str, now: datetime | None = None) -> None:
    """Object to every use beyond the service (GDPR Art. 21): grants end at once, and staff look at the rest as a case."""
    now = now or datetime.now(UTC)
    async with database.session() as db:
        for subject in await _subjects(db, person):
            for purpose in (*OPTIONAL_USES, *await _agreed_besides(db, subject)):
                await ledger.object_to(db, subject, purpose, act="object", page=page, now=now)
            if subject.kind == "address":
                await participant_mail.stop_all(db, address_id=subject.id)
        await opened(db, "object", person, now=now)
        if person.account_id:
            await audit.record(db, AuditTag.OBJECTED, account_id=person.account_id, now=now)


async def _agreed_besides(db: AsyncSession, subject: Subject) -> list[str]:
    return sorted(await live_consents.live_purposes(db, subject) - set(OPTIONAL_USES))


async def has_objected(person: DataOwner) -> bool:
    """Whether an objection of the person stands against a use that would go on without it."""
    async with database.reading(CONSENT_PROOF) as db:
        for subject in await _subjects(db, person):
            for purpose in OPPOSABLE:
                if (await db.exec(select(live_consents.objects(subject.kind, subject.id, purpose)))).one():
                    return True
    return False


async def stop_objecting(person: DataOwner, *, page: str, now: datetime | None = None) -> None:
    """Take an objection back. Mails that had been agreed to stay off: each is switched on by itself."""
    now = now or datetime.now(UTC)
    async with database.session() as db:
        for subject in await _subjects(db, person):
            for purpose in OPPOSABLE:
                await ledger.stop_objecting(db, subject, purpose, act="take back", page=page, now=now)
        await closed(db, "object", person, now=now)
        if person.account_id:
            await audit.record(db, AuditTag.OBJECTION_UNDONE, account_id=person.account_id, now=now)


async def history(person: DataOwner) -> list[CaseView]:
    """The person's cases, newest first, also those that came of an email from the same address."""
    async with database.reading(REQUESTS) as db:
        mine = select(Case).where(personal_rows.filter_of("privacy_case", person))
        return await cases.views(db, (await db.exec(mine.order_by(col(Case.opened_at).desc()))).all())
