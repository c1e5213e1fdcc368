"""Addresses: proven by a mail, changed at both ends, taken back; and what a stranger can learn or steal."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import InvalidInput, NotAllowed, NotFound
from conference_app.models import Account, AccountToken
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.meetings import meetings
from conference_app.services.sign_in import account_passwords, email_proofs, passkeys, sessions
from conference_app.services.sign_in.by_password import sign_in
from tests.conference_app.authenticator import Authenticator
from tests.conference_app.people import (
    ADDRESS,
    PASSWORD,
    confirm_address,
    confirmed,
    meeting_of,
    registered,
    session_of,
    session_token,
)
from tests.fakes import LOOKING
from tests.mailing import Mails, links_in, text_of


async def link(mails: Mails, address: str, kind: str) -> str:
    """The token of the newest link of `kind` that was mailed to `address`."""
    await mails.deliver()
    for mail in reversed(mails.to(address)):
        for url in links_in(mail):
            if f"/{kind}" in url and "#token=" in url:
                return url.rpartition("=")[2]
    raise AssertionError(f"no {kind} link for {address}")


@pytest.mark.promise("P22")
async def test_the_link_of_the_mail_confirms_the_address_once(db: Settings, mails: Mails) -> None:
    ann = await registered("ann")
    assert (await session_of(ann)).is_verified is False
    token = await link(mails, "ann@example.com", "verify")
    assert (await email_proofs.confirm(token, address=ADDRESS)).account_id == ann.id
    assert (await session_of(ann)).is_verified is True
    with pytest.raises(NotFound):
        await email_proofs.confirm(token, address=ADDRESS)


@pytest.mark.promise("P22")
@pytest.mark.parametrize("demanded", ["0", "1"])
async def test_who_is_unconfirmed_looks_around_but_lets_nobody_in(
    db: Settings, monkeypatch: pytest.MonkeyPatch, demanded: str
) -> None:
    monkeypatch.setenv("PARLEY_REQUIRE_VERIFIED_EMAIL", demanded)
    settings.cache_clear()
    ann = await registered("ann")
    made = await meeting_of(ann)
    assert (await session_of(ann)).may_invite is (demanded == "0")
    if demanded == "1":
        with pytest.raises(NotAllowed):
            await meetings.open_room(ann.id, made.code)
        assert (await meetings.get_own(ann.id, made.code)).state == "waiting"
        await confirm_address(ann)
    assert (await meetings.open_room(ann.id, made.code)).state == "open"


async def test_the_link_lasts_a_day(db: Settings, mails: Mails) -> None:
    await registered("ann")
    token = await link(mails, "ann@example.com", "verify")
    with pytest.raises(NotFound):
        await email_proofs.confirm(token, address=ADDRESS, now=datetime.now(UTC) + timedelta(hours=24, seconds=5))


@pytest.mark.both_databases
async def test_of_many_presses_one_confirms(db: Settings, mails: Mails) -> None:
    await registered("ann")
    token = await link(mails, "ann@example.com", "verify")
    tries = [email_proofs.confirm(token, address=ADDRESS) for _ in range(5)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(not isinstance(one, Exception) for one in results) == 1


@pytest.mark.parametrize("junk", ["", "x", "\x00", "\ud800", "a" * 5000])
async def test_made_up_links_open_nothing(sqlite_db: Settings, junk: str) -> None:
    await registered("ann")
    for attempt in (
        email_proofs.confirm(junk, address=ADDRESS),
        email_proofs.revoke(junk, address=ADDRESS),
        account_passwords.reset(junk, "another long password", address=ADDRESS),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_a_link_of_one_kind_serves_no_other_purpose(db: Settings, mails: Mails) -> None:
    await registered("ann")
    verify = await link(mails, "ann@example.com", "verify")
    with pytest.raises(NotFound):
        await account_passwords.reset(verify, "another long password", address=ADDRESS)
    with pytest.raises(NotFound):
        await email_proofs.revoke(verify, address=ADDRESS)
    await email_proofs.confirm(verify, address=ADDRESS)  # and was not used up by that


async def test_no_token_stands_in_the_database(db: Settings, mails: Mails) -> None:
    await registered("ann")
    token = await link(mails, "ann@example.com", "verify")
    async with database.reading(*LOOKING) as session:
        rows = (await session.exec(select(AccountToken))).all()
    assert rows
    assert token not in repr([row.model_dump() for row in rows])


@pytest.mark.promise("P22")
async def test_registering_with_a_known_address_tells_its_owner_only(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    eve = await registered("eve", email="ann@example.com", password="the password of eve")
    assert eve.email != ""  # the same answer as for any address
    await mails.deliver()
    told = [text_of(mail) for mail in mails.to("ann@example.com")]
    assert any("have an account already" in " ".join(text.split()) for text in told)
    assert not any("/verify#" in url for mail in mails.to("ann@example.com") for url in links_in(mail))
    assert await confirm_address(eve) is False
    assert await sign_in("ann@example.com", PASSWORD, address=ADDRESS) == ann
    assert await sign_in("ann@example.com", "the password of eve", address=ADDRESS) == eve
    assert (await session_of(eve)).is_verified is False


async def test_a_squatter_cannot_keep_the_owner_out(db: Settings) -> None:
    eve = await registered("eve", email="ann@example.com", password="the password of eve")
    ann = await registered("ann")
    assert await confirm_address(ann)
    assert await confirm_address(eve) is False
    assert await sign_in("ann@example.com", PASSWORD, address=ADDRESS) == ann


@pytest.mark.both_databases
async def test_two_who_prove_one_address_at_once_get_one_owner(db: Settings) -> None:
    people = [await registered(f"ann{number}", email="ann@example.com") for number in range(3)]
    assert sorted(await asyncio.gather(*(confirm_address(one) for one in people))) == [False, False, True]


async def test_a_change_takes_both_ends(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    with pytest.raises(InvalidInput):
        await email_proofs.ask_change(ann.id, "new@example.com", "not her password", address=ADDRESS)
    await email_proofs.ask_change(ann.id, "new@example.com", PASSWORD, address=ADDRESS)
    assert await email_proofs.pending_change(ann.id) == "new@example.com"
    assert await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    token = await link(mails, "new@example.com", "verify")
    await link(mails, "ann@example.com", "revoke")  # the old one is told before anything changes
    assert (await email_proofs.confirm(token, address=ADDRESS)).what == "change"
    assert await email_proofs.pending_change(ann.id) == ""
    assert isinstance(await sign_in("new@example.com", PASSWORD, address=ADDRESS), object)
    with pytest.raises(NotAllowed):
        await sign_in("ann@example.com", PASSWORD, address=ADDRESS)


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.slow
async def test_the_old_address_takes_it_back(db: Settings, mails: Mails, done: bool) -> None:
    ann = await confirmed("ann")
    thief = await session_token(ann)
    await email_proofs.ask_change(ann.id, "thief@example.com", PASSWORD, address=ADDRESS)
    token = await link(mails, "thief@example.com", "verify")
    device, ceremony = Authenticator(), await passkeys.begin_adding(ann.id)
    await passkeys.finish_adding(ann.id, "Theirs", device.create(ceremony.options), ceremony.challenge)
    if done:
        await email_proofs.confirm(token, address=ADDRESS)
    revoke = await link(mails, "ann@example.com", "revoke")
    await email_proofs.revoke(revoke, address=ADDRESS)
    assert await sessions.resolve(thief) is None
    assert await passkeys.listed(ann.id) == []
    for email in ("ann@example.com", "thief@example.com"):
        with pytest.raises(NotAllowed):  # the password is known to a stranger
            await sign_in(email, PASSWORD, address=ADDRESS)
    with pytest.raises(NotFound):
        await email_proofs.confirm(token, address=ADDRESS)
    reset = await link(mails, "ann@example.com", "reset")
    await account_passwords.reset(reset, "another long password", address=ADDRESS)
    assert await sign_in("ann@example.com", "another long password", address=ADDRESS) == ann
    with pytest.raises(NotFound):
        await email_proofs.revoke(revoke, address=ADDRESS)


@pytest.mark.slow
async def test_a_thief_who_changes_twice_cannot_take_it_back_again(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    await email_proofs.ask_change(ann.id, "b@example.com", PASSWORD, address=ADDRESS)
    await email_proofs.confirm(await link(mails, "b@example.com", "verify"), address=ADDRESS)
    hers = await link(mails, "ann@example.com", "revoke")
    await email_proofs.ask_change(ann.id, "c@example.com", PASSWORD, address=ADDRESS)
    await email_proofs.confirm(await link(mails, "c@example.com", "verify"), address=ADDRESS)
    theirs = await link(mails, "b@example.com", "revoke")
    await email_proofs.revoke(hers, address=ADDRESS)
    with pytest.raises(NotFound):
        await email_proofs.revoke(theirs, address=ADDRESS)
    async with database.reading(*LOOKING) as session:
        assert (await session.exec(select(Account))).one().email == "ann@example.com"


async def test_a_change_is_over_for_good_after_seven_days(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    await email_proofs.ask_change(ann.id, "new@example.com", PASSWORD, address=ADDRESS)
    revoke = await link(mails, "ann@example.com", "revoke")
    with pytest.raises(NotFound):
        await email_proofs.revoke(revoke, address=ADDRESS, now=datetime.now(UTC) + timedelta(days=7, minutes=1))


async def test_a_change_to_anothers_address_leads_nowhere_and_tells_nothing(db: Settings, mails: Mails) -> None:
    ann, _bob = await confirmed("ann"), await confirmed("bob")
    before = len(mails.to("bob@example.com"))
    await email_proofs.ask_change(ann.id, "bob@example.com", PASSWORD, address=ADDRESS)
    await mails.deliver()
    assert len([mail for mail in mails.to("bob@example.com")[before:] if "verify" in text_of(mail)]) == 0
    assert await email_proofs.pending_change(ann.id) == "bob@example.com"


async def test_every_change_is_written_down_and_mailed(db: Settings, mails: Mails) -> None:
    ann = await confirmed("ann")
    session = await session_of(ann)
    await account_passwords.change_password(
        ann.id, PASSWORD, "another long password", session_hash=session.session_hash, address=ADDRESS
    )
    await mails.deliver()
    assert any("Your password was changed." in text_of(mail) for mail in mails.to("ann@example.com"))
    tags = [one.tag for one in await audit.entries(ann.id)]
    assert {AuditTag.PASSWORD_CHANGED, AuditTag.EMAIL_VERIFIED, AuditTag.REGISTERED, AuditTag.SIGNED_IN} <= set(tags)
