"""What several do at the same moment, on both databases: what looks first and writes then does it once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotAllowed
from conference_app.models import Address, BadAddress, Case, ContactThread, OutgoingEmail, PendingConsent, SQLModel
from conference_app.models.accounts import AccountPhoto
from conference_app.models.sign_in import Authenticator, Passkey
from conference_app.services.accounts import photos
from conference_app.services.cases import cases
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.mail import bounces
from conference_app.services.newsletters import sign_up
from conference_app.services.people import email_addresses
from conference_app.services.sign_in import passkeys, second_factors
from tests.conference_app.authenticator import Authenticator as Device
from tests.conference_app.consent_people import NOW
from tests.conference_app.people import confirmed
from tests.conference_app.services.accounts.test_profiles import picture
from tests.fakes import LOOKING

pytestmark = pytest.mark.both_databases


AT_ONCE = 5
ANN = "ann@example.com"


async def count(table: type[SQLModel], *where: object) -> int:
    async with database.reading(*LOOKING) as db:
        return (await db.exec(select(func.count()).select_from(table).where(*where))).one()  # type: ignore[arg-type]


@pytest.mark.promise("P61")
async def test_who_writes_several_times_has_one_thread_and_one_thank_you(db: Settings) -> None:
    form = ContactForm("", ANN, "A question.")
    await asyncio.gather(*(threads.write(form, language="en", address="192.0.2.1") for _ in range(AT_ONCE)))
    assert await count(ContactThread) == 1
    assert await count(OutgoingEmail, col(OutgoingEmail.template) == "contact_thanks") == 1


async def test_a_request_opens_one_case(db: Settings) -> None:
    async def opened() -> str:
        async with database.session() as session:
            return await cases.open_case(session, "erase", address_id="a" * 32, opened_from="privacy center", now=NOW)

    assert len(set(await asyncio.gather(*(opened() for _ in range(AT_ONCE))))) == 1
    assert await count(Case) == 1


async def test_an_address_has_one_row(db: Settings) -> None:
    async def added() -> str:
        async with database.session() as session:
            return (await email_addresses.find_or_add(session, ANN, language="en", now=NOW)).id

    assert len(set(await asyncio.gather(*(added() for _ in range(AT_ONCE))))) == 1
    assert await count(Address) == 1


async def test_several_messages_to_a_dead_address_come_back(db: Settings) -> None:
    async def came_back() -> None:
        async with database.session() as session:
            await bounces.mark(session, email_addresses.email_key(ANN), "5.1.1", NOW)

    await asyncio.gather(*(came_back() for _ in range(AT_ONCE)))
    assert await count(BadAddress) == 1


async def test_who_asks_for_the_newsletter_several_times_has_one_question_open(db: Settings) -> None:
    async def asked() -> None:
        await sign_up.ask(ANN, page="/", language="en", address="192.0.2.1", now=NOW)

    await asyncio.gather(*(asked() for _ in range(AT_ONCE)))
    assert (await count(Address), await count(PendingConsent)) == (1, 1)


async def test_what_an_account_has_once_is_set_up_in_two_tabs(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, small = await confirmed("ann"), picture((8, 8))

    async def decoded(data: bytes, side: int, *, owner: str) -> bytes:
        """As in several processes: no turn is kept between them."""
        return data

    monkeypatch.setattr(photos.decoding, "square", decoded)
    ceremony, device = await passkeys.begin_adding(ann.id), Device()
    proof = device.create(ceremony.options)

    async def added() -> None:
        await passkeys.finish_adding(ann.id, "Mine", proof, ceremony.challenge)

    await asyncio.gather(*(photos.store(ann.id, small) for _ in range(AT_ONCE)))
    await asyncio.gather(*(second_factors.begin(ann.id) for _ in range(AT_ONCE)))
    refused = await asyncio.gather(*(added() for _ in range(AT_ONCE)), return_exceptions=True)
    assert [type(one) for one in refused if one] == [NotAllowed] * (AT_ONCE - 1)
    assert (await count(AccountPhoto), await count(Authenticator), await count(Passkey)) == (1, 1, 1)
