"""The staff's role: for the confirmed addresses of the operator's list, and for nobody else."""

from __future__ import annotations

import pytest

from conference_app.config import Settings, settings
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import email_proofs, sessions
from tests.conference_app.people import ADDRESS, PASSWORD, at_desk, confirmed, registered, session_token


def staff_are(monkeypatch: pytest.MonkeyPatch, listed: str) -> None:
    """Restart the product with another list of staff."""
    monkeypatch.setenv("PARLEY_STAFF", listed)
    settings.cache_clear()


async def is_staff(account: AccountView) -> bool:
    """Whether the account has the role when it signs in now."""
    return (await at_desk(account)).is_staff


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
