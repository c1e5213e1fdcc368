"""Passkeys: added, used, and refused when anything about them is not as it was asked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotAllowed, NotFound
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import passkeys
from tests.conference_app.authenticator import USER_PRESENT, Authenticator
from tests.conference_app.people import ADDRESS, registered

pytestmark = [pytest.mark.promise("P77"), pytest.mark.both_databases]


async def added(account: AccountView, name: str = "My phone") -> Authenticator:
    """A device whose passkey the account has."""
    device, ceremony = Authenticator(), await passkeys.begin_adding(account.id)
    await passkeys.finish_adding(account.id, name, device.create(ceremony.options), ceremony.challenge)
    return device


async def test_a_passkey_signs_its_owner_in(db: Settings) -> None:
    ann, _bob = await registered("ann"), await registered("bob")
    device = await added(ann)
    ceremony = await passkeys.begin_sign_in(address=ADDRESS)
    assert "ann" not in ceremony.options  # who has an account is not told
    account = await passkeys.finish_sign_in(device.get(ceremony.options), ceremony.challenge, address=ADDRESS)
    assert account == ann
    (listed,) = await passkeys.listed(ann.id)
    assert listed.name == "My phone"
    assert listed.last_used_at is not None


async def refused(answer: str, challenge: bytes) -> str:
    with pytest.raises(NotAllowed) as caught:
        await passkeys.finish_sign_in(answer, challenge, address=ADDRESS)
    return caught.value.message


async def test_what_does_not_fit_is_refused_in_the_same_words(db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    device, other = await added(ann), await added(bob)
    one, two = await passkeys.begin_sign_in(address=ADDRESS), await passkeys.begin_sign_in(address=ADDRESS)
    stranger = Authenticator(user_handle=device.user_handle)
    wrong_key = replace(device, key=stranger.key)
    wrong_person = replace(device, user_handle=other.user_handle)
    broken = json.loads(device.get(one.options))
    broken["response"]["signature"] = broken["response"]["authenticatorData"]
    said = {
        await refused(device.get(one.options), two.challenge),  # an answer to another question
        await refused(device.get(one.options), b""),  # nothing was asked
        await refused(stranger.get(one.options), one.challenge),
        await refused(wrong_key.get(one.options), one.challenge),
        await refused(wrong_person.get(one.options), one.challenge),
        await refused(replace(device, origin="https://evil.example").get(one.options), one.challenge),
        await refused(replace(device, rp_id="evil.example").get(one.options), one.challenge),
        await refused(replace(device, flags=USER_PRESENT).get(one.options), one.challenge),  # nobody was checked
        await refused(json.dumps(broken), one.challenge),
        *[await refused(junk, one.challenge) for junk in ("", "{}", "[]", "null", "x" * 30_000, '{"id": 1}')],
    }
    assert len(said) == 1


async def test_a_copied_passkey_is_noticed(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    device = await added(ann)
    copy = replace(device, count=0)
    for _ in range(2):
        ceremony = await passkeys.begin_sign_in(address=ADDRESS)
        await passkeys.finish_sign_in(device.get(ceremony.options), ceremony.challenge, address=ADDRESS)
    ceremony = await passkeys.begin_sign_in(address=ADDRESS)
    assert await refused(copy.get(ceremony.options), ceremony.challenge) == await refused("{}", ceremony.challenge)


async def test_adding_needs_the_answer_to_the_question_asked(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    device, one, two = Authenticator(), await passkeys.begin_adding(ann.id), await passkeys.begin_adding(ann.id)
    for answer, challenge in (
        (device.create(one.options), two.challenge),
        (device.create(one.options), b""),
        (replace(device, origin="https://evil.example").create(one.options), one.challenge),
        (replace(device, flags=USER_PRESENT).create(one.options), one.challenge),
        ("{}", one.challenge),
        ("not json", one.challenge),
    ):
        with pytest.raises(NotAllowed):
            await passkeys.finish_adding(ann.id, "Phone", answer, challenge)
    with pytest.raises(InvalidInput):
        await passkeys.finish_adding(ann.id, " ", device.create(one.options), one.challenge)
    assert await passkeys.listed(ann.id) == []


async def test_one_credential_belongs_to_one_account(db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    device = await added(ann)
    ceremony = await passkeys.begin_adding(bob.id)
    with pytest.raises(NotAllowed):
        await passkeys.finish_adding(bob.id, "Mine", device.create(ceremony.options), ceremony.challenge)


@pytest.mark.slow
async def test_only_the_owner_renames_and_removes(db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    device = await added(ann)
    (listed,) = await passkeys.listed(ann.id)
    for attempt in (passkeys.rename(bob.id, listed.id, "Stolen"), passkeys.remove(bob.id, listed.id)):
        with pytest.raises(NotFound):
            await attempt
    await passkeys.rename(ann.id, listed.id, "My key\u202e")
    assert (await passkeys.listed(ann.id))[0].name == "My key"
    await passkeys.remove(ann.id, listed.id)
    ceremony = await passkeys.begin_sign_in(address=ADDRESS)
    await refused(device.get(ceremony.options), ceremony.challenge)
