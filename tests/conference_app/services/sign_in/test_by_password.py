"""Signing in by password: who gets in, what is said, and what a stranger can learn."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import NotAllowed, TooManyAttempts
from conference_app.models import Account
from conference_app.services.sign_in import account_passwords, password_hashes
from conference_app.services.sign_in.by_password import sign_in
from tests.conference_app.people import ADDRESS, PASSWORD, confirm_address, confirmed, registered
from tests.fakes import LOOKING, ManualClock


async def test_a_registered_person_signs_in(db: Settings) -> None:
    account = await registered("ann", language="pl")
    assert (account.first_name, account.username, account.language) == ("Ann", "ann", "pl")
    assert await sign_in("ann@example.com", PASSWORD, address=ADDRESS) == account
    assert await sign_in("  ANN@EXAMPLE.COM ", PASSWORD, address=ADDRESS) == account


async def test_the_password_is_kept_under_its_scheme_and_never_as_typed(db: Settings) -> None:
    await registered()
    async with database.reading(*LOOKING) as session:
        kept = (await session.exec(select(Account.password_hash))).one()
    assert kept.startswith("bcrypt-hmac-sha384$$2b$04$")
    assert PASSWORD not in kept


async def test_one_address_has_one_account_however_it_is_written(db: Settings) -> None:
    ann = await confirmed("ann", email="ann@żółw.example.com")
    bob = await registered("bob", email="ANN@xn--w-uga1v8h.example.com")
    assert await confirm_address(bob) is False
    await confirmed("tag", email="ann+tag@żółw.example.com")
    assert await sign_in("ANN@xn--w-uga1v8h.example.com", PASSWORD, address=ADDRESS) == ann


@pytest.mark.parametrize(
    "password", ["xqwvkzjypb", "zażółć gęślą jaźń", "y" * 1024, "nul\x00inside it", "\ud800 lone surrogate"]
)
@pytest.mark.slow
async def test_every_sign_of_a_password_counts(db: Settings, password: str) -> None:
    await registered(password=password)
    await sign_in("ann@example.com", password, address=ADDRESS)
    with pytest.raises(NotAllowed):
        await sign_in("ann@example.com", password[:-1] + "#", address=ADDRESS)


async def test_the_same_messages_composed_otherwise_are_the_same_password(db: Settings) -> None:
    ann = await registered(password="caf\u00e9 au lait")
    assert await sign_in("ann@example.com", "cafe\u0301 au lait", address=ADDRESS) == ann


async def refusal(attempt: Awaitable[object]) -> tuple[str, str, dict[str, object]]:
    with pytest.raises(NotAllowed) as caught:
        await attempt
    return caught.value.code, caught.value.message, caught.value.values


async def test_an_unknown_address_and_a_wrong_password_look_alike(
    db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered()
    hashes = 0
    in_thread = password_hashes._in_thread

    async def counted(*arguments: object) -> object:
        nonlocal hashes
        hashes += 1
        return await in_thread(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(password_hashes, "_in_thread", counted)
    answers = set()
    for attempt, email in enumerate(
        ("ann@example.com", "nobody@example.com", "not an address", "\ud800@example.com", "")
    ):
        answers.add(str(await refusal(sign_in(email, "wrong password", address=ADDRESS))))
        assert hashes == 2 * (attempt + 1)  # the costly part is done as often, whoever is asked for
    assert len(answers) == 1


@pytest.mark.slow
async def test_one_address_cannot_go_through_a_list_of_people(db: Settings, clock: ManualClock) -> None:
    for number in range(60):
        with pytest.raises(NotAllowed):
            await sign_in(f"p{number}@example.com", "wrong password", address="2001:db8::1")
    with pytest.raises(TooManyAttempts):
        await sign_in("p99@example.com", "wrong password", address="2001:db8::ffff")  # the same household
    with pytest.raises(NotAllowed):
        await sign_in("p99@example.com", "wrong password", address="2001:db8:0:1::1")


@pytest.mark.slow
async def test_a_good_sign_in_forgives_earlier_slips(db: Settings, clock: ManualClock) -> None:
    await registered()
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(NotAllowed):
                await sign_in("ann@example.com", "wrong password", address=ADDRESS)
        await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
        clock.advance(16 * 60)


@pytest.mark.promise("P78")
async def test_a_stronger_cost_is_taken_up_at_the_next_sign_in(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await registered()
    monkeypatch.setattr(password_hashes, "ROUNDS", 5)
    await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    async with database.reading(*LOOKING) as session:
        kept = (await session.exec(select(Account.password_hash))).one()
    assert "$05$" in kept
    await sign_in("ann@example.com", PASSWORD, address=ADDRESS)


async def test_a_stronger_cost_does_not_bring_back_a_password_changed_meanwhile(
    db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await confirmed()
    hashed = password_hashes.hash_password

    async def changed_meanwhile(password: str) -> str:
        monkeypatch.setattr(password_hashes, "hash_password", hashed)
        await account_passwords.change_password(
            account.id, PASSWORD, "another-long-phrase", session_hash="", address=ADDRESS
        )
        return await hashed(password)

    monkeypatch.setattr(password_hashes, "ROUNDS", password_hashes.ROUNDS + 1)
    monkeypatch.setattr(password_hashes, "hash_password", changed_meanwhile)
    await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    with pytest.raises(NotAllowed):
        await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    assert await sign_in("ann@example.com", "another-long-phrase", address=ADDRESS) == account


async def test_without_the_pepper_no_password_fits(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await registered()
    monkeypatch.setenv("PARLEY_PASSWORD_PEPPER", "00" * 32)
    settings.cache_clear()
    with pytest.raises(NotAllowed):
        await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
