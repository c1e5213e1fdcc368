"""The second step: codes of the app and recovery codes, each good once, and tries that are counted."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from pyotp.totp import TOTP
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotAllowed, TooManyAttempts
from conference_app.models import Authenticator, RecoveryCode
from conference_app.purposes import SIGN_IN
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.people.identity import AccountView
from conference_app.services.people.one_time_tokens import new_token, token_hash
from conference_app.services.sign_in import known_devices, second_factors, sessions
from conference_app.services.sign_in.browser_names import Device
from conference_app.services.sign_in.by_password import SecondStep, sign_in
from tests.conference_app.people import ADDRESS, PASSWORD, registered
from tests.fakes import LOOKING, ManualClock

pytestmark = [pytest.mark.promise("P77"), pytest.mark.both_databases]


def code_at(secret: str, now: datetime) -> str:
    return TOTP(secret.replace(" ", "")).at(now)


async def with_app(account: AccountView, now: datetime) -> tuple[str, list[str]]:
    """The account's new authenticator: its secret, and the recovery codes."""
    setup = await second_factors.begin(account.id, now=now)
    assert "<svg" in setup.picture
    return setup.secret, await second_factors.finish(account.id, code_at(setup.secret, now), now=now)


async def second_step(username: str = "ann") -> SecondStep:
    found = await sign_in(f"{username}@example.com", PASSWORD, address=ADDRESS)
    assert isinstance(found, SecondStep)
    return found


def soon(steps: int = 2) -> datetime:
    """A time `steps` codes from now: the tokens' own clock is the real one."""
    return datetime.now().astimezone() + timedelta(seconds=30 * steps)


async def test_password_and_code_together_sign_in(db: Settings) -> None:
    ann = await registered("ann")
    secret, codes = await with_app(ann, soon(0))
    assert len(set(codes)) == 10
    step = await second_step()
    assert step.methods == {"code"}
    later = soon()
    account = await second_factors.pass_second_step(step.token, code_at(secret, later), address=ADDRESS, now=later)
    assert account == ann
    with pytest.raises(NotAllowed):  # the password's token is used up
        await second_factors.pass_second_step(step.token, codes[0], address=ADDRESS)


async def test_a_ticket_made_without_a_code_opens_nothing_any_more(db: Settings) -> None:
    ann = await registered("ann")
    ticket = await sessions.issue_ticket(ann.id)
    await with_app(ann, soon(0))
    assert await sessions.redeem_ticket(ticket) is None


async def test_a_setup_that_was_never_finished_asks_nothing(db: Settings) -> None:
    ann = await registered("ann")
    await second_factors.begin(ann.id)
    assert await sign_in("ann@example.com", PASSWORD, address=ADDRESS) == ann
    with pytest.raises(InvalidInput):
        await second_factors.finish(ann.id, "000000")


async def test_a_code_is_good_once_and_only_near_its_time(db: Settings) -> None:
    ann = await registered("ann")
    now = soon(0)
    secret, _codes = await with_app(ann, now)
    step, later = await second_step(), soon()
    with pytest.raises(InvalidInput):  # the code that set it up, seen over a shoulder
        await second_factors.pass_second_step(step.token, code_at(secret, now), address=ADDRESS, now=now)
    used = code_at(secret, later)
    await second_factors.pass_second_step(step.token, used, address=ADDRESS, now=later)
    again = await second_step()
    for code in (used, code_at(secret, later - timedelta(seconds=30)), code_at(secret, later + timedelta(minutes=2))):
        with pytest.raises(InvalidInput):
            await second_factors.pass_second_step(again.token, code, address=ADDRESS, now=later)


async def test_of_many_with_one_code_one_gets_in(db: Settings) -> None:
    ann = await registered("ann")
    secret, _codes = await with_app(ann, soon(0))
    steps, later = [await second_step() for _ in range(4)], soon()
    tries = [
        second_factors.pass_second_step(one.token, code_at(secret, later), address=ADDRESS, now=later) for one in steps
    ]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, AccountView) for one in results) == 1


async def test_a_recovery_code_works_once_however_it_is_typed(db: Settings) -> None:
    ann = await registered("ann")
    _secret, codes = await with_app(ann, soon(0))
    typed = codes[3].replace("-", " ").upper()
    step = await second_step()
    await second_factors.pass_second_step(step.token, typed, address=ADDRESS)
    assert (await second_factors.status(ann.id)).codes_left == 9
    step = await second_step()
    with pytest.raises(InvalidInput):
        await second_factors.pass_second_step(step.token, codes[3], address=ADDRESS)
    fresh = await second_factors.new_codes(ann.id)
    for old_or_new, works in ((codes[4], False), (fresh[0], True)):
        if works:
            await second_factors.pass_second_step(step.token, old_or_new, address=ADDRESS)
        else:
            with pytest.raises(InvalidInput):
                await second_factors.pass_second_step(step.token, old_or_new, address=ADDRESS)


