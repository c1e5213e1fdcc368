"""People without an account put their name and language right, and nobody else's."""

from __future__ import annotations

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput
from conference_app.purposes import RIGHTS
from conference_app.services.addresses import holder_details
from conference_app.services.addresses.holder_details import GuestDetails
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.people import email_addresses
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import privacy_requests
from tests.conference_app.people import ADDRESS
from tests.fakes import NOON


async def guest(name: str = "gus", *, subscribes: bool = True, writes: bool = True) -> DataOwner:
    email = f"{name}@example.com"
    if subscribes:
        async with database.session() as db:
            await email_addresses.find_or_add(db, email, language="en", now=NOON)
    if writes:
        await threads.write(ContactForm(name, email, "Good morning."), language="en", address=ADDRESS)
    return of_email(email_key(email))


async def kept(person: DataOwner, table: str) -> list[dict[str, object]]:
    async with database.reading(RIGHTS) as db:
        return [row async for row in personal_rows.read(db, table, person)]


@pytest.mark.promise("P93")
@pytest.mark.promise("P72")
async def test_a_correction_is_kept_everywhere_and_shows_as_done(db: Settings) -> None:
    gus, eve = await guest(), await guest("eve")
    assert await holder_details.held(gus) == GuestDetails("en", "gus@example.com", "gus", has_name=True)
    await holder_details.correct(gus, name="  Gustaw   Zięba ", language="pl", now=NOON)
    assert await holder_details.held(gus) == GuestDetails("pl", "gus@example.com", "Gustaw Zięba", has_name=True)
    assert [row["language"] for table in ("address", "contact_thread") for row in await kept(gus, table)] == ["pl"] * 2
    [case] = await privacy_requests.history(gus)
    assert (case.kind, case.status, case.closed_at) == ("rectify", "done", NOON)
    assert await holder_details.held(eve) == GuestDetails("en", "eve@example.com", "eve", has_name=True)
    assert await privacy_requests.history(eve) == []


async def test_what_was_right_already_is_no_correction(db: Settings) -> None:
    gus = await guest()
    await holder_details.correct(gus, name="gus", language="en")
    assert await privacy_requests.history(gus) == []


async def test_a_blank_name_is_forgotten(db: Settings) -> None:
    gus = await guest(subscribes=False)
    await holder_details.correct(gus, name=" ", language="en")
    assert [row["name"] for row in await kept(gus, "contact_thread")] == [None]


async def test_a_subscriber_has_no_name_to_correct(db: Settings) -> None:
    gus = await guest(writes=False)
    assert await holder_details.held(gus) == GuestDetails("en", "gus@example.com", "", has_name=False)
    await holder_details.correct(gus, name="Gus", language="pl")
    assert await holder_details.held(gus) == GuestDetails("pl", "gus@example.com", "", has_name=False)


async def test_somebody_unknown_has_nothing(db: Settings) -> None:
    nobody = of_email(email_key("nobody@example.com"))
    assert await holder_details.held(nobody) == GuestDetails()
    await holder_details.correct(nobody, name="Nobody", language="pl")
    assert await privacy_requests.history(nobody) == []


@pytest.mark.parametrize(
    ("name", "language", "wrong"),
    [("x" * 101, "en", {"name"}), ("Gus", "xx", {"language"}), ("Gus", "en\0", {"language"})],
)
async def test_what_does_not_fit_is_refused_and_changes_nothing(
    sqlite_db: Settings, name: str, language: str, wrong: set[str]
) -> None:
    gus = await guest()
    with pytest.raises(InvalidInput) as caught:
        await holder_details.correct(gus, name=name, language=language)
    assert set(caught.value.fields) == wrong
    assert await holder_details.held(gus) == GuestDetails("en", "gus@example.com", "gus", has_name=True)
