"""Another address for somebody without an account: both ends, once, in time, and what a stranger can learn or do."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound, TooManyAttempts
from conference_app.models import AddressChange, AddressToken, AuditEntry
from conference_app.services.addresses import changes, holder_details
from conference_app.services.consent import preferences
from conference_app.services.people import signed_links
from conference_app.services.people.email_addresses import email_key
from conference_app.services.personal_data.personal_rows import of_email
from conference_app.services.privacy import center_links, erasure, erasure_requests, export, privacy_requests, retention
from conference_app.services.sign_in import email_proofs
from tests.conference_app.consent_people import agrees, is_live, link, reader
from tests.conference_app.moved_addresses import counted
from tests.conference_app.people import ADDRESS, confirmed
from tests.conference_app.services.addresses.test_holder_details import guest
from tests.fakes import LOOKING
from tests.mailing import Mails, links_in, text_of

NEW = "gus@new.example.com"


async def token(mails: Mails, address: str, kind: str) -> str:
    """The secret of the newest link of `kind` that was mailed to `address`."""
    await mails.deliver()
    for mail in reversed(mails.to(address)):
        for url in links_in(mail):
            if f"/address/{kind}#token=" in url:
                return url.rpartition("=")[2]
    raise AssertionError(f"no {kind} link for {address}")


async def confirm(secret: str, **more: datetime) -> str:
    return await changes.confirm(secret, address=ADDRESS, **more)


async def revoke(secret: str, **more: datetime) -> None:
    await changes.revoke(secret, address=ADDRESS, **more)


def words(mails: Mails, address: str) -> str:
    return " ".join(" ".join(text_of(mail).split()) for mail in mails.to(address))


@pytest.mark.promise("P72")
@pytest.mark.promise("P93")
@pytest.mark.slow
async def test_a_change_takes_both_ends_and_brings_everything(db: Settings, mails: Mails) -> None:
    gus = await guest()
    before = await counted("gus@example.com")
    await changes.ask(gus, NEW)
    assert await changes.waiting(gus) == NEW
    assert "Nothing changes until" in (await mails.deliver() and words(mails, "gus@example.com"))
    assert (await holder_details.held(gus)).email == "gus@example.com"
    center = await confirm(await token(mails, NEW, "confirm"))
    me = center_links.person_of(center)
    assert (await holder_details.held(me)).email == NEW
    assert set(before) <= set(await counted(NEW))
    assert await counted("gus@example.com") == {}
    assert await changes.waiting(me) == ""
    [case] = await privacy_requests.history(me)
    assert (case.kind, case.status) == ("rectify", "done")
    await mails.deliver()
    assert "kept under another e-mail address now" in words(mails, "gus@example.com")


@pytest.mark.parametrize("code", ["en", "pl"])
async def test_messages_are_in_the_persons_language(sqlite_db: Settings, mails: Mails, code: str) -> None:
    gus = await guest()
    await holder_details.correct(gus, name="Gus", language=code)
    await changes.ask(gus, NEW)
    await mails.deliver()
    assert ("Use this address" in words(mails, NEW)) is (code == "en")


@pytest.mark.both_databases
@pytest.mark.promise("P22")
async def test_each_link_works_once_in_its_time_and_for_its_own_purpose(db: Settings, mails: Mails) -> None:
    gus = await guest()
    await changes.ask(gus, NEW)
    secret, undo = await token(mails, NEW, "confirm"), await token(mails, "gus@example.com", "revoke")
    with pytest.raises(NotFound):
        await confirm(undo)
    with pytest.raises(NotFound):
        await revoke(secret)
    with pytest.raises(NotFound):
        await email_proofs.confirm(secret, address=ADDRESS)
    with pytest.raises(NotFound):
        await confirm(secret, now=datetime.now(UTC) + timedelta(hours=24, seconds=5))
    presses = await asyncio.gather(*[confirm(secret) for _ in range(4)], return_exceptions=True)
    assert sum(isinstance(one, str) for one in presses) == 1
    with pytest.raises(NotFound):
        await revoke(undo, now=datetime.now(UTC) + timedelta(days=7, minutes=1))
    await revoke(undo)
    with pytest.raises(NotFound):
        await revoke(undo)


@pytest.mark.parametrize("junk", ["", "x", "\x00", "\ud800", "a" * 5000])
async def test_made_up_links_open_nothing(sqlite_db: Settings, junk: str) -> None:
    await changes.ask(await guest(), NEW)
    for press in (confirm(junk), revoke(junk)):
        with pytest.raises(NotFound):
            await press


async def test_no_token_stands_in_the_database(db: Settings, mails: Mails) -> None:
    await changes.ask(await guest(), NEW)
    secret = await token(mails, NEW, "confirm")
    async with database.reading(*LOOKING) as session:
        kept = repr([row.model_dump() for row in (await session.exec(select(AddressToken))).all()])
    assert "confirm" in kept
    assert secret not in kept


@pytest.mark.promise("P72")
@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.slow
async def test_the_old_address_takes_it_back(db: Settings, mails: Mails, is_done: bool) -> None:
    gus = await guest()
    await agrees(await reader("gus@example.com"), "newsletter")
    await changes.ask(gus, "thief@example.com")
    secret = await token(mails, "thief@example.com", "confirm")
    if is_done:
        thief = center_links.person_of(await confirm(secret))
        await changes.ask(thief, "thief2@example.com")
        await confirm(await token(mails, "thief2@example.com", "confirm"))
    await revoke(await token(mails, "gus@example.com", "revoke"))
    assert (await holder_details.held(gus)).email == "gus@example.com"
    assert await is_live(await reader("gus@example.com"), "newsletter")
    for email in ("thief@example.com", "thief2@example.com"):  # what they did themselves is theirs
        assert set(await counted(email)) <= {"address", "audit_entry", "privacy_case", "privacy_case_event"}
    with pytest.raises(NotFound):
        await confirm(secret)
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(AddressChange))).all() == []
        tags = {one.tag for one in (await session.exec(select(AuditEntry))).all()}
    assert {"email_change_asked", "email_change_revoked"} <= tags


@pytest.mark.slow
async def test_it_is_taken_back_whole_though_the_clock_was_set_back_meanwhile(db: Settings, mails: Mails) -> None:
    gus = await guest()
    before = await counted("gus@example.com")
    ahead = datetime.now(UTC) + timedelta(hours=5)
    await changes.ask(gus, "b@example.com", now=ahead)
    b = center_links.person_of(await confirm(await token(mails, "b@example.com", "confirm")))
    await changes.ask(b, "c@example.com")
    await confirm(await token(mails, "c@example.com", "confirm"))
    await revoke(await token(mails, "gus@example.com", "revoke"))
    assert (await holder_details.held(gus)).email == "gus@example.com"
    assert set(before) <= set(await counted("gus@example.com"))
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(AddressChange))).all() == []


@pytest.mark.slow
async def test_a_thief_cannot_take_the_taking_back_back(db: Settings, mails: Mails) -> None:
    gus = await guest()
    await changes.ask(gus, "b@example.com")
    b = center_links.person_of(await confirm(await token(mails, "b@example.com", "confirm")))
    hers = await token(mails, "gus@example.com", "revoke")
    await changes.ask(b, "c@example.com")
    await confirm(await token(mails, "c@example.com", "confirm"))
    theirs = await token(mails, "b@example.com", "revoke")
    await revoke(hers)
    with pytest.raises(NotFound):
        await revoke(theirs)
    assert (await holder_details.held(gus)).email == "gus@example.com"


@pytest.mark.promise("P22")
async def test_the_address_of_an_account_is_asked_to_sign_in_and_joined_with_nothing(
    db: Settings, mails: Mails
) -> None:
    gus = await guest()
    await confirmed("ann")
    await changes.ask(gus, "ann@example.com")
    assert await changes.waiting(gus) == "ann@example.com"  # the same answer as for any other
    await mails.deliver()
    assert "You have an account here" in words(mails, "ann@example.com")
    assert not any("/address/" in url for mail in mails.to("ann@example.com") for url in links_in(mail))
    assert (await holder_details.held(gus)).email == "gus@example.com"


async def test_an_account_that_came_in_between_stays_alone(db: Settings, mails: Mails) -> None:
    gus = await guest()
    await changes.ask(gus, "ann@example.com")
    secret = await token(mails, "ann@example.com", "confirm")
    await confirmed("ann")
    with pytest.raises(NotFound):
        await confirm(secret)
    assert (await holder_details.held(gus)).email == "gus@example.com"


@pytest.mark.promise("P72")
@pytest.mark.slow
async def test_whoever_asks_learns_nothing_about_the_new_address(db: Settings, mails: Mails) -> None:
    answers = []
    for number, known in enumerate((False, True)):
        gus = await guest(f"gus{number}")
        if known:
            await agrees(await reader(f"new{number}@example.com"), "newsletter")
        answers.append(await changes.ask(gus, f"new{number}@example.com"))
        assert await changes.waiting(gus) == f"new{number}@example.com"
        assert set(await counted(f"gus{number}@example.com")) >= {"address_change"}
    assert answers == [None, None]
    await mails.deliver()
    told = [words(mails, f"gus{number}@example.com").replace(f"gus{number}", "") for number in range(2)]
    assert [len(one) for one in told] == [len(told[0])] * 2


async def test_who_has_no_data_yours_or_is_leaving_cannot_ask(db: Settings) -> None:
    gus = await guest()
    for person, email in ((gus, "gus@EXAMPLE.com"), (gus, "no address"), (of_email(email_key("x@example.com")), NEW)):
        with pytest.raises(InvalidInput) as caught:
            await changes.ask(person, email)
        assert set(caught.value.fields) == {"email"}
    await erasure_requests.ask_by_link(gus)
    with pytest.raises(InvalidInput):
        await changes.ask(gus, NEW)


async def test_a_caller_is_stopped_and_a_mailbox_is_not_flooded(sqlite_db: Settings, mails: Mails) -> None:
    gus = await guest()
    for _ in range(5):
        await changes.ask(gus, NEW)
    with pytest.raises(TooManyAttempts):
        await changes.ask(gus, NEW)
    await mails.deliver()
    assert len(mails.to(NEW)) <= 3


async def test_dropped_or_asked_anew_the_earlier_link_is_no_good(db: Settings, mails: Mails) -> None:
    gus = await guest()
    await changes.ask(gus, NEW)
    first = await token(mails, NEW, "confirm")
    await changes.ask(gus, "other@example.com")
    second = await token(mails, "other@example.com", "confirm")
    await changes.drop(gus)
    assert await changes.waiting(gus) == ""
    for secret in (first, second):
        with pytest.raises(NotFound):
            await confirm(secret)


@pytest.mark.promise("P58")
async def test_links_of_mails_to_the_old_address_still_stop_the_mails(db: Settings, mails: Mails) -> None:
    gus = await guest()
    mine = await agrees(await reader("gus@example.com"), "newsletter")
    stop = await link(mine, "newsletter")
    await changes.ask(gus, NEW)
    await confirm(await token(mails, NEW, "confirm"))
    person = await preferences.of_link(signed_links.read(stop, "unsubscribe"))
    await preferences.stop(person, ["newsletter"], act="one click", page="/u")
    assert not await is_live(mine, "newsletter")


@pytest.mark.promise("P66")
@pytest.mark.slow
async def test_a_copy_of_one_half_is_gone_and_a_new_one_has_the_change(db: Settings, mails: Mails) -> None:
    gus = await guest()
    view = await export.ask(gus, "en")
    await export.make({"export_id": view.id})
    await changes.ask(gus, NEW)
    me = center_links.person_of(await confirm(await token(mails, NEW, "confirm")))
    assert await export.latest(me) is None
    with pytest.raises(NotFound):
        await export.content(gus, view.id)
    again = await export.ask(me, "en")
    await export.make({"export_id": again.id})
    assert await export.content(me, again.id)
    assert (await counted(NEW))["address_change"] == 1


@pytest.mark.promise("P94")
@pytest.mark.slow
async def test_an_erasure_and_time_leave_nothing_of_a_change(db: Settings, mails: Mails) -> None:
    gus = await guest()
    await changes.ask(gus, NEW)
    me = center_links.person_of(await confirm(await token(mails, NEW, "confirm")))
    await erasure.erase(me, now=datetime.now(UTC))
    assert {name for name in await counted(NEW) if name not in ("privacy_case", "consent_event")} == set()
    eve = await guest("eve")
    await changes.ask(eve, "evelyn@example.com")
    await retention.purge(datetime.now(UTC) + timedelta(days=8, minutes=1))
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(AddressChange))).all() == []
        assert (await session.exec(select(AddressToken))).all() == []
