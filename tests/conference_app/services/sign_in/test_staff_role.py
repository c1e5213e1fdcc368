"""The staff's role: for the confirmed addresses of the operator's list, and for nobody else."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from conference_app.config import Settings, settings
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import email_proofs, second_factors, sessions
from conference_app.services.sign_in.staff_role import Missing
from tests.conference_app.people import (
    ADDRESS,
    PASSWORD,
    confirmed,
    give_authenticator,
    registered,
    session_of,
    session_token,
)
from tests.conference_app.services.sign_in.test_second_factors import code_at, with_app


def staff_are(monkeypatch: pytest.MonkeyPatch, listed: str) -> None:
    """Restart the product with another list of staff."""
    monkeypatch.setenv("PARLEY_STAFF", listed)
    settings.cache_clear()


async def is_staff(account: AccountView) -> bool:
    """Whether the account has the role when it signs in now."""
    return (await session_of(account)).is_staff


async def test_the_operators_list_names_staff_by_address(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    staff_are(monkeypatch, "ann@example.com, BOB@Example.com, carl@xn--fa-hia.de,")
    assert await is_staff(await confirmed("ann"))
    assert await is_staff(await confirmed("bob"))
    assert await is_staff(await confirmed("carl", email="Carl@faß.de"))
    assert not await is_staff(await confirmed("eve"))


@pytest.mark.parametrize(
    ("username", "email"),
    [
        ("boss", "eve@example.com"),
        ("boss.strasse.de", "eve@example.com"),
        ("eve", "boss@straße.de"),
        ("eve", "boss+staff@strasse.de"),
        ("eve", "boss@strasse.de.example.com"),
        ("eve", "boss@str\u0430sse.de"),
    ],
)
@pytest.mark.slow
async def test_what_looks_like_a_listed_address_is_no_staff(
    db: Settings, monkeypatch: pytest.MonkeyPatch, username: str, email: str
) -> None:
    staff_are(monkeypatch, "boss@strasse.de")
    assert not await is_staff(await confirmed(username, email=email))


async def test_who_only_says_that_an_address_is_theirs_is_no_staff(
    db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for demanded in ("0", "1"):
        monkeypatch.setenv("PARLEY_REQUIRE_VERIFIED_EMAIL", demanded)
        staff_are(monkeypatch, "boss@example.com")
        eve = await registered(f"eve{demanded}", email="boss@example.com")
        assert not await is_staff(eve)
        await email_proofs.ask_change(eve.id, "boss2@example.com", PASSWORD, address=ADDRESS)
        staff_are(monkeypatch, "boss2@example.com")
        assert not await is_staff(eve)


async def test_a_change_to_a_listed_address_counts_once_it_is_confirmed(
    db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_are(monkeypatch, "boss@example.com")
    eve = await confirmed("eve")
    await email_proofs.ask_change(eve.id, "boss@example.com", PASSWORD, address=ADDRESS)
    assert not await is_staff(eve)


async def test_who_is_taken_off_the_list_is_no_staff_at_once(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    staff_are(monkeypatch, "ann@example.com")
    token = await session_token(await confirmed("ann"))
    staff_are(monkeypatch, "bob@example.com")
    caller = await sessions.resolve(token)  # signed in before the operator changed the list
    assert caller is not None
    assert not caller.is_staff


async def test_the_staffs_pages_need_an_authenticator_app(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    staff_are(monkeypatch, "ann@example.com")
    ann = await confirmed("ann")
    here, elsewhere = await session_token(ann), await session_token(ann)
    found = await sessions.resolve(here)
    assert found is not None
    assert (found.is_staff, found.may_act_as_staff, found.staff_lacks) == (True, False, Missing.AUTHENTICATOR)
    setup = await second_factors.begin(ann.id)
    assert (await session_of(ann)).staff_lacks == Missing.AUTHENTICATOR  # until its first code is right
    await second_factors.finish(ann.id, code_at(setup.secret, datetime.now(UTC)))
    for token in (here, elsewhere):  # opened by the password alone
        found = await sessions.resolve(token)
        assert found is not None
        assert (found.may_act_as_staff, found.staff_lacks) == (False, Missing.SIGN_IN)
    token = await session_token(ann)
    found = await sessions.resolve(token)
    assert found is not None
    assert found.may_act_as_staff
    await second_factors.remove(ann.id)
    found = await sessions.resolve(token)
    assert found is not None
    assert not found.may_act_as_staff


async def test_a_role_given_later_opens_nothing_to_a_session_without_a_code(
    db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await confirmed("ann")
    early = await session_token(ann)
    await with_app(ann, datetime.now(UTC))
    staff_are(monkeypatch, "ann@example.com")
    assert (await session_of(ann)).may_act_as_staff
    found = await sessions.resolve(early)
    assert found is not None
    assert (found.is_staff, found.may_act_as_staff) == (True, False)


async def test_the_staffs_pages_close_after_half_an_hour_without_use(
    db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff_are(monkeypatch, "ann@example.com")
    ann = await confirmed("ann")
    await give_authenticator(ann.id)
    token, start = await session_token(ann), datetime.now(UTC)
    for minutes in (20, 40, 60):  # used all the time
        used = await sessions.resolve(token, now=start + timedelta(minutes=minutes))
        await asyncio.gather(*sessions._noting.values())
        assert used is not None
        assert used.may_act_as_staff
    for minutes in (91, 92):  # looking does not open them again
        late = await sessions.resolve(token, now=start + timedelta(minutes=minutes))
        await asyncio.gather(*sessions._noting.values())
        assert late is not None
        assert (late.may_act_as_staff, late.staff_lacks) == (False, Missing.SIGN_IN)
    assert (await session_of(ann)).may_act_as_staff