async def test_anothers_codes_open_nothing(db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    await with_app(ann, soon(0))
    secret, codes = await with_app(bob, soon(0))
    step, later = await second_step("ann"), soon()
    for code in (codes[0], code_at(secret, later), "", "0" * 6, "\ud800", "x" * 5000):
        with pytest.raises((InvalidInput, TooManyAttempts)):
            await second_factors.pass_second_step(step.token, code, address=ADDRESS, now=later)
    assert (await second_factors.status(bob.id)).codes_left == 10


async def test_a_stranger_with_the_password_keeps_nobody_out_of_a_new_browser(
    sqlite_db: Settings, clock: ManualClock
) -> None:
    ann = await registered("ann")
    secret, _codes = await with_app(ann, soon(0))
    step = await second_step()
    for _ in range(10):
        with pytest.raises(InvalidInput):
            await second_factors.pass_second_step(step.token, "000000", address="192.0.2.66")
    with pytest.raises(TooManyAttempts):
        await second_factors.pass_second_step(step.token, "000000", address="192.0.2.66")
    later = soon()
    passed = await second_factors.pass_second_step(step.token, code_at(secret, later), address=ADDRESS, now=later)
    assert passed.id == ann.id


async def test_a_stranger_with_the_password_keeps_nobody_out_of_a_known_browser(
    sqlite_db: Settings, clock: ManualClock
) -> None:
    ann = await registered("ann")
    secret, _codes = await with_app(ann, soon(0))
    cookie = new_token()
    known = token_hash(cookie).hex()
    async with database.session(SIGN_IN) as db:
        await known_devices.note(db, ann.id, Device("Chrome", "Linux", "", cookie), now=soon(0))
    step = await second_step()
    for number in range(61):
        with pytest.raises((InvalidInput, TooManyAttempts)):
            await second_factors.pass_second_step(step.token, "000000", address=f"192.0.2.{number}")
    later = soon()
    passed = await second_factors.pass_second_step(
        step.token, code_at(secret, later), address=ADDRESS, device=known, now=later
    )
    assert passed.id == ann.id
    step = await second_step()
    for _ in range(6):  # a stolen cookie does not make guessing free
        with pytest.raises(InvalidInput):
            await second_factors.pass_second_step(step.token, "000000", address=ADDRESS, device=known)
    with pytest.raises(TooManyAttempts):
        await second_factors.pass_second_step(step.token, "000000", address=ADDRESS, device=known)


async def test_guessing_is_counted_whatever_the_address(sqlite_db: Settings, clock: ManualClock) -> None:
    ann = await registered("ann")
    _secret, codes = await with_app(ann, soon(0))
    step = await second_step()
    for number in range(60):
        with pytest.raises(InvalidInput):
            await second_factors.pass_second_step(step.token, "000000", address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        await second_factors.pass_second_step(step.token, "000000", address="192.0.2.99")
    passed = await second_factors.pass_second_step(step.token, codes[0], address="192.0.2.99")
    assert passed.id == ann.id  # nobody guesses a recovery code: it is its owner's
    failed = [one for one in await audit.entries(ann.id) if one.tag is AuditTag.SECOND_STEP_FAILED]
    assert sum(one.times for one in failed) == 60
    assert len(failed) <= 2  # one a day, and the clock may strike meanwhile


async def test_a_second_step_waits_ten_minutes(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    _secret, codes = await with_app(ann, soon(0))
    step = await second_step()
    with pytest.raises(NotAllowed):
        await second_factors.pass_second_step(step.token, codes[0], address=ADDRESS, now=soon(21))
    for junk in ("", "made up", "\x00"):
        with pytest.raises(NotAllowed):
            await second_factors.pass_second_step(junk, codes[0], address=ADDRESS)


async def test_nothing_is_kept_in_clear_and_removing_leaves_nothing(db: Settings) -> None:
    ann = await registered("ann")
    secret, codes = await with_app(ann, soon(0))
    with pytest.raises(NotAllowed):
        await second_factors.begin(ann.id)  # nobody puts another in its place
    async with database.reading(*LOOKING) as session:
        kept = (await session.exec(select(RecoveryCode.code_hash))).all()
    assert len(kept) == 10
    assert not any(code.replace("-", "").encode() in raw for code in codes for raw in kept)
    assert secret not in repr(second_factors.Setup(secret, "", ""))
    await second_factors.remove(ann.id)
    assert await sign_in("ann@example.com", PASSWORD, address=ADDRESS) == ann
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(RecoveryCode))).all() == []
        assert (await session.exec(select(Authenticator))).all() == []
