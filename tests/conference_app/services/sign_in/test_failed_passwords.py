"""Wrong passwords and codes stand in the account's history, counted by the day, and strangers learn nothing by it."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotAllowed
from conference_app.models import AuditEntry
from conference_app.services import audit
from conference_app.services.audit import AuditTag, Entry
from conference_app.services.sign_in import account_passwords, failed_passwords
from conference_app.services.sign_in.by_password import sign_in
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, registered
from tests.fakes import LOOKING
from tests.mailing import Mails

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WRONG = "typed by a stranger"


async def failed(account_id: str) -> list[Entry]:
    """The account's entries about wrong passwords, newest first."""
    return [one for one in await audit.entries(account_id) if one.tag is AuditTag.PASSWORD_FAILED]


async def kept() -> list[AuditEntry]:
    """Every entry about wrong passwords, whoever it is for."""
    async with database.reading(*LOOKING) as db:
        return list((await db.exec(select(AuditEntry).where(AuditEntry.tag == AuditTag.PASSWORD_FAILED.value))).all())


async def try_password(email: str) -> None:
    with pytest.raises(NotAllowed):
        await sign_in(email, WRONG, address=ADDRESS)


async def guess(email: str) -> None:
    """Try a password, and have it counted."""
    await try_password(email)
    await asyncio.gather(*failed_passwords._noting)


async def test_a_wrong_password_at_sign_in_is_counted_for_its_owner_alone(db: Settings, mails: Mails) -> None:
    ann, bob = await confirmed("ann"), await confirmed("bob")
    before = len(mails.all())
    for _try in range(3):
        await guess("ann@example.com")
    assert sum(one.times for one in await failed(ann.id)) == 3
    assert await failed(bob.id) == []
    await mails.deliver()
    assert not [mail for mail in mails.all()[before:] if AuditTag.PASSWORD_FAILED.words in mail.as_string()]
    assert not AuditTag.PASSWORD_FAILED.is_security_relevant  # no mail: it would be one for everybody to send


async def test_an_unconfirmed_account_is_told_as_well(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    await guess("ann@example.com")
    assert sum(one.times for one in await failed(ann.id)) == 1


async def test_a_wrong_password_asked_for_again_is_counted(sqlite_db: Settings) -> None:
    ann = await confirmed("ann")
    with pytest.raises(InvalidInput):
        await account_passwords.confirm_password(ann.id, WRONG, address=ADDRESS)
    await account_passwords.confirm_password(ann.id, PASSWORD, address=ADDRESS)
    assert sum(one.times for one in await failed(ann.id)) == 1


async def test_a_right_password_and_an_unknown_address_leave_nothing(sqlite_db: Settings) -> None:
    await confirmed("ann")
    await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    for email in ("nobody@example.com", "not an address", ""):
        await guess(email)
    assert await kept() == []


async def test_a_day_has_one_entry_that_counts(db: Settings) -> None:
    ann = await registered("ann")
    for hours in (0, 1, 11, 12, 13):
        await failed_passwords.note(ann.id, now=NOON + timedelta(hours=hours))
    after = [NOON + timedelta(hours=13), NOON + timedelta(hours=11)]
    assert [(one.at, one.times) for one in await failed(ann.id)] == [(after[0], 2), (after[1], 3)]


async def test_no_flood_pushes_what_was_done_out_of_sight(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    async with database.session() as db:
        for tag in (AuditTag.PASSWORD_CHANGED, AuditTag.AUTHENTICATOR_REMOVED):
            await audit.record(db, tag, account_id=ann.id, now=NOON)
    for days in range(1, 31):
        await failed_passwords.note(ann.id, now=NOON + timedelta(days=days))
    listed = [one.tag for one in await audit.entries(ann.id, limit=20)]
    assert listed[:5] == [AuditTag.PASSWORD_FAILED] * 5
    assert {AuditTag.PASSWORD_CHANGED, AuditTag.AUTHENTICATOR_REMOVED, AuditTag.REGISTERED} == set(listed[5:])


async def test_an_entry_holds_a_count_and_nothing_that_was_typed(sqlite_db: Settings) -> None:
    await registered("ann")
    await guess("ann@example.com")
    [entry] = await kept()
    assert (entry.detail, entry.address_id) == ("1", None)
    assert not any(text in str(entry.model_dump()) for text in (WRONG, "ann@", ADDRESS))


async def test_wrong_codes_of_a_day_share_an_entry_too(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    async with database.session() as db:
        first = await audit.count(db, AuditTag.SECOND_STEP_FAILED, ann.id, now=NOON)
        again = await audit.count(db, AuditTag.SECOND_STEP_FAILED, ann.id, now=NOON + timedelta(hours=5))
        other = await audit.count(db, AuditTag.PASSWORD_FAILED, ann.id, now=NOON)
    assert first == again != other


async def test_the_answer_waits_for_no_counting(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await confirmed("ann")
    asked: list[str] = []
    monkeypatch.setattr(failed_passwords, "LATER_S", 1000.0)
    monkeypatch.setattr(failed_passwords, "note", asked.append)
    for email in ("ann@example.com", "nobody@example.com", "not an address"):
        await try_password(email)  # comes back at once, and a task waits for each alike
    waiting = list(failed_passwords._noting)
    assert (len(waiting), asked) == (3, [])
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_full_disk_changes_no_answer(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await confirmed("ann")

    async def full(*_arguments: object, **_named: object) -> str:
        cause = sqlite3.OperationalError("database or disk is full")
        cause.sqlite_errorname = "SQLITE_FULL"
        raise OperationalError("INSERT", {}, cause)

    monkeypatch.setattr(audit, "count", full)
    await guess("ann@example.com")  # refused in the same words as ever
    assert await kept() == []


async def test_an_account_that_is_gone_meanwhile_is_passed_over(sqlite_db: Settings) -> None:
    await failed_passwords.note("0" * 32)
    await failed_passwords.note("")
    assert await kept() == []


async def test_many_at_once_share_the_entry_and_none_is_lost(db: Settings) -> None:
    ann = await registered("ann")
    await asyncio.gather(*[failed_passwords.note(ann.id, now=NOON) for _number in range(8)])
    assert [one.times for one in await failed(ann.id)] == [8]
