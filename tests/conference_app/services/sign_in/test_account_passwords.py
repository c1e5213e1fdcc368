"""Passwords of accounts: asked again, changed, chosen anew, and too common ones refused."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conference_app.config import Settings, settings
from conference_app.errors import InvalidInput, NotAllowed, NotFound, TooManyAttempts
from conference_app.services.sign_in import (
    account_passwords,
    email_proofs,
    passkeys,
    second_factors,
    sessions,
    weak_passwords,
)
from conference_app.services.sign_in.by_password import SecondStep, sign_in
from tests.conference_app.authenticator import Authenticator
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, form, registered, session_of, session_token
from tests.conference_app.services.accounts.test_registration import problems
from tests.conference_app.services.sign_in.test_email_proofs import link
from tests.conference_app.services.sign_in.test_second_factors import with_app
from tests.fakes import ManualClock
from tests.mailing import Mails, text_of

NEW = "an even longer password"


@pytest.mark.promise("P76")
async def test_a_change_needs_the_old_one_and_signs_the_others_out(db: Settings) -> None:
    ann = await registered("ann")
    session, elsewhere = await session_of(ann), await session_token(ann)
    with pytest.raises(InvalidInput) as caught:
        await account_passwords.change_password(
            ann.id, "a wrong password", NEW, session_hash=session.session_hash, address=ADDRESS
        )
    assert list(caught.value.fields) == ["current_password"]
    await account_passwords.change_password(ann.id, PASSWORD, NEW, session_hash=session.session_hash, address=ADDRESS)
    assert await sessions.resolve_hash(session.session_hash) is not None
    assert await sessions.resolve(elsewhere) is None
    assert await sign_in("ann@example.com", NEW, address=ADDRESS) == ann
    with pytest.raises(NotAllowed):
        await sign_in("ann@example.com", PASSWORD, address=ADDRESS)


async def test_asking_for_the_password_again_counts_the_tries(db: Settings, clock: ManualClock) -> None:
    ann = await registered("ann")
    for number in range(10):
        with pytest.raises(InvalidInput):
            await account_passwords.confirm_password(ann.id, "wrong wrong wrong", address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts):
        await account_passwords.confirm_password(ann.id, PASSWORD, address="192.0.2.99")
    clock.advance(15 * 60 + 1)
    await account_passwords.confirm_password(ann.id, PASSWORD, address="192.0.2.99")


@pytest.mark.promise("P76")
async def test_a_reset_works_once_and_ends_every_session(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    elsewhere = await session_token(ann)
    await account_passwords.ask_reset(" ANN@example.com", address=ADDRESS)
    token = await link(mails, "ann@example.com", "reset")
    with pytest.raises(InvalidInput):
        await account_passwords.reset(token, "short", address=ADDRESS)  # the link stays good
    assert await account_passwords.reset(token, NEW, address=ADDRESS) == ann.id
    assert await sessions.resolve(elsewhere) is None
    assert await sign_in("ann@example.com", NEW, address=ADDRESS) == ann
    with pytest.raises(NotFound):
        await account_passwords.reset(token, PASSWORD + " again", address=ADDRESS)


@pytest.mark.parametrize("tried_at", [[ADDRESS] * 10, [f"203.0.113.{number}" for number in range(12)]])
@pytest.mark.slow
async def test_who_has_reset_the_password_need_not_wait_for_earlier_tries(
    db: Settings, mails: Mails, tried_at: list[str]
) -> None:
    """Their own, or those of somebody who tries on and on so that the owner never comes in."""
    ann = await confirmed("ann")
    for address in tried_at:
        with pytest.raises((NotAllowed, TooManyAttempts)):
            await sign_in("ann@example.com", "a wrong password", address=address)
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    with pytest.raises(TooManyAttempts):
        await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    await account_passwords.reset(await link(mails, "ann@example.com", "reset"), NEW, address=ADDRESS)
    assert await sign_in("ann@example.com", NEW, address=ADDRESS) == ann


@pytest.mark.both_databases
async def test_of_many_with_one_link_one_sets_the_password(db: Settings, mails: Mails) -> None:
    await confirmed("ann")
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    token = await link(mails, "ann@example.com", "reset")
    tries = [account_passwords.reset(token, f"{NEW} {number}", address=ADDRESS) for number in range(4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, str) for one in results) == 1


async def test_a_reset_link_lasts_half_an_hour(db: Settings, mails: Mails) -> None:
    await confirmed("ann")
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    token = await link(mails, "ann@example.com", "reset")
    late = datetime.now(UTC) + timedelta(minutes=30, seconds=5)
    with pytest.raises(NotFound):
        await account_passwords.reset(token, NEW, address=ADDRESS, now=late)


async def test_an_unknown_address_is_answered_alike_and_gets_no_mail(db: Settings, mails: Mails) -> None:
    await confirmed("ann")
    before = len(await mails.deliver())
    assert await account_passwords.ask_reset("nobody@example.com", address=ADDRESS) is None
    assert len(await mails.deliver()) == before
    with pytest.raises(InvalidInput):
        await account_passwords.ask_reset("not an address", address=ADDRESS)
    for email in ("nobody@example.com", "ann@example.com"):
        for _ in range(2):
            await account_passwords.ask_reset(email, address=ADDRESS)
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    for email in ("nobody@example.com", "ann@example.com"):
        with pytest.raises(TooManyAttempts):
            await account_passwords.ask_reset(email, address=ADDRESS)


async def test_a_reset_does_not_go_round_the_second_factor(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    await with_app(ann, datetime.now(UTC))
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    await account_passwords.reset(await link(mails, "ann@example.com", "reset"), NEW, address=ADDRESS)
    assert isinstance(await sign_in("ann@example.com", NEW, address=ADDRESS), SecondStep)


@pytest.mark.slow
async def test_a_reset_of_an_unproven_account_takes_what_a_stranger_set_up(db: Settings, mails: Mails) -> None:
    """Somebody registers with ann's address and adds their own factors; ann asks for a new password later."""
    account = await registered("eve", email="ann@example.com", password="the password of eve")
    device, ceremony = Authenticator(), await passkeys.begin_adding(account.id)
    await passkeys.finish_adding(account.id, "Mine", device.create(ceremony.options), ceremony.challenge)
    await with_app(account, datetime.now(UTC))
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    await account_passwords.reset(await link(mails, "ann@example.com", "reset"), NEW, address=ADDRESS)
    assert await sign_in("ann@example.com", NEW, address=ADDRESS) == account
    assert await passkeys.listed(account.id) == []
    assert (await second_factors.status(account.id)).codes_left == 0
    assert (await session_of(account)).is_verified


