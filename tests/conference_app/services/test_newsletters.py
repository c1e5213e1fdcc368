"""Newsletters: each goes once to those who agree at that moment, also when a process is killed on the way."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlmodel import col, func, select, update

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound
from conference_app.models import Account, ConsentEvent, Job, MailLetter, Newsletter
from conference_app.models.columns import new_id
from conference_app.models.person import Address
from conference_app.services import addresses, consents, jobs, newsletter_topics, newsletters, smtp
from conference_app.services.newsletters import Draft, Stage
from conference_app.services.signed_links import Subject
from tests.conference_app.services.test_mail import account
from tests.mailing import Mails, html_of, text_of

DRAFT = Draft("What is *new*", "Co nowego", "Hello <b>you</b>\n\n## More", "Dzień dobry")
KINDS = ("newsletter.queue", "newsletter.watch", "topic.end", "mail.send")


async def readers(count: int, purpose: str = "newsletter") -> list[str]:
    """So many addresses with a live grant; their identifiers. Written in bulk, as the services would one by one."""
    now = datetime.now(UTC)
    people = [
        {
            "id": new_id(),
            "email": f"reader{n}@example.com",
            "email_key": addresses.email_key(f"reader{n}@example.com"),
            "language": "pl" if n % 2 else "en",
            "created_at": now,
        }
        for n in range(count)
    ]
    grants = [
        {
            "subject_kind": "address",
            "subject_id": person["id"],
            "purpose": purpose,
            "kind": "given",
            "control": "test",
            "page": "/test",
            "words_sha256": "0" * 64,
            "language": "en",
            "reason": "",
            "occurred_at": now,
        }
        for person in people
    ]
    async with database.session() as db:
        await db.exec(insert(Address), params=people)
        await db.exec(insert(ConsentEvent), params=grants)
    return [str(person["id"]) for person in people]


async def take_back(address_id: str, purpose: str = "newsletter") -> None:
    async with database.session() as db:
        await consents.withdraw(db, Subject("address", address_id), purpose, act="link", page="/u")


async def run(now: datetime | None = None) -> None:
    await jobs.run_due(now or datetime.now(UTC) + timedelta(seconds=1), kinds=KINDS)


async def sent(draft: Draft = DRAFT) -> str:
    newsletter_id = await newsletters.save(draft)
    await newsletters.start(newsletter_id)
    return newsletter_id


@pytest.mark.promise("P57")
@pytest.mark.promise("P63")
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
    view = await newsletters.get(newsletter_id)
    assert (view.stage, view.counts.sent, view.counts.total) == (Stage.SENT, 3, 3)


@pytest.mark.promise("P18")
async def test_who_stops_while_it_is_being_sent_gets_nothing(db: Settings, mails: Mails) -> None:
    people = await readers(3)
    newsletter_id = await sent()
    await jobs.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    await take_back(people[1])
    await run()
    assert {m["To"] for m in mails.all()} == {"reader0@example.com", "reader2@example.com"}
    counts = (await newsletters.get(newsletter_id)).counts
    assert (counts.sent, counts.withheld, counts.unsubscribed) == (2, 1, 1)


async def test_known_twice_is_written_to_once(db: Settings, mails: Mails) -> None:
    (address_id,) = await readers(1)
    newsletter_id = await sent()
    await jobs.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    ann = await account("reader0")  # the same address registers meanwhile
    async with database.session() as session:
        await consents.give(
            session, Subject("account", ann), "newsletter", act="test", page="/test", words="Yes.", language="en"
        )
        await session.exec(update(Newsletter).values(status=Stage.QUEUING))
        await jobs.enqueue(
            session, "newsletter.queue", {"newsletter_id": newsletter_id}, key=f"newsletter:{newsletter_id}"
        )
    await run()
    assert len(mails.all()) == 1
    assert address_id


async def test_queuing_again_adds_nothing(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await readers(25)
    monkeypatch.setattr(newsletters, "PIECE", 10)
    newsletter_id = await sent()
    piece, calls = newsletters._queue_piece, 0

    async def dies_in_the_second(*arguments: object) -> None:
        nonlocal calls
        calls += 1
        await piece(*arguments)  # type: ignore[arg-type]
        if calls == 2:
            raise RuntimeError("died")

    monkeypatch.setattr(newsletters, "_queue_piece", dies_in_the_second)
    await jobs.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    assert await letters_of(newsletter_id) == 10  # the second piece was rolled back as a whole
    await jobs.run_due(datetime.now(UTC) + timedelta(minutes=1), kinds=["newsletter.queue"])
    assert await letters_of(newsletter_id) == 25
    async with database.reading() as session:
        query = select(func.count()).where(Job.kind == "mail.send")
        assert (await session.exec(query)).one() == 25


async def letters_of(newsletter_id: str) -> int:
    async with database.reading() as session:
        return (await session.exec(select(func.count()).where(MailLetter.newsletter_id == newsletter_id))).one()


async def test_stopping_keeps_the_rest_back(db: Settings, mails: Mails) -> None:
    await readers(3)
    newsletter_id = await sent()
    await jobs.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=["newsletter.queue"])
    await newsletters.stop(newsletter_id)
    await run()
    assert mails.all() == []
    with pytest.raises(NotFound):
        await newsletters.stop(newsletter_id)


async def test_a_test_copy_goes_to_its_writer_alone(db: Settings, mails: Mails) -> None:
    await readers(2)
    ann = await account("ann")
    newsletter_id = await newsletters.save(DRAFT)
    await newsletters.send_test(newsletter_id, ann, "pl")
    (got,) = await mails.deliver()
    assert (got["To"], got["Subject"]) == ("ann@example.com", "Próba: Co nowego")
    assert "Dzień dobry" in text_of(got)


async def test_a_draft_is_checked_before_it_leaves(db: Settings) -> None:
    with pytest.raises(InvalidInput):
        await newsletters.save(Draft("x" * 151, "", "", ""))
    newsletter_id = await newsletters.save(Draft("Only", "", "English", ""))
    with pytest.raises(InvalidInput) as caught:
        await newsletters.start(newsletter_id)
    assert set(caught.value.fields) == {"subject_pl", "body_pl"}
    await newsletters.save(DRAFT, newsletter_id)
    await newsletters.start(newsletter_id)
    for again in (
        newsletters.start(newsletter_id),
        newsletters.save(DRAFT, newsletter_id),
        newsletters.discard(newsletter_id),
    ):
        with pytest.raises(NotFound):
            await again


@pytest.mark.promise("P64")
async def test_a_topic_that_is_over_sends_nothing_and_ends_its_grants(db: Settings, mails: Mails) -> None:
    now = datetime.now(UTC)
    ends_at = now + timedelta(days=30)
    topic_id = await newsletter_topics.add("Encryption", "Szyfrowanie", ends_at)
    purpose = newsletter_topics.purpose(topic_id)
    people = await readers(3, purpose)
    await take_back(people[0], purpose)
    draft = Draft("A", "B", "C", "D", topic_id)
    await sent(draft)
    await run()
    assert len(mails.all()) == 2
    late = await sent(draft)
    await jobs.run_due(now + timedelta(seconds=1), kinds=["newsletter.queue"])
    await run(ends_at + timedelta(minutes=1))  # the letters were queued in time, and leave too late
    assert len(mails.all()) == 2
    assert (await newsletters.get(late)).counts.withheld == 2
    async with database.reading() as session:
        kinds = (await session.exec(select(ConsentEvent.kind).order_by(col(ConsentEvent.id)))).all()
        assert Counter(kinds) == {"given": 3, "withdrawn": 1, "expired": 2}
        assert await consents.live_subjects(session, purpose) == []
    with pytest.raises(NotFound):
        await newsletters.save(draft, now=ends_at)
    assert await newsletter_topics.running(now=ends_at) == []


async def test_a_topic_has_names_and_a_future(db: Settings) -> None:
    with pytest.raises(InvalidInput) as caught:
        await newsletter_topics.add(" ", "x" * 101, datetime.now(UTC))
    assert set(caught.value.fields) == {"name_en", "name_pl", "ends_at"}
    topic_id = await newsletter_topics.add("A", "B", None)
    assert [topic.id for topic in await newsletter_topics.running()] == [topic_id]
    await newsletter_topics.end(topic_id)
    await run()
    assert await newsletter_topics.running() == []


WORKER = """
import asyncio, sys
from conference_app.services import jobs, newsletters, smtp
smtp.use_stand_in("127.0.0.1", int(sys.argv[1]))
asyncio.run(jobs.run_worker())
"""


async def start_worker(port: int, db: Settings, tmp_path: Path) -> asyncio.subprocess.Process:
    environment = os.environ | {"PARLEY_DATABASE_URL": db.database_url, "PARLEY_DATA": str(tmp_path / "data")}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, str(port), env=environment, stderr=asyncio.subprocess.DEVNULL
    )


async def until(enough: int, mails: Mails, worker: asyncio.subprocess.Process) -> None:
    while len(os.listdir(mails.path / "new")) < enough:
        assert worker.returncode is None, "the worker ended by itself"
        await asyncio.sleep(0.01)


async def forget_leases() -> None:
    """What a minute of waiting would do: the dead worker's leases are over."""
    async with database.session() as session:
        await session.exec(update(Job).values(leased_until=datetime.now(UTC) - timedelta(seconds=1)))


