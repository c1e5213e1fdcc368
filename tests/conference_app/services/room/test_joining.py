"""Coming in: as whom, with which token, and where nobody is let in at all."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from limits import RateLimitItemPerMinute

from conference_app.config import Settings, settings
from conference_app.errors import NotAllowed, NotFound, TooManyAttempts
from conference_app.services.limits import rate_limits
from conference_app.services.meetings import meeting_codes, meetings
from conference_app.services.room import joining
from conference_app.services.room.joining import Admitted, Waiting
from tests.conference_app.joined import admitted, claims, join, opened, room_of
from tests.conference_app.links import with_link
from tests.conference_app.people import ADDRESS, confirmed, meeting_of, registered, session_of
from tests.fakes import NOON, FakeRoomAdmin, ManualClock

pytestmark = pytest.mark.both_databases


@pytest.mark.promise("P22")
async def test_nobody_comes_in_to_a_host_whose_address_is_not_confirmed(
    db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await registered("ann")
    made = await meeting_of(ann, pass_phrase="blue elephant")
    with pytest.raises(NotAllowed):  # before the pass-phrase is looked at
        await join(made.code, pass_phrase="wrong")
    with pytest.raises(NotAllowed):
        await join(made.code, name="", session=await session_of(ann))
    assert (await meetings.get_own(ann.id, made.code)).state == "waiting"
    monkeypatch.setenv("PARLEY_REQUIRE_VERIFIED_EMAIL", "0")  # the operator's switch for networks without mail
    settings.cache_clear()
    await meetings.open_room(ann.id, made.code)
    await admitted(made.code, pass_phrase="blue elephant")
    monkeypatch.delenv("PARLEY_REQUIRE_VERIFIED_EMAIL")
    settings.cache_clear()
    with pytest.raises(NotAllowed):  # nor to a room that was opened before
        await join(made.code, pass_phrase="blue elephant", tab="another")


async def test_the_token_has_the_room_and_never_the_code(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await opened(ann)
    place = await admitted(made.code, name="Bob", tab="secret-tab")
    said = claims(place)
    assert said["sub"] == place.identity
    assert said["name"] == "Bob"
    assert said["video"]["room"] == await room_of(made.code)  # type: ignore[index]
    assert made.code not in str(said)
    assert "secret-tab" not in str(said)
    assert ann.id not in str(said)
    assert place.token not in repr(place)


async def test_only_the_organizer_is_host(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, bob = await confirmed("ann"), await confirmed("bob")
    made = await meeting_of(ann)
    assert isinstance(await join(made.code, session=await session_of(bob)), Waiting)
    await meetings.open_room(ann.id, made.code)
    place = await admitted(made.code, name="", session=await session_of(bob))
    assert (place.role, place.name) == ("guest", "Bob Nowak")
    assert claims(place)["attributes"] == {"role": "guest"}


async def test_no_such_meeting(db: Settings, rooms: FakeRoomAdmin) -> None:
    for code in ("", "nonsense", meeting_codes.new_code()):
        with pytest.raises(NotFound):
            await join(code)
        with pytest.raises(NotFound):
            await joining.answered(code, tab_id="tab", account_id="")


async def test_one_address_cannot_ask_without_end(
    db: Settings, rooms: FakeRoomAdmin, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "JOIN_PER_ADDRESS", RateLimitItemPerMinute(3, 5, "join-address"))
    made = await meeting_of(await confirmed())
    for _ in range(3):
        await join(made.code)
    with pytest.raises(TooManyAttempts):
        await join(made.code)


async def test_a_place_says_how_long_it_lasts(db: Settings, rooms: FakeRoomAdmin) -> None:
    made = await opened(await confirmed())
    place = await joining.join(
        made.code, name="Bob", pass_phrase="", tab_id="t", session=None, address=ADDRESS, now=NOON, **with_link("Bob")
    )
    assert isinstance(place, Admitted)
    assert place.expires_in_s == 600
    said = jwt.decode(place.token, options={"verify_signature": False})
    assert said["exp"] == int((NOON + timedelta(minutes=10)).timestamp())
