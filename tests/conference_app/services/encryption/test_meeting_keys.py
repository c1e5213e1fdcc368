"""Public keys of meetings: set by the organizer alone, and only such as fit together."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.models import MeetingKeys
from conference_app.services.encryption import gone_words, meeting_keys, own_meetings
from conference_app.services.encryption.encoding import b64, pack, unb64
from conference_app.services.encryption.meeting_keys import BadKeys, KeysInUse, PublicKeys
from conference_app.services.meetings import meetings
from conference_app.services.meetings.meeting_forms import MeetingForm
from conference_app.services.room import moderation
from conference_app.services.room.hosts import Caller
from tests.conference_app.joined import admitted, opened, room_of
from tests.conference_app.people import confirmed, meeting_of
from tests.conference_app.services.encryption.open_room import committed, connected
from tests.fakes import LOOKING, FakeRoomAdmin


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def made_keys(*, with_link: bool = True) -> PublicKeys:
    root, link = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    signed = pack("conference_app/link-certificate/v1", public(root), public(link))
    return PublicKeys(b64(public(root)), b64(public(link)), b64(root.sign(signed)) if with_link else "")


async def test_only_the_organizer_sets_and_reads_keys(db: Settings) -> None:
    ann, eve = await confirmed("ann"), await confirmed("eve")
    made, keys = await meetings.create(ann.id, MeetingForm("Plans")), made_keys()
    assert await meeting_keys.get(ann.id, made.id) is None
    await meeting_keys.put(ann.id, made.id, keys)
    assert await meeting_keys.get(ann.id, made.id) == keys
    newer = made_keys(with_link=False)
    for account, meeting in ((eve.id, made.id), (ann.id, "nothing"), ("", made.id), ("", "")):
        with pytest.raises(NotFound) as refused:
            await meeting_keys.put(account, meeting, newer)
        with pytest.raises(NotFound):
            await meeting_keys.get(account, meeting)
        assert refused.value.message == meetings.NO_MEETING
    assert await meeting_keys.get(ann.id, made.id) == keys
    await meeting_keys.put(ann.id, made.id, newer)  # all were lost
    assert await meeting_keys.get(ann.id, made.id) == newer


async def test_a_running_meeting_keeps_its_root(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed("ann")
    made, other = await opened(ann), await meeting_of(ann)
    room, guest = await room_of(made.code), (await admitted(made.code)).identity
    keys, newer = made_keys(), made_keys()
    await meeting_keys.put(ann.id, made.id, keys)
    await connected(room, guest)
    await meeting_keys.put(ann.id, made.id, keys := made_keys())  # nobody has made a group with it yet
    await committed(room, guest, -1)
    with pytest.raises(KeysInUse):
        await own_meetings.put(ann.id, [(made.id, newer), (other.id, newer)])
    assert await meeting_keys.get(ann.id, other.id) == newer
    without_link = PublicKeys(keys.root_public, keys.link_public)
    await meeting_keys.put(ann.id, made.id, without_link)  # everybody is to be let in by a host from now on
    assert await meeting_keys.get(ann.id, made.id) == without_link
    await moderation.end(Caller(ann.id), made.code)
    await meeting_keys.put(ann.id, made.id, newer)
    assert await meeting_keys.get(ann.id, made.id) == newer


async def test_keys_that_do_not_fit_together_are_refused(db: Settings) -> None:
    ann = await confirmed()
    made, keys, other = await meetings.create(ann.id, MeetingForm("Plans")), made_keys(), made_keys()
    wrong = [
        PublicKeys(keys.root_public, keys.link_public, other.link_certificate),
        PublicKeys(other.root_public, keys.link_public, keys.link_certificate),
        PublicKeys(keys.root_public, other.link_public, keys.link_certificate),
        PublicKeys("", keys.link_public, keys.link_certificate),
        PublicKeys(keys.root_public, "", ""),
        PublicKeys(keys.root_public + "A", keys.link_public),
        PublicKeys(keys.root_public[:-2], keys.link_public),
        PublicKeys("é" * 43, keys.link_public),
        PublicKeys("\ud800" * 43, keys.link_public),
        PublicKeys("A" * 10_000_000, keys.link_public),
        PublicKeys(keys.root_public, keys.link_public, "A" * 85),
    ]
    for one in wrong:
        with pytest.raises(BadKeys):
            await meeting_keys.put(ann.id, made.id, one)
    assert await meeting_keys.get(ann.id, made.id) is None


@pytest.mark.both_databases
async def test_keys_go_with_their_meeting(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await meeting_of(ann)
    await meeting_keys.put(ann.id, made.id, made_keys())
    await meetings.delete(ann.id, made.code)
    async with database.reading(*LOOKING) as session:
        assert await session.get(MeetingKeys, made.id) is None


def test_a_gone_word_is_the_servers_over_room_epoch_and_identity() -> None:
    [word] = gone_words.words("room", 7, ["guest-1"])
    key = Ed25519PublicKey.from_public_bytes(unb64(gone_words.server_key()))
    key.verify(unb64(word["signature"]), pack("conference_app/gone/v1", "room", 7, "guest-1"))
    assert word["identity"] == "guest-1"
    assert gone_words.words("room", 8, ["guest-1"]) != [word]


def test_what_is_packed_reads_one_way_only() -> None:
    assert pack("a", "b", 7, b"\x00") == b"\0\0\0\1a\0\0\0\1b\0\0\0\x017\0\0\0\1\0"
    assert pack("a", "bc", "d") != pack("a", "b", "cd")


@given(st.binary(max_size=70))
def test_base64url_goes_there_and_back(data: bytes) -> None:
    assert unb64(b64(data)) == data


@given(st.text(max_size=20))
def test_any_other_text_is_refused(text: str) -> None:
    try:
        assert b64(unb64(text)) == text
    except ValueError:
        return
