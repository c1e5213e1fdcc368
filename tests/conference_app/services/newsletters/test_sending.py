"""Newsletters: each goes once to those who agree at that moment."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, func, select, update

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account, ConsentEvent, Job, Newsletter, PrivacyState
from conference_app.services.consent import ledger, live_consents
from conference_app.services.jobs import queue, worker
from conference_app.services.mail import bounces
from conference_app.services.newsletters import drafts, queueing, sending, topics, views
from conference_app.services.newsletters.views import Draft, Stage
from conference_app.services.people.email_addresses import email_key
from conference_app.services.people.subjects import Subject
from tests.conference_app.readers import DRAFT, emails_of, readers, run, sent
from tests.conference_app.services.mail.test_outbox import account
from tests.fakes import LOOKING
from tests.mailing import Mails, html_of, text_of


async def take_back(address_id: str, purpose: str = "newsletter") -> None:
    async with database.session(*LOOKING) as db:
        await ledger.withdraw(db, Subject("address", address_id), purpose, act="link", page="/u")


@pytest.mark.promise("P57")
@pytest.mark.promise("P63")
@pytest.mark.slow
async def test_it_goes_to_those_who_agree_and_in_their_language(db: Settings, mails: Mails) -> None:
    people = await readers(4)
    await take_back(people[0])
    await account("ann")  # has an account and agreed to nothing
    newsletter_id = await sent()
    await run()
    assert sorted((m["To"], m["Subject"]) for m in mails.all()) == [
        ("reader1@example.com", "Co nowego"),
        ("reader2@example.com", "What is *new*"),
        ("reader3@example.com", "Co nowego"),
    ]
    english = mails.to("reader2@example.com")[0]
    assert "&lt;b&gt;you" in html_of(english)
    assert english["List-Id"] == f"<newsletter.{db.mail.domain}>"
    await run(datetime.now(UTC) + timedelta(seconds=10))
    view = await views.get(newsletter_id)
    assert (view.stage, view.counts.sent, view.counts.total) == (Stage.SENT, 3, 3)


async def test_readers_come_in_one_order(db: Settings) -> None:
    """So that a killed run that goes on meets the pieces it has written, each as a whole."""
    people = await readers(30)
    async with database.reading(*LOOKING) as session:
        found = [subject.id for subject in await live_consents.live_subjects(session, "newsletter")]
    assert found == sorted(people)


@pytest.mark.promise("P18")
async def test_who_stops_while_it_is_being_sent_gets_nothing(db: Settings, mails: Mails) -> None:
    people = await readers(3)
    newsletter_id = await sent()
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    await take_back(people[1])
    await run()
    assert {m["To"] for m in mails.all()} == {"reader0@example.com", "reader2@example.com"}
    counts = (await views.get(newsletter_id)).counts
    assert (counts.sent, counts.withheld, counts.unsubscribed) == (2, 1, 1)


async def test_known_twice_is_written_to_once(db: Settings, mails: Mails) -> None:
    (address_id,) = await readers(1)
    newsletter_id = await sent()
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    ann = await account("reader0")  # the same address registers meanwhile
    async with database.session(*LOOKING) as session:
        await ledger.give(
            session, Subject("account", ann), "newsletter", act="test", page="/test", words="Yes.", language="en"
        )
        await session.exec(update(Newsletter).values(status=Stage.QUEUING))
        await queue.enqueue(
            session, "newsletter.queue", {"newsletter_id": newsletter_id}, key=f"newsletter:{newsletter_id}"
        )
    await run()
    assert len(mails.all()) == 1
    assert address_id


async def test_queuing_again_adds_nothing(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await readers(25)
    monkeypatch.setattr(sending, "PIECE", 10)
    newsletter_id = await sent()
    piece, calls = queueing._queue_piece, 0

    async def dies_in_the_second(*arguments: object) -> None:
        nonlocal calls
        calls += 1
        await piece(*arguments)  # type: ignore[arg-type]
        if calls == 2:
            raise RuntimeError("died")

    monkeypatch.setattr(queueing, "_queue_piece", dies_in_the_second)
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    assert await emails_of(newsletter_id) == 10  # the second piece was rolled back as a whole
    await worker.run_due(datetime.now(UTC) + timedelta(minutes=1), kinds=["newsletter.queue"])
    assert await emails_of(newsletter_id) == 25
    async with database.reading(*LOOKING) as session:
        query = select(func.count()).where(Job.kind == "mail.send")
        assert (await session.exec(query)).one() == 25


async def test_stopping_keeps_the_rest_back(db: Settings, mails: Mails) -> None:
    await readers(3)
    newsletter_id = await sent()
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    await sending.stop(newsletter_id)
    counts = (await views.get(newsletter_id)).counts
    assert (counts.queued, counts.withheld) == (0, 3)  # at once, not when their turn comes
    await run()
    assert mails.all() == []
    with pytest.raises(NotFound):
        await sending.stop(newsletter_id)


async def test_a_test_copy_goes_to_its_writer_alone(db: Settings, mails: Mails) -> None:
    await readers(2)
    ann = await account("ann")
    newsletter_id = await drafts.save(DRAFT)
    await sending.send_test(newsletter_id, ann, "pl")
    (got,) = await mails.deliver()
    assert (got["To"], got["Subject"]) == ("ann@example.com", "Próba: Co nowego")
    assert "Dzień dobry" in text_of(got)


async def test_staff_are_told_for_how_many_it_would_be_queued(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await readers(5)
    monkeypatch.setattr(sending, "PIECE", 2)
    async with database.session(*LOOKING) as session:
        await bounces.mark(session, email_key("reader1@example.com"), "5.1.1", datetime.now(UTC))
        session.add(PrivacyState(email_key=email_key("reader2@example.com"), restricted_at=datetime.now(UTC)))
    told, newsletter_id = await sending.audience(), await sent()
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    assert (told, await emails_of(newsletter_id)) == (3, 3)


async def test_to_nobody_it_is_not_sent(db: Settings) -> None:
    (address_id,) = await readers(1)
    await take_back(address_id)
    newsletter_id = await drafts.save(DRAFT)
    for refuse in (sending.check, sending.start):
        with pytest.raises(ConferenceError) as caught:
            await refuse(newsletter_id)
        assert caught.value.message.startswith("Nobody would get this newsletter")
    assert (await views.get(newsletter_id)).stage == Stage.DRAFT


async def test_a_draft_is_checked_before_it_leaves(db: Settings) -> None:
    await readers(1)
    with pytest.raises(InvalidInput):
        await drafts.save(Draft("x" * 151, "", "", ""))
    with pytest.raises(InvalidInput) as caught:
        await drafts.save(Draft("News", "Nowości", "All is well.", "Prześlij nam hasło."))
    assert set(caught.value.fields) == {"body_pl"}
    newsletter_id = await drafts.save(Draft("Only", "", "English", ""))
    with pytest.raises(InvalidInput) as caught:
        await sending.start(newsletter_id)
    assert set(caught.value.fields) == {"subject_pl", "body_pl"}
    await drafts.save(DRAFT, newsletter_id)
    await sending.start(newsletter_id)
    for again in (
        sending.start(newsletter_id),
        drafts.save(DRAFT, newsletter_id),
        drafts.discard(newsletter_id),
    ):
        with pytest.raises(NotFound):
            await again


@pytest.mark.promise("P64")
async def test_a_topic_that_is_over_sends_nothing_and_ends_its_grants(db: Settings, mails: Mails) -> None:
    now = datetime.now(UTC)
    ends_at = now + timedelta(days=30)
    topic_id = await topics.add("Encryption", "Szyfrowanie", ends_at)
    purpose = topics.purpose(topic_id)
    people = await readers(3, purpose)
    await take_back(people[0], purpose)
    draft = Draft("A", "B", "C", "D", topic_id)
    await sent(draft)
    await run()
    assert len(mails.all()) == 2
    late = await sent(draft)
    await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    await run(ends_at + timedelta(minutes=1))  # the emails were queued in time, and leave too late
    assert len(mails.all()) == 2
    assert (await views.get(late)).counts.withheld == 2
    async with database.reading(*LOOKING) as session:
        kinds = (await session.exec(select(ConsentEvent.kind).order_by(col(ConsentEvent.id)))).all()
        assert Counter(kinds) == {"given": 3, "withdrawn": 1, "expired": 2}
        assert await live_consents.live_subjects(session, purpose) == []
    with pytest.raises(NotFound):
        await drafts.save(draft, now=ends_at)
    assert await topics.running(now=ends_at) == []


async def test_a_topic_has_names_and_a_future(db: Settings) -> None:
    with pytest.raises(InvalidInput) as caught:
        await topics.add(" ", "x" * 101, datetime.now(UTC))
    assert set(caught.value.fields) == {"name_en", "name_pl", "ends_at"}
    topic_id = await topics.add("A", "B", None)
    assert [topic.id for topic in await topics.running()] == [topic_id]
    await topics.end(topic_id)
    await run()
    assert await topics.running() == []


async def test_accounts_get_it_too(db: Settings, mails: Mails) -> None:
    ann = await account("ann", language="pl")
    async with database.session(*LOOKING) as session:
        await ledger.give(
            session, Subject("account", ann), "newsletter", act="test", page="/test", words="Tak.", language="pl"
        )
        row = await session.get(Account, ann)
        assert row is not None
    await sent()
    await run()
    assert [(m["To"], m["Subject"]) for m in mails.all()] == [("ann@example.com", "Co nowego")]
