"""The emails of an erasure: when it is planned, taken back, done; and that nothing of them stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.models import Account, ContactThread, Job, OutgoingEmail
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.jobs import worker
from conference_app.services.mail import bounces
from conference_app.services.people import email_addresses, signed_links
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data import legal_holds, personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner, of_email
from conference_app.services.privacy import center_links, deactivation, erasure, erasure_requests, privacy_emails
from conference_app.texts import _, language
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, registered
from tests.fakes import FakeRoomAdmin
from tests.mailing import Mails, links_in, text_of

GUEST = "guest@example.com"
SECOND = timedelta(seconds=1)


def subjects(mails: Mails, address: str) -> list[str]:
    return [str(one["Subject"]) for one in mails.to(address)]


async def planned(account_id: str) -> datetime:
    return await erasure_requests.ask(account_id, PASSWORD, address=ADDRESS)


async def come(due: datetime) -> None:
    """The time has come: the last email is written and leaves, then the rows go."""
    for now in (due, due + SECOND, due + erasure_requests.FAREWELL_LOOK):
        await worker.run_due(now, kinds=["privacy.erase", "mail.send"])


async def a_subscriber() -> DataOwner:
    async with database.session() as db:
        await email_addresses.find_or_add(db, GUEST, language="pl", now=datetime.now(UTC))
    return of_email(email_key(GUEST))


async def one_who_wrote() -> DataOwner:
    await threads.write(ContactForm("Gus", GUEST, "What do you keep?"), language="pl", address=ADDRESS)
    return of_email(email_key(GUEST))


@pytest.mark.promise("P94")
@pytest.mark.slow
async def test_planned_and_done_are_told_and_the_last_message_leaves_before_the_rows(
    db: Settings, mails: Mails, rooms: FakeRoomAdmin
) -> None:
    ann = await confirmed("ann")
    due = await planned(ann.id)
    await mails.deliver()
    assert "Your data will be erased" in subjects(mails, "ann@example.com")
    await come(due)
    assert subjects(mails, "ann@example.com").count("Your data is erased") == 1
    async with database.reading() as session:
        assert await session.get(Account, ann.id) is None
        assert (await session.exec(select(OutgoingEmail))).all() == []
        assert [job for job in (await session.exec(select(Job))).all() if job.kind == "mail.send"] == []


@pytest.mark.promise("P72")
@pytest.mark.parametrize("known_by", [a_subscriber, one_who_wrote])
@pytest.mark.slow
async def test_guests_get_these_messages_too(
    db: Settings, mails: Mails, rooms: FakeRoomAdmin, known_by: Callable[[], object]
) -> None:
    guest: DataOwner = await known_by()  # type: ignore[misc]
    due = await erasure_requests.ask_by_link(guest)
    await mails.deliver()
    await come(due)
    with language("pl"):
        assert {_("Your data will be erased"), _("Your data is erased")} <= set(subjects(mails, GUEST))
    async with database.reading() as session:
        left = await personal_rows.count(session, guest)
        assert (await session.exec(select(ContactThread))).all() == []
        assert (await session.exec(select(OutgoingEmail))).all() == []
    assert {name for name in left if not personal_rows.tables()[name].stays} == set()


async def test_the_day_stands_on_the_clocks_of_the_account_or_in_utc(
    db: Settings, mails: Mails, rooms: FakeRoomAdmin
) -> None:
    ann, ben = [
        await confirmed(name, optional={"time_zone": zone}) for name, zone in (("ann", "Asia/Kathmandu"), ("ben", ""))
    ]
    for one, zone in ((ann, "Asia/Kathmandu"), (ben, "UTC")):
        due = await planned(one.id)
        await mails.deliver()
        [message] = [one for one in mails.to(one.email) if one["Subject"] == "Your data will be erased"]
        assert f"{due.astimezone(ZoneInfo(zone)):%H:%M} ({zone})" in " ".join(text_of(message).split())


@pytest.mark.promise("P94")
@pytest.mark.parametrize("by_link", [True, False])
@pytest.mark.slow
async def test_taken_back_is_told_and_nothing_else_follows(
    db: Settings, mails: Mails, rooms: FakeRoomAdmin, by_link: bool
) -> None:
    ann = await confirmed("ann")
    due = await planned(ann.id)
    if by_link:
        await erasure_requests.undo(of_email(email_key("ann@example.com")))
    else:
        await deactivation.reactivate(ann.id)
    await deactivation.reactivate(ann.id)  # twice says it once
    await mails.deliver()
    await come(due)
    told = subjects(mails, "ann@example.com")
    assert told.count("Nothing is erased") == 1
    assert "Your data is erased" not in told
    assert "Your data will be erased" not in told  # it had not left yet, and is not true any more


@pytest.mark.slow
async def test_asked_for_again_is_told_again(db: Settings, mails: Mails, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed("ann")
    await planned(ann.id)
    await mails.deliver()
    await deactivation.reactivate(ann.id)
    await mails.deliver()
    now = datetime.now(UTC) + timedelta(days=1)
    await erasure_requests.ask(ann.id, PASSWORD, address=ADDRESS, now=now)
    await mails.deliver()
    told = subjects(mails, "ann@example.com")
    assert (told.count("Your data will be erased"), told.count("Nothing is erased")) == (2, 1)


@pytest.mark.promise("P94")
@pytest.mark.slow
async def test_a_message_that_cannot_leave_keeps_the_rows_an_hour_at_most(db: Settings, rooms: FakeRoomAdmin) -> None:
    """No mail server answers."""
    ann = await confirmed("ann")
    due = await planned(ann.id)
    for now in (due, due + timedelta(minutes=59)):
        await worker.run_due(now, kinds=["privacy.erase", "mail.send"])
    async with database.reading() as session:
        assert await session.get(Account, ann.id) is not None
    await worker.run_due(due + privacy_emails.FAREWELL_WAIT + SECOND, kinds=["privacy.erase", "mail.send"])
    async with database.reading() as session:
        assert await session.get(Account, ann.id) is None
        assert (await session.exec(select(OutgoingEmail))).all() == []


async def test_a_message_taken_by_nobody_for_good_keeps_nothing(
    db: Settings, mails: Mails, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await confirmed("ann")
    due = await planned(ann.id)

    async def is_bad(*_given: object) -> bool:
        return True

    monkeypatch.setattr(bounces, "is_bad", is_bad)
    await come(due)
    async with database.reading() as session:
        assert await session.get(Account, ann.id) is None


@pytest.mark.promise("P105")
async def test_who_is_held_is_not_told_to_be_erased(db: Settings, mails: Mails, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed("ann")
    due = await planned(ann.id)
    await legal_holds.place(DataOwner(ann.id), "A dispute.", staff_id=ann.id)
    await come(due)
    assert "Your data is erased" not in subjects(mails, "ann@example.com")


async def test_a_link_in_the_message_leads_back_to_what_is_kept(
    sqlite_db: Settings, mails: Mails, rooms: FakeRoomAdmin
) -> None:
    ann = await confirmed("ann")
    await planned(ann.id)
    await deactivation.reactivate(ann.id)
    await mails.deliver()
    [told] = [one for one in mails.to("ann@example.com") if one["Subject"] == "Nothing is erased"]
    [link] = [one for one in links_in(told) if "/privacy-center/" in one]
    person = center_links.person_of(link.rsplit("/", 1)[-1])
    assert person == of_email(email_key("ann@example.com"))


async def test_the_link_that_lives_long_takes_back_and_shows_nothing(
    sqlite_db: Settings, mails: Mails, rooms: FakeRoomAdmin
) -> None:
    ann = await confirmed("ann")
    await planned(ann.id)
    await mails.deliver()
    [told] = [one for one in mails.to("ann@example.com") if one["Subject"] == "Your data will be erased"]
    [token] = [one.rsplit("/", 1)[-1] for one in links_in(told) if "/privacy-center/" in one]
    person = of_email(email_key("ann@example.com"))
    assert center_links.keeper_of(token) == (person, True)
    with pytest.raises(NotFound):
        center_links.person_of(token)
    later = datetime.now(UTC) + timedelta(days=30)
    assert center_links.keeper_of(token, now=later) == (person, True)
    shows = signed_links.make("privacy", person.email_keys[0], life=privacy_emails.LINK_LIFE)
    assert center_links.keeper_of(shows) == (person, False)
    with pytest.raises(NotFound):
        center_links.keeper_of(shows, now=later)


async def test_every_address_a_person_ever_had_is_forgotten_by_those_who_keep_files(
    db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[erasure.Traces] = []

    async def keep(traces: erasure.Traces) -> None:
        told.append(traces)

    monkeypatch.setattr(erasure, "_forgetters", [keep])
    guest = await one_who_wrote()
    await erasure.erase(guest, now=datetime.now(UTC))
    assert told == [erasure.Traces((GUEST,))]


@pytest.mark.parametrize("is_held", [False, True])
async def test_the_message_says_when_a_hold_keeps_the_data_longer(db: Settings, mails: Mails, is_held: bool) -> None:
    await threads.write(ContactForm("", "gus@example.com", "Good morning."), language="en", address=ADDRESS)
    gus = personal_rows.of_email(email_addresses.email_key("gus@example.com"))
    if is_held:
        await legal_holds.place(gus, "A dispute.", staff_id=(await registered("sue")).id)
    await erasure_requests.ask_by_link(gus)
    await mails.deliver()
    [said] = [text_of(mail) for mail in mails.to("gus@example.com") if "erased" in mail["Subject"]]
    assert ("on hold for a legal reason" in " ".join(said.split())) is is_held