@pytest.mark.process
@pytest.mark.timeout(120)
async def test_killed_twice_while_sending_nobody_gets_two_and_nobody_is_lost(
    db: Settings, mails: Mails, tmp_path: Path
) -> None:
    """At most the letters that were on the wire at a kill are in doubt; each of them is counted, and not sent again."""
    await readers(120)
    newsletter_id = await sent()
    assert smtp._stand_in is not None
    for enough in (20, 60):
        worker = await start_worker(smtp._stand_in.port, db, tmp_path)
        await until(enough, mails, worker)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        await forget_leases()
    worker = await start_worker(smtp._stand_in.port, db, tmp_path)
    while (await newsletters.get(newsletter_id)).counts.done < 120:
        assert worker.returncode is None
        await asyncio.sleep(0.1)
    worker.terminate()
    await worker.wait()
    got = Counter(m["To"] for m in mails.all())
    counts = (await newsletters.get(newsletter_id)).counts
    assert set(got.values()) == {1}  # nobody twice
    assert counts.sent + counts.uncertain == counts.total == 120
    assert counts.sent <= len(got) <= 120
    assert counts.uncertain <= 2 * jobs.CONCURRENCY
    assert await missing(got, newsletter_id) <= counts.uncertain  # nobody lost but, at most, those counted as in doubt
    assert await newsletters.send_uncertain_again(newsletter_id) == counts.uncertain
    await run()
    assert len({m["To"] for m in mails.all()}) == 120


async def missing(got: Sequence[str] | Counter[str], newsletter_id: str) -> int:
    async with database.reading() as session:
        query = select(Address.email).join(MailLetter, col(MailLetter.address_id) == Address.id)
        everybody = (await session.exec(query.where(MailLetter.newsletter_id == newsletter_id))).all()
    return len([email for email in everybody if email not in got])


async def test_accounts_get_it_too(db: Settings, mails: Mails) -> None:
    ann = await account("ann", language="pl")
    async with database.session() as session:
        await consents.give(
            session, Subject("account", ann), "newsletter", act="test", page="/test", words="Tak.", language="pl"
        )
        row = await session.get(Account, ann)
        assert row is not None
    await sent()
    await run()
    assert [(m["To"], m["Subject"]) for m in mails.all()] == [("ann@example.com", "Co nowego")]
