"""Links and passwords that something has overtaken, on both databases: they open nothing any more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import InvalidInput, NotAllowed, NotFound
from conference_app.models import Account
from conference_app.services.accounts import registration_mail
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import account_passwords, account_tokens, email_proofs, password_hashes
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.services.sign_in.by_password import sign_in
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, registered, session_of
from tests.conference_app.services.sign_in.test_email_proofs import link
from tests.fakes import LOOKING
from tests.mailing import Mails

pytestmark = pytest.mark.both_databases


ANN, EVE, VICTIM = "ann@example.com", "eve@example.com", "victim@example.com"
WAITING = """SELECT EXISTS (SELECT 1 FROM pg_stat_activity
                           WHERE datname = current_database() AND wait_event_type = 'Lock')"""
THEIRS, NEW = "the password of a thief", "an even longer password"


async def address_of(account: AccountView) -> tuple[str, bool]:
    """The account's address, and whether it counts as its own."""
    async with database.reading(*LOOKING) as db:
        row = await db.get(Account, account.id)
    assert row is not None
    return row.email, row.email_verified_at is not None


async def corrected(eve: AccountView) -> None:
    await registration_mail.correct(eve.id, VICTIM)


async def changed(eve: AccountView) -> None:
    await email_proofs.ask_change(eve.id, VICTIM, PASSWORD, address=ADDRESS)


async def verified(token: str) -> None:
    await email_proofs.confirm(token, address=ADDRESS)


async def reset(token: str) -> None:
    await account_passwords.reset(token, NEW, address=ADDRESS)


async def is_held_up(task: asyncio.Task[None], monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait until `task`, just made, waits for our own transaction, or is over without: then nothing keeps them apart."""
    begins, session = asyncio.Event(), database.session

    def beginning(*purposes: Any) -> AbstractAsyncContextManager[AsyncSession]:
        begins.set()
        return session(*purposes)

    with monkeypatch.context() as patched:
        patched.setattr(database, "session", beginning)
        await begins.wait()  # on SQLite it waits in the same step: who writes is alone
    while database.driver_url(settings().database_url).get_backend_name() == "postgresql" and not task.done():
        async with database.reading() as db:
            if (await (await db.connection()).execute(text(WAITING))).scalar_one():
                return


USES: dict[str, Callable[[str], Awaitable[None]]] = {"verify": verified, "reset": reset}


@pytest.mark.promise("P22")
@pytest.mark.parametrize("replace", [corrected, changed])
@pytest.mark.parametrize("page", USES)
@pytest.mark.slow
async def test_a_link_to_the_address_before_proves_nothing_of_the_next(
    db: Settings, mails: Mails, page: str, replace: Callable[[AccountView], Awaitable[None]]
) -> None:
    eve = await registered("eve")
    await account_passwords.ask_reset(EVE, address=ADDRESS)
    token = await link(mails, EVE, page)
    await replace(eve)
    with pytest.raises(NotFound):
        await USES[page](token)
    assert await address_of(eve) == (VICTIM, False)


@pytest.mark.promise("P22")
@pytest.mark.parametrize(("page", "kind"), [("verify", TokenKind.VERIFY_EMAIL), ("reset", TokenKind.RESET_PASSWORD)])
async def test_a_link_is_good_for_the_address_it_was_made_for(db: Settings, page: str, kind: TokenKind) -> None:
    eve = await registered("eve")
    for ref in (account_tokens.proof_of(VICTIM), ""):
        async with database.session(*LOOKING) as session:
            token = await account_tokens.issue(session, kind, eve.id, ref=ref)
        with pytest.raises(NotFound):
            await USES[page](token)
    assert await address_of(eve) == (EVE, False)


@pytest.mark.promise("P22")
@pytest.mark.parametrize("replace", [corrected, changed])
async def test_an_address_is_not_replaced_while_the_one_before_is_confirmed(
    db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch, replace: Callable[[AccountView], Awaitable[None]]
) -> None:
    """Whoever comes second waits, and then sees what the first has done."""
    eve = await registered("eve")
    token = await link(mails, EVE, "verify")
    revoke, started = account_tokens.revoke, list[asyncio.Task[None]]()

    async def confirmed_amid(*given: Any) -> None:
        started.append(asyncio.create_task(verified(token)))  # the account was read by now, and is written after it
        await is_held_up(started[0], monkeypatch)
        await revoke(*given)

    monkeypatch.setattr(account_tokens, "revoke", confirmed_amid)
    await replace(eve)
    with pytest.raises(NotFound):
        await started[0]
    assert await address_of(eve) == (VICTIM, False)


@pytest.mark.promise("P76")
async def test_a_thief_cannot_change_the_password_that_the_owner_has_just_replaced(
    db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await confirmed("ann")
    session = await session_of(ann)
    await account_passwords.ask_reset(ANN, address=ADDRESS)
    token, hashed = await link(mails, ANN, "reset"), password_hashes.hash_password

    async def first_the_owner(password: str) -> str:
        if password == THEIRS:  # the old one was found right already
            await reset(token)
        return await hashed(password)

    monkeypatch.setattr(password_hashes, "hash_password", first_the_owner)
    with pytest.raises(InvalidInput):
        await account_passwords.change_password(
            ann.id, PASSWORD, THEIRS, session_hash=session.session_hash, address=ADDRESS
        )
    assert await sign_in(ANN, NEW, address=ADDRESS) == ann


@pytest.mark.promise("P76")
@pytest.mark.parametrize("way", ["sign in", "confirm"])
@pytest.mark.slow
async def test_a_check_that_waited_for_its_turn_is_over_when_the_password_is_another(
    db: Settings, mails: Mails, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    ann = await confirmed("ann")
    await account_passwords.ask_reset(ANN, address=ADDRESS)
    token, check = await link(mails, ANN, "reset"), password_hashes.check_password

    async def first_the_owner(password: str, kept: str | None) -> bool:
        monkeypatch.setattr(password_hashes, "check_password", check)
        await reset(token)
        return await check(password, kept)

    monkeypatch.setattr(password_hashes, "check_password", first_the_owner)
    attempt: Awaitable[object] = (
        sign_in(ANN, PASSWORD, address=ADDRESS)
        if way == "sign in"
        else account_passwords.confirm_password(ann.id, PASSWORD, address=ADDRESS)
    )
    with pytest.raises((NotAllowed, InvalidInput)):
        await attempt


@pytest.mark.promise("P76")
@pytest.mark.parametrize("way", ["reset", "change"])
@pytest.mark.slow
async def test_a_new_password_ends_the_change_of_address_that_waits(db: Settings, mails: Mails, way: str) -> None:
    ann = await confirmed("ann")
    session = await session_of(ann)
    await email_proofs.ask_change(ann.id, "thief@example.com", PASSWORD, address=ADDRESS)
    theirs = await link(mails, "thief@example.com", "verify")
    if way == "reset":
        await account_passwords.ask_reset(ANN, address=ADDRESS)
        await reset(await link(mails, ANN, "reset"))
    else:
        await account_passwords.change_password(
            ann.id, PASSWORD, NEW, session_hash=session.session_hash, address=ADDRESS
        )
    with pytest.raises(NotFound):
        await verified(theirs)
    assert await email_proofs.pending_change(ann.id) == ""
    assert await address_of(ann) == (ANN, True)
