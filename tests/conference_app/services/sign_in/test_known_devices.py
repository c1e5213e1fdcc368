"""Browsers an account was opened with: a strange one is told of by mail, once, and nothing is kept for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.models import KnownDevice
from conference_app.purposes import SIGN_IN
from conference_app.services.people.identity import AccountView
from conference_app.services.people.one_time_tokens import new_token
from conference_app.services.privacy import retention
from conference_app.services.sign_in import account_passwords, known_devices, sessions
from conference_app.services.sign_in.browser_names import Device
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, registered, session_of
from tests.mailing import Mails, text_of

START = datetime.now(UTC)
STRANGE = "a browser that we had not seen"


async def enter(account: AccountView, browser: str, system: str = "Linux", *, days: float = 0, token: str = "") -> None:
    """Sign in with a browser of these families, `days` after the start."""
    now = START + timedelta(days=days)
    ticket = await sessions.issue_ticket(account.id, now=now)
    assert await sessions.redeem_ticket(ticket, Device(browser, system, token=token), now=now)


async def told(mails: Mails, address: str = "ann@example.com") -> list[str]:
    """The browsers that emails to `address` name as strange."""
    await mails.deliver()
    texts = [text_of(mail) for mail in mails.to(address)]
    return [line.strip() for text in texts if STRANGE in text for line in text.splitlines() if "Device" in line]


async def test_the_first_browser_is_no_news_and_the_next_one_is(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    await enter(ann, "Firefox")
    await enter(ann, "Firefox", days=1)
    assert await told(mails) == []
    await enter(ann, "Chrome", days=2)
    await enter(ann, "Chrome", days=3)
    [line] = await told(mails)
    assert "Chrome, Linux" in line
    await enter(ann, "Chrome", "Android", days=4)
    assert len(await told(mails)) == 2


async def test_after_ninety_days_a_browser_is_strange_again(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    await enter(ann, "Firefox")
    await enter(ann, "Chrome", days=80)
    assert len(await told(mails)) == 1
    await enter(ann, "Firefox", days=91)
    assert len(await told(mails)) == 2


async def test_an_account_long_unused_is_told_too(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    await enter(ann, "Firefox")
    await enter(ann, "Firefox", days=200)
    assert len(await told(mails)) == 1


@pytest.mark.slow
async def test_who_deletes_cookies_is_not_written_to_each_time(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    for day in range(30):
        await enter(ann, "Firefox", days=day, token=new_token())
    assert await told(mails) == []
    async with database.reading() as session:
        assert (await session.exec(select(func.count()).select_from(KnownDevice))).one() == known_devices.MOST


async def test_an_unproven_address_is_not_written_to(db: Settings, mails: Mails) -> None:
    ann = await registered("ann")
    await enter(ann, "Firefox")
    await enter(ann, "Chrome", days=1)
    assert await told(mails) == []


async def test_only_hashes_and_families_are_kept(db: Settings) -> None:
    ann, token = await confirmed("ann"), new_token()
    await enter(ann, "Firefox", token=token)
    async with database.reading(SIGN_IN) as session:
        [row] = (await session.exec(select(KnownDevice))).all()
    assert (row.browser, row.system, row.account_id) == ("Firefox", "Linux", ann.id)
    assert token not in repr(row.model_dump())
    assert await known_devices.knows([ann.id], known_devices.device_hash(token))
    later = datetime.now(UTC) + timedelta(days=91)
    assert not await known_devices.knows([ann.id], known_devices.device_hash(token), now=later)
    await retention.purge(later)
    async with database.reading() as session:
        assert (await session.exec(select(func.count()).select_from(KnownDevice))).one() == 0


async def test_a_new_password_trusts_no_browser(db: Settings) -> None:
    ann, token = await confirmed("ann"), new_token()
    await enter(ann, "Firefox", token=token)
    session = await session_of(ann)
    await account_passwords.change_password(
        ann.id, PASSWORD, "another horse in the stable", session_hash=session.session_hash, address=ADDRESS
    )
    assert not await known_devices.knows([ann.id], known_devices.device_hash(token))


@pytest.mark.parametrize("text", ["", "short", "x" * 44, "é" * 43, "a" * 42 + "\n", "../" * 14 + "a"])
def test_what_is_no_token_of_ours_is_seen(text: str) -> None:
    assert not known_devices.is_token(text)
    assert known_devices.is_token(new_token())