@pytest.mark.parametrize("adds_later", [False, True])
@pytest.mark.slow
async def test_what_a_stranger_set_up_before_ann_confirmed_opens_nothing(
    db: Settings, mails: Mails, adds_later: bool
) -> None:
    """Eve registers with ann's address and adds a passkey; ann confirms in her own browser, and resets the password."""
    account = await registered("eve", email="ann@example.com", password="the password of eve")

    async def add_passkey() -> None:
        device, ceremony = Authenticator(), await passkeys.begin_adding(account.id)
        await passkeys.finish_adding(account.id, "Mine", device.create(ceremony.options), ceremony.challenge)

    await add_passkey()
    await email_proofs.confirm(await link(mails, "ann@example.com", "verify"), address=ADDRESS)
    assert await passkeys.listed(account.id) == []
    if adds_later:
        await add_passkey()
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    await account_passwords.reset(await link(mails, "ann@example.com", "reset"), NEW, address=ADDRESS)
    assert await passkeys.listed(account.id) == []
    told = [text_of(mail) for mail in await mails.deliver() if "A passkey was removed." in text_of(mail)]
    assert len(told) == 1 + adds_later
    await add_passkey()  # ann's own, from now on, stays through further resets
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    await account_passwords.reset(await link(mails, "ann@example.com", "reset"), NEW + "!", address=ADDRESS)
    assert len(await passkeys.listed(account.id)) == 1


@pytest.mark.promise("P77")
@pytest.mark.parametrize("password", ["1234567890", "Password123", "qwertyuiop", "sunshine2024!", "!!iloveyou99"])
async def test_passwords_everybody_tries_are_refused(db: Settings, password: str) -> None:
    assert "tried first" in (await problems(form(password=password)))["password"]


@pytest.mark.promise("P77")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_operator_adds_breached_passwords(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    words = [f"leaked phrase number {number}" for number in range(500)]
    sums = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper() for word in words)
    source = tmp_path / "pwned"
    if kind == "file":
        source.write_text("".join(f"{one}:{number}\r\n" for number, one in enumerate(sums)))
    else:
        source.mkdir()
        for one in sums:
            with (source / f"{one[:5]}.txt").open("a") as file:
                file.write(f"{one[5:]}:7\r\n")
    monkeypatch.setenv("PARLEY_BREACHED_PASSWORDS", str(source))
    settings.cache_clear()
    assert all(weak_passwords.is_weak(word) for word in words)
    assert not any(weak_passwords.is_weak(f"never leaked {number}") for number in range(500))


def test_a_list_that_is_taken_away_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "pwned"
    source.touch()
    monkeypatch.setenv("PARLEY_BREACHED_PASSWORDS", str(source))
    settings.cache_clear()
    settings()
    source.unlink()
    assert weak_passwords.is_weak("a quite long password") is False
