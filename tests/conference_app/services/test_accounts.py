"""Registration and sign-in: what is accepted, what is said, and what a stranger can learn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import InvalidInput, NotAllowed, TooManyAttempts
from conference_app.models import Account, ConsentRecord
from conference_app.services import accounts, documents, passwords
from conference_app.services.accounts import RegistrationForm, register, sign_in
from conference_app.texts import language
from tests.conference_app.people import ADDRESS, PASSWORD, confirm_address, confirmed, form, registered
from tests.fakes import NOON, ManualClock


async def problems(wrong: RegistrationForm, address: str = ADDRESS) -> dict[str, str]:
    """The message of each refused field."""
    with pytest.raises(InvalidInput) as caught:
        await register(wrong, address=address)
    return {name: error.message for name, error in caught.value.fields.items()}


async def test_a_registered_person_signs_in(db: Settings) -> None:
    account = await registered("ann", language="pl")
    assert (account.first_name, account.username, account.language) == ("Ann", "ann", "pl")
    assert await sign_in("ann@example.com", PASSWORD, address=ADDRESS) == account
    assert await sign_in("  ANN@EXAMPLE.COM ", PASSWORD, address=ADDRESS) == account


async def test_the_password_is_kept_under_its_scheme_and_never_as_typed(sqlite_db: Settings) -> None:
    await registered()
    async with database.reading() as session:
        kept = (await session.exec(select(Account.password_hash))).one()
    assert kept.startswith("bcrypt-hmac-sha384$$2b$04$")
    assert PASSWORD not in kept


async def test_consent_is_recorded_with_time_and_exact_text(sqlite_db: Settings) -> None:
    account = await register(form(language="pl"), address=ADDRESS, now=NOON)
    async with database.reading() as session:
        rows = (await session.exec(select(ConsentRecord))).all()
    assert {row.document for row in rows} == {"terms", "privacy"}
    with language("pl"):
        wanted = {name: documents.fingerprint(name) for name in documents.DOCUMENTS}
    for row in rows:
        assert (row.account_id, row.language, row.accepted_at) == (account.id, "pl", NOON)
        assert row.text_sha256 == wanted[row.document]  # type: ignore[index]


async def test_every_wrong_field_is_named_at_once_in_the_order_of_the_form(sqlite_db: Settings) -> None:
    wrong = RegistrationForm(" \u200b", "\x00", "a b", "nobody", "short", accepted=False)
    assert list(await problems(wrong)) == ["first_name", "last_name", "username", "email", "password", "accepted"]


@pytest.mark.promise("P21")
async def test_what_is_taken_is_said_beside_what_is_wrong(db: Settings) -> None:
    await registered("ann")
    found = await problems(form("ANN", email="Ann@Example.COM", password="short"))
    assert list(found) == ["username", "password"]
    assert "taken" in found["username"]


@pytest.mark.parametrize(
    "username",
    ["ab", "a" * 41, "ann smith", "ann@home", "<b>ann</b>", "ann\u202egnp", "", "../ann", "ann\x00", "a\u200bnn"],
)
async def test_usernames_that_deceive_or_break_are_refused(sqlite_db: Settings, username: str) -> None:
    assert "username" in await problems(form(username=username, email="x@example.com"))


async def test_a_username_is_the_same_in_other_letters_of_the_same_look(sqlite_db: Settings) -> None:
    await registered("strasse")
    assert "username" in await problems(form("STRASSE", email="b@example.com"))
    assert "username" in await problems(form("straße", email="c@example.com"))
    assert "username" in await problems(form("\uff53trasse", email="d@example.com"))  # full-width s


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@localhost",
        "Ann <ann@example.com>",
        "ann@exam ple.com",
        "a" * 500 + "@example.com",
        "ann@example.com\nBcc: all@example.com",
        "\ud800@example.com",
    ],
)
async def test_what_is_no_address_is_refused(sqlite_db: Settings, email: str) -> None:
    assert "email" in await problems(form(email=email))


async def test_an_intranet_may_have_its_own_names(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "email" in await problems(form(email="ann@office"))
    monkeypatch.setenv("PARLEY_INTRANET_EMAIL", "1")
    settings.cache_clear()
    await registered(email="ann@office")
    assert "email" in await problems(form("bob", email="bob@"))


async def test_one_address_has_one_account_however_it_is_written(sqlite_db: Settings) -> None:
    ann = await confirmed("ann", email="ann@żółw.example.com")
    bob = await registered("bob", email="ANN@xn--w-uga1v8h.example.com")
    assert await confirm_address(bob) is False
    await confirmed("tag", email="ann+tag@żółw.example.com")
    assert await sign_in("ANN@xn--w-uga1v8h.example.com", PASSWORD, address=ADDRESS) == ann


@pytest.mark.parametrize("password", ["x" * 9, "x" * 1025, "ann@example.com", "ANN@example.com"])
async def test_password_limits(sqlite_db: Settings, password: str) -> None:
    assert "password" in await problems(form(password=password))


@pytest.mark.parametrize(
    "password", ["xqwvkzjypb", "zażółć gęślą jaźń", "y" * 1024, "nul\x00inside it", "\ud800 lone surrogate"]
)
async def test_every_sign_of_a_password_counts(sqlite_db: Settings, password: str) -> None:
    await registered(password=password)
    await sign_in("ann@example.com", password, address=ADDRESS)
    with pytest.raises(NotAllowed):
        await sign_in("ann@example.com", password[:-1] + "#", address=ADDRESS)


async def test_the_same_letters_composed_otherwise_are_the_same_password(sqlite_db: Settings) -> None:
    await registered(password="caf\u00e9 au lait")
    await sign_in("ann@example.com", "cafe\u0301 au lait", address=ADDRESS)


async def test_acceptance_must_be_true_itself(sqlite_db: Settings) -> None:
    for value in (False, None, "", "false", "on", 1):
        assert "accepted" in await problems(form(accepted=value))


@pytest.mark.promise("P21")
async def test_two_at_once_for_one_name_make_one_account(db: Settings) -> None:
    tries = [register(form("ann", email=f"a{i}@example.com"), address=ADDRESS) for i in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in results if isinstance(one, InvalidInput)]
    assert len(refused) == 4
    assert all(list(error.fields) == ["username"] for error in refused)


async def refusal(attempt: Awaitable[object]) -> tuple[str, str, dict[str, object]]:
    with pytest.raises(NotAllowed) as caught:
        await attempt
    return caught.value.code, caught.value.message, caught.value.values


async def test_an_unknown_address_and_a_wrong_password_look_alike(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered()
    hashes = 0
    in_thread = passwords._in_thread

    async def counted(*arguments: object) -> object:
        nonlocal hashes
        hashes += 1
        return await in_thread(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(passwords, "_in_thread", counted)
    answers = set()
    for attempt, email in enumerate(
        ("ann@example.com", "nobody@example.com", "not an address", "\ud800@example.com", "")
    ):
        answers.add(str(await refusal(sign_in(email, "wrong password", address=ADDRESS))))
        assert hashes == 2 * (attempt + 1)  # the costly part is done as often, whoever is asked for
    assert len(answers) == 1


async def test_the_account_is_closed_to_guessing_for_a_while(sqlite_db: Settings, clock: ManualClock) -> None:
    await registered()
    for number in range(10):
        with pytest.raises(NotAllowed):
            await sign_in("ann@example.com", "wrong password", address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts) as caught:
        await sign_in(" ANN@example.com", PASSWORD, address="192.0.2.99")
    assert caught.value.wait_s == 15 * 60
    clock.advance(15 * 60 + 1)
    await sign_in("ann@example.com", PASSWORD, address="192.0.2.99")


async def test_one_address_cannot_go_through_a_list_of_people(sqlite_db: Settings, clock: ManualClock) -> None:
    for number in range(60):
        with pytest.raises(NotAllowed):
            await sign_in(f"p{number}@example.com", "wrong password", address="2001:db8::1")
    with pytest.raises(TooManyAttempts):
        await sign_in("p99@example.com", "wrong password", address="2001:db8::ffff")  # the same household
    with pytest.raises(NotAllowed):
        await sign_in("p99@example.com", "wrong password", address="2001:db8:0:1::1")


async def test_a_good_sign_in_forgives_earlier_slips(sqlite_db: Settings, clock: ManualClock) -> None:
    await registered()
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(NotAllowed):
                await sign_in("ann@example.com", "wrong password", address=ADDRESS)
        await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
        clock.advance(16 * 60)


async def test_registration_cannot_be_used_to_test_a_list_of_addresses(sqlite_db: Settings, clock: ManualClock) -> None:
    for _ in range(100):
        await problems(form(password=""), address="192.0.2.50")
    with pytest.raises(TooManyAttempts) as caught:
        await register(form(), address="192.0.2.50")
    assert 0 < caught.value.wait_s <= 3600
    await register(form(), address="192.0.2.51")


async def test_a_stronger_cost_is_taken_up_at_the_next_sign_in(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered()
    monkeypatch.setattr(passwords, "ROUNDS", 5)
    await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    async with database.reading() as session:
        kept = (await session.exec(select(Account.password_hash))).one()
    assert "$05$" in kept
    await sign_in("ann@example.com", PASSWORD, address=ADDRESS)


async def test_without_the_pepper_no_password_fits(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await registered()
    monkeypatch.setenv("PARLEY_PASSWORD_PEPPER", "00" * 32)
    settings.cache_clear()
    with pytest.raises(NotAllowed):
        await sign_in("ann@example.com", PASSWORD, address=ADDRESS)


async def test_only_our_languages_are_remembered(sqlite_db: Settings) -> None:
    account = await registered(language="tlh")
    assert account.language == "en"
    for wanted, kept in (("pl", "pl"), ("tlh", "pl"), ("en", "en")):
        await accounts.set_language(account.id, wanted)
        assert (await sign_in("ann@example.com", PASSWORD, address=ADDRESS)).language == kept


def test_nothing_personal_stands_in_a_repr() -> None:
    shown = repr(form("canary", password="canary-password"))
    assert "canary" not in shown.lower()
