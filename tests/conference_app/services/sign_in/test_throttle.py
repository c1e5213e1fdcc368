"""Guessing passwords is slow from anywhere, and never shuts out who comes with a browser the account knows."""

from __future__ import annotations

import asyncio

import pytest
from limits import RateLimitItem

from conference_app.config import Settings
from conference_app.errors import NotAllowed, TooManyAttempts
from conference_app.services.limits import rate_limits
from conference_app.services.people.identity import AccountView
from conference_app.services.people.one_time_tokens import new_token
from conference_app.services.sign_in import known_devices, sessions, throttle
from conference_app.services.sign_in.browser_names import Device
from conference_app.services.sign_in.by_password import sign_in
from tests.conference_app.people import PASSWORD, confirmed, registered
from tests.fakes import ManualClock

STRANGER, OFFICE = "198.51.100.7", "192.0.2.7"


async def guess(email: str = "ann@example.com", *, address: str = STRANGER, device: str = "") -> int:
    """One wrong try; the seconds to wait if it was not even looked at, else 0."""
    try:
        await sign_in(email, "a wrong password", address=address, device=device)
    except NotAllowed:
        return 0
    except TooManyAttempts as refused:
        return refused.wait_s
    raise AssertionError("a wrong password opened the account")


async def browser_of(account: AccountView) -> str:
    """The hash of a browser the account was opened with."""
    token = new_token()
    ticket = await sessions.issue_ticket(account.id)
    assert await sessions.redeem_ticket(ticket, Device("Firefox", "Linux", token=token))
    return known_devices.device_hash(token)


@pytest.mark.promise("P76")
async def test_one_network_gets_ten_tries_on_an_account(db: Settings, clock: ManualClock) -> None:
    await registered("ann")
    assert [await guess() for _try in range(10)] == [0] * 10
    assert await guess(" ANN@example.com") == 15 * 60  # however the address is written
    assert await guess("bob@example.com") == 0


async def test_a_stranger_elsewhere_does_not_shut_the_owner_out_for_long(db: Settings, clock: ManualClock) -> None:
    ann = await registered("ann")
    for _try in range(10):
        await guess()
    clock.advance(3)
    assert await sign_in("ann@example.com", PASSWORD, address=OFFICE) == ann


@pytest.mark.promise("P76")
@pytest.mark.slow
async def test_tries_from_everywhere_wait_longer_and_longer(db: Settings, clock: ManualClock) -> None:
    await registered("ann")
    assert [await guess(address=f"198.51.100.{n}") for n in range(10)] == [0] * 10
    waits = []
    for number in range(10):
        waits.append(await guess(address=f"203.0.113.{number}"))
        clock.advance(waits[-1] + 1)
        assert await guess(address=f"203.0.113.{number}") == 0
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


@pytest.mark.slow
async def test_refused_tries_make_nobody_wait_longer(db: Settings, clock: ManualClock) -> None:
    await registered("ann")
    for number in range(10):
        await guess(address=f"198.51.100.{number}")
    first = await guess(address="203.0.113.1")
    for number in range(2, 40):
        assert await guess(address=f"203.0.113.{number}") == first
    clock.advance(first + 1)
    await sign_in("ann@example.com", PASSWORD, address=OFFICE)


@pytest.mark.parametrize("earlier", [0, 4, 9])
async def test_of_many_tries_at_once_few_are_looked_at(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch, earlier: int
) -> None:
    for number in range(earlier):
        await throttle.count_stranger("ann", f"203.0.113.{number}")
    counted, all_have_read = rate_limits.counted, asyncio.Barrier(40)

    async def counted_by_all(limit: RateLimitItem, who: str) -> int:
        found = await counted(limit, who)
        await all_have_read.wait()
        return found

    monkeypatch.setattr(rate_limits, "counted", counted_by_all)
    tries = [throttle.count_stranger("ann", f"198.51.{number}.1") for number in range(40)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert earlier + answers.count(None) in (throttle.FREE_TRIES, throttle.FREE_TRIES + 1)
    assert all(one is None or isinstance(one, TooManyAttempts) for one in answers)


@pytest.mark.slow
async def test_a_known_browser_passes_every_strangers_tries_by(db: Settings, clock: ManualClock) -> None:
    ann = await confirmed("ann")
    device = await browser_of(ann)
    for number in range(60):  # from her own network too
        await guess(address=OFFICE if number % 2 else f"203.0.113.{number}")
    assert await guess(address=OFFICE) > 0
    assert await sign_in("ann@example.com", PASSWORD, address=OFFICE, device=device) is not None
    assert await guess(address=OFFICE) > 0  # and what the stranger has tried still counts


async def test_a_known_browser_guesses_no_faster(db: Settings, clock: ManualClock) -> None:
    device = await browser_of(await confirmed("ann"))
    assert [await guess(device=device) for _try in range(10)] == [0] * 10
    assert await guess(device=device) == 15 * 60
    assert await guess(address="203.0.113.9", device=device) == 15 * 60


@pytest.mark.parametrize("device", ["00" * 32, "ff" * 32])
@pytest.mark.slow
async def test_a_made_up_browser_is_a_stranger(db: Settings, clock: ManualClock, device: str) -> None:
    await browser_of(await confirmed("ann"))
    for _try in range(10):
        await guess(device=device)
    assert await guess(device=device) == 15 * 60


async def test_a_browser_is_known_to_its_own_accounts_alone(db: Settings, clock: ManualClock) -> None:
    eves = await browser_of(await confirmed("eve"))
    await confirmed("ann")
    for _try in range(10):
        await guess(device=eves)
    assert await guess(device=eves) == 15 * 60


@pytest.mark.slow
async def test_unknown_addresses_are_throttled_in_the_same_way(db: Settings, clock: ManualClock) -> None:
    await registered("ann")
    known = [await guess(address=f"198.51.100.{n}") for n in range(12)]
    unknown = [await guess("nobody@example.com", address=f"203.0.113.{n}") for n in range(12)]
    assert known == unknown
    assert known[-1] == 2


@pytest.mark.parametrize("has_cookie", [True, False])
@pytest.mark.slow
async def test_who_registers_with_anothers_address_guesses_no_faster(
    db: Settings, clock: ManualClock, has_cookie: bool
) -> None:
    await confirmed("ann")
    eve = await registered("eve", email="ann@example.com", password="the password of eve")
    device = await browser_of(eve) if has_cookie else ""
    waits: list[int] = []
    for _try in range(6):
        waits += [await guess(device=device), await guess(device=device)]
        try:
            await sign_in("ann@example.com", "the password of eve", address=STRANGER, device=device)
        except TooManyAttempts:
            waits.append(1)
    assert any(waits[:10]), "the right password of another account let the wrong ones be forgotten"
