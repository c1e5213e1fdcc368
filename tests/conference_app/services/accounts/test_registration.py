"""Registration: what is accepted, what is said, and what a stranger can learn."""

from __future__ import annotations

import asyncio
import unicodedata

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import InvalidInput, TooManyAttempts
from conference_app.models import ConsentRecord
from conference_app.services.accounts.registration import RegistrationForm, register
from conference_app.services.documents import registry
from conference_app.texts import language
from tests.conference_app.people import ADDRESS, form, registered
from tests.fakes import LOOKING, NOON, ManualClock

pytestmark = pytest.mark.both_databases


async def problems(wrong: RegistrationForm, address: str = ADDRESS) -> dict[str, str]:
    """The message of each refused field."""
    with pytest.raises(InvalidInput) as caught:
        await register(wrong, address=address)
    return {name: error.message for name, error in caught.value.fields.items()}


async def test_consent_is_recorded_with_time_and_exact_text(db: Settings) -> None:
    account = await register(form(language="pl"), address=ADDRESS, now=NOON)
    async with database.reading(*LOOKING) as session:
        rows = (await session.exec(select(ConsentRecord))).all()
    assert {row.document for row in rows} == {"terms", "privacy"}
    with language("pl"):
        wanted = {name: registry.fingerprint(name) for name in registry.DOCUMENTS}
    for row in rows:
        assert (row.account_id, row.language, row.accepted_at) == (account.id, "pl", NOON)
        assert row.text_sha256 == wanted[row.document]


async def test_every_wrong_field_is_named_at_once_in_the_order_of_the_form(db: Settings) -> None:
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
    [
        "ab",
        "a" * 41,
        "ann smith",
        "ann@home",
        "<b>ann</b>",
        "",
        "../ann",
        "\u3164" * 3,
        "\u0430nn",  # a Cyrillic a before Latin letters
        "ann\u03bf",  # a Greek o after them
    ],
)
async def test_usernames_that_deceive_or_break_are_refused(db: Settings, username: str) -> None:
    assert "username" in await problems(form(username=username, email="x@example.com"))


async def test_a_username_is_the_same_in_other_messages_of_the_same_look(db: Settings) -> None:
    await registered("strasse")
    assert "username" in await problems(form("STRASSE", email="b@example.com"))
    assert "username" in await problems(form("straße", email="c@example.com"))
    assert "username" in await problems(form("\uff53trasse", email="d@example.com"))  # full-width s


@pytest.mark.parametrize("username", ["żółw.99", "анна-с", "Ελένη", "田中_さん", "ｆｕｌｌwidth"])
async def test_usernames_of_every_alphabet_are_taken(sqlite_db: Settings, username: str) -> None:
    assert (await registered(username, email="x@example.com")).username == unicodedata.normalize("NFKC", username)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "ann@",
        "@example.com",
        "ann@localhost",
        f"{'a' * 65}@example.com",
        "ann@exam ple.com",
        "a" * 500 + "@example.com",
        "ann@example.com\nBcc: all@example.com",
        "\ud800@example.com",
    ],
)
async def test_what_is_no_address_is_refused(db: Settings, email: str) -> None:
    assert "email" in await problems(form(email=email))


async def test_an_intranet_may_have_its_own_names(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "email" in await problems(form(email="ann@office"))
    monkeypatch.setenv("PARLEY_INTRANET_EMAIL", "1")
    settings.cache_clear()
    await registered(email="ann@office")
    assert "email" in await problems(form("bob", email="bob@"))


@pytest.mark.parametrize("password", ["x" * 9, "x" * 1025, "ann@example.com", "ANN@example.com"])
async def test_password_limits(db: Settings, password: str) -> None:
    assert "password" in await problems(form(password=password))


async def test_acceptance_must_be_true_itself(db: Settings) -> None:
    for value in (False, None, "", "false", "on", 1):
        assert "accepted" in await problems(form(accepted=value))


@pytest.mark.promise("P21")
async def test_two_at_once_for_one_name_make_one_account(db: Settings) -> None:
    tries = [register(form("ann", email=f"a{i}@example.com"), address=ADDRESS) for i in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    refused = [one for one in results if isinstance(one, InvalidInput)]
    assert len(refused) == 4
    assert all(list(error.fields) == ["username"] for error in refused)


async def test_registration_cannot_be_used_to_test_a_list_of_addresses(db: Settings, clock: ManualClock) -> None:
    for _ in range(100):
        await problems(form(password=""), address="192.0.2.50")
    with pytest.raises(TooManyAttempts) as caught:
        await register(form(), address="192.0.2.50")
    assert 0 < caught.value.wait_s <= 3600
    await register(form(), address="192.0.2.51")


def test_nothing_personal_stands_in_a_repr() -> None:
    shown = repr(form("canary", password="canary-password"))
    assert "canary" not in shown.lower()
