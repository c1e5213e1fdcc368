"""The consent ledger on both databases: nothing without a live grant, nothing changed afterwards."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from conference_app import database, purposes
from conference_app.config import Settings
from conference_app.errors import NoConsent
from conference_app.models import ConsentEvent, NewsletterTopic
from conference_app.services.consent import ledger, live_consents, mail_stops
from conference_app.services.consent.ledger import Entry
from conference_app.services.people import signed_links
from conference_app.services.people.subjects import Subject
from tests.conference_app.consent_people import NOW, agrees, gone, is_live, link, member, reader
from tests.fakes import LOOKING

pytestmark = pytest.mark.both_databases


async def withdrawn(subject: Subject, purpose: str, **more: Any) -> None:
    async with database.session(*LOOKING) as db:
        await ledger.withdraw(db, subject, purpose, act="button", page="test", **more)


async def ledger_of(subject: Subject) -> list[Entry]:
    async with database.reading(*LOOKING) as db:
        return await ledger.history(db, subject)


async def live(purpose: str) -> set[Subject]:
    async with database.reading(*LOOKING) as db:
        return set(await live_consents.live_subjects(db, purpose))


@pytest.mark.promise("P53")
async def test_a_purpose_without_a_live_grant_may_not_be_used(db: Settings) -> None:
    ann = await member()
    for purpose in ("newsletter", "promotion", "personalisation"):
        async with database.reading(*LOOKING) as session:
            with pytest.raises(NoConsent):
                await live_consents.require(session, ann, purpose)
    await agrees(ann, "newsletter")
    async with database.reading(*LOOKING) as session:
        await live_consents.require(session, ann, "newsletter")
        with pytest.raises(NoConsent):
            await live_consents.require(session, ann, "promotion")


@pytest.mark.promise("P54")
async def test_the_ledger_keeps_the_act_the_time_and_the_words(db: Settings) -> None:
    ann = await member()
    shown = purposes.words_in("pl", "newsletter")
    async with database.session(*LOOKING) as session:
        await ledger.give(
            session, ann, "newsletter", act="switch", page="/preferences", words=shown, language="pl", now=NOW
        )
    [entry] = await ledger_of(ann)
    sha256 = hashlib.sha256(shown.encode()).hexdigest()
    assert entry == Entry("newsletter", "given", "switch", "/preferences", sha256, "pl", "", NOW)
    assert shown != purposes.words_in("en", "newsletter")


@pytest.mark.promise("P63")
async def test_a_grant_has_a_start_and_a_stop_and_both_stay(db: Settings) -> None:
    ann = await agrees(await member(), "newsletter")
    await agrees(ann, "newsletter")  # agreeing again writes nothing
    await withdrawn(ann, "newsletter")
    await withdrawn(ann, "newsletter")
    assert not await is_live(ann, "newsletter")
    await agrees(ann, "newsletter")
    assert await is_live(ann, "newsletter")
    assert [entry.kind for entry in await ledger_of(ann)] == ["given", "withdrawn", "given"]


@pytest.mark.promise("P63")
@pytest.mark.parametrize("step", [timedelta(0), timedelta(hours=-1)], ids=["standing still", "put back"])
@pytest.mark.slow
async def test_the_order_of_acts_counts_and_no_clock(db: Settings, step: timedelta) -> None:
    ann = await member()
    for number in range(5):
        async with database.session(*LOOKING) as session:
            asked = {"act": "button", "page": "test", "now": NOW + number * step}
            if number % 2:
                await ledger.withdraw(session, ann, "newsletter", **asked)
            else:
                await ledger.give(session, ann, "newsletter", words="Yes.", **asked)
        is_given = number % 2 == 0
        assert await is_live(ann, "newsletter") is is_given
        assert await live("newsletter") == ({ann} if is_given else set())
        async with database.reading(*LOOKING) as session:
            assert await live_consents.live_purposes(session, ann) == ({"newsletter"} if is_given else set())
    assert [entry.kind for entry in await ledger_of(ann)] == ["given", "withdrawn"] * 2 + ["given"]


async def test_taking_back_what_was_never_given_writes_nothing(db: Settings) -> None:
    ann = await member()
    await withdrawn(ann, "promotion")
    assert await ledger_of(ann) == []


async def test_a_reason_may_follow_once(db: Settings) -> None:
    ann = await agrees(await member(), "newsletter")
    await withdrawn(ann, "newsletter")
    await withdrawn(ann, "newsletter", reason="too_many")
    await withdrawn(ann, "newsletter", reason="other")
    assert [entry.reason for entry in await ledger_of(ann)] == ["too_many", "", ""]
    async with database.session(*LOOKING) as session:
        with pytest.raises(ValueError, match="reason"):
            await ledger.withdraw(session, ann, "newsletter", act="x", page="x", reason="free text of mine")


async def test_an_objection_ends_a_grant_and_is_kept_without_one(db: Settings) -> None:
    ann = await agrees(await member(), "promotion")
    async with database.session(*LOOKING) as session:
        await ledger.object_to(session, ann, "promotion", act="button", page="privacy", now=NOW)
        await ledger.object_to(session, ann, "newsletter", act="button", page="privacy", now=NOW)
    assert not await is_live(ann, "promotion")
    assert [entry.kind for entry in await ledger_of(ann)] == ["objected", "objected", "given"]


_COLUMNS = ", ".join(ConsentEvent.__table__.columns.keys())  # pyright: ignore[reportAttributeAccessIssue]
_AGAIN = f"INSERT{{}} INTO consent_event ({_COLUMNS}) SELECT {_COLUMNS} FROM consent_event WHERE true"  # noqa: S608
_ITS_OWN = {
    "sqlite": [_AGAIN.format(" OR REPLACE"), "UPDATE OR REPLACE consent_event SET id = 1"],
    "postgresql": [
        "TRUNCATE consent_event",
        "WITH gone AS (DELETE FROM consent_event RETURNING id) SELECT * FROM gone",
    ],
}
"""What one database alone knows."""


@pytest.mark.promise("P54")
@pytest.mark.parametrize(
    "order",
    [
        "UPDATE consent_event SET kind = 'given'",
        "DELETE FROM consent_event",
        f"{_AGAIN.format('')} ON CONFLICT (id) DO UPDATE SET kind = 'given'",
        "its own",
    ],
)
async def test_nothing_written_is_ever_changed(db: Settings, engine: str, order: str) -> None:
    ann = await agrees(await member(), "newsletter")
    await withdrawn(ann, "newsletter")
    before = await ledger_of(ann)
    for one in _ITS_OWN[engine] if order == "its own" else [order]:
        with pytest.raises(DBAPIError, match="only grows"):
            async with database.session(*LOOKING) as session:
                await (await session.connection()).execute(text(one))
    assert await ledger_of(ann) == before


@pytest.mark.promise("P91")
def test_every_purpose_is_listed_off_with_words_in_both_languages() -> None:
    assert set(purposes.OFFERED) == {
        "newsletter",
        "promotion",
        "topic",
        "follow_up",
        "personalisation",
    }
    for purpose in purposes.OFFERED.values():
        name = f"{purpose.id}:x" if purpose.has_detail else purpose.id
        english, polish = (purposes.words_in(code, name, "Parley") for code in ("en", "pl"))
        assert english
        assert polish
        assert english != polish


@pytest.mark.parametrize("purpose", ["", "news", "newsletter:x", "topic", "topic:", "x" * 65, "topic:" + "x" * 60, "*"])
@pytest.mark.slow
async def test_a_purpose_nobody_registered_is_refused(db: Settings, purpose: str) -> None:
    ann = await member()
    async with database.session(*LOOKING) as session:
        with pytest.raises(ValueError, match="unknown purpose"):
            await ledger.give(session, ann, purpose, act="x", page="x", words="words")
        with pytest.raises(ValueError, match="unknown purpose"):
            await live_consents.has_live(session, ann, purpose)


async def test_no_consent_without_words(db: Settings) -> None:
    ann = await member()
    async with database.session(*LOOKING) as session:
        with pytest.raises(ValueError, match="words"):
            await ledger.give(session, ann, "newsletter", act="x", page="x", words="")


@pytest.mark.promise("P64")
async def test_a_topic_that_ended_sends_nothing_and_closes_its_grants(db: Settings) -> None:
    ann, eve = await member(), await reader()
    async with database.session(*LOOKING) as session:
        topic = NewsletterTopic(name_en="Fair", name_pl="Targi", ends_at=NOW + timedelta(days=3), created_at=NOW)
        session.add(topic)
    purpose = f"topic:{topic.id}"
    for subject in (ann, eve):
        async with database.session(*LOOKING) as session:
            await ledger.give(session, subject, purpose, act="x", page="x", words="words", now=NOW)
    later = NOW + timedelta(days=4)
    async with database.session(*LOOKING) as session:
        assert await live_consents.has_live(session, ann, purpose, now=NOW)
        assert set(await live_consents.live_subjects(session, purpose, now=NOW)) == {ann, eve}
        assert not await live_consents.has_live(session, ann, purpose, now=later)
        assert await live_consents.live_subjects(session, purpose, now=later) == []
        await ledger.expire(session, ann, purpose, now=later)
        assert not await live_consents.has_live(session, ann, purpose, now=NOW)
        assert not await live_consents.has_live(session, eve, "topic:gone", now=NOW)
    assert [entry.kind for entry in await ledger_of(ann)] == ["expired", "given"]


@pytest.mark.promise("P63")
async def test_the_send_list_is_the_live_grants_of_this_moment(db: Settings) -> None:
    ann, bob, eve = await member("ann"), await member("bob"), await reader()
    both = await reader("ann@example.com")  # the same address as the account's: one mail, not two
    for subject in (ann, bob, eve, both):
        await agrees(subject, "newsletter")
    await withdrawn(bob, "newsletter")
    assert await live("newsletter") == {ann, eve}
    assert await live("promotion") == set()
    await gone(eve)
    assert await live("newsletter") == {ann}


async def test_a_stopped_address_gets_nothing_whatever_the_ledger_says(db: Settings) -> None:
    eve = await agrees(await reader(), "newsletter", "promotion")
    key = await key_of(eve)
    async with database.session(*LOOKING) as session:
        await mail_stops.stop(session, key, "newsletter")
        await mail_stops.stop(session, key, "newsletter")
    assert not await is_live(eve, "newsletter")
    assert await is_live(eve, "promotion")
    assert (await live("newsletter"), await live("promotion")) == (set(), {eve})
    async with database.session(*LOOKING) as session:
        await mail_stops.stop(session, key)
    assert not await is_live(eve, "promotion")


async def key_of(subject: Subject) -> bytes:
    return signed_links.read(await link(subject), "unsubscribe").email_key


@pytest.mark.promise("P52")
async def test_the_ledger_names_nobody_once_the_person_is_gone(db: Settings) -> None:
    ann = await agrees(await member(), "newsletter")
    await gone(ann)
    assert await live("newsletter") == set()
    assert not await is_live(ann, "newsletter")
    async with database.reading(*LOOKING) as session:
        rows = (await (await session.connection()).execute(text("SELECT * FROM consent_event"))).all()
        counts = [
            (await (await session.connection()).execute(text(f"SELECT count(*) FROM {table}"))).scalar()  # noqa: S608
            for table in ("account", "address", "mail_stop")
        ]
    assert len(rows) == 1  # the proof stays,
    assert counts == [0, 0, 0]  # and nothing is left that says whose it is
