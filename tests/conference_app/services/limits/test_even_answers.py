"""Who asks for a mail learns nothing about the address, neither from the words nor from the time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from conference_app.config import Settings
from conference_app.services.addresses import changes
from conference_app.services.limits import even_answers
from conference_app.services.newsletters import sign_up
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data.personal_rows import of_email
from conference_app.services.privacy import center_links
from conference_app.services.sign_in import account_passwords, email_proofs
from tests.conference_app.consent_people import agrees, member, reader
from tests.conference_app.people import ADDRESS, PASSWORD

ASKED: dict[str, Callable[[str], Awaitable[None]]] = {
    "new password": lambda email: account_passwords.ask_reset(email, address=ADDRESS),
    "newsletter": lambda email: sign_up.ask(email, page="/newsletter", language="en", address=ADDRESS),
    "privacy link": lambda email: center_links.ask(email, address=ADDRESS),
}


def _waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What answers wait for from now on, instead of waiting."""
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(even_answers, "ANSWER_S", 1000.0)
    monkeypatch.setattr(even_answers, "sleep", wait)
    return waited


@pytest.mark.parametrize("email", ["ann@example.com", "nobody@example.com"])
@pytest.mark.parametrize("what", ASKED)
@pytest.mark.slow
async def test_known_or_not_the_answer_waits(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch, what: str, email: str
) -> None:
    await agrees(await member("ann"), "newsletter")
    waited = _waits(monkeypatch)
    assert await ASKED[what](email) is None
    [seconds] = waited
    assert 900.0 < seconds <= 1000.0


@pytest.mark.parametrize("email", ["bob@example.com", "gus@example.com", "nobody@example.com"])
@pytest.mark.parametrize("who", ["account", "guest"])
@pytest.mark.slow
async def test_a_change_of_address_waits_whoever_has_the_new_one(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch, who: str, email: str
) -> None:
    ann = await member("ann")
    await member("bob")
    await reader("gus@example.com")
    await reader("eve@example.com")
    waited = _waits(monkeypatch)
    if who == "account":
        await email_proofs.ask_change(ann.id, email, PASSWORD, address=ADDRESS)
    else:
        await changes.ask(of_email(email_key("eve@example.com")), email)
    [seconds] = waited
    assert 900.0 < seconds <= 1000.0
