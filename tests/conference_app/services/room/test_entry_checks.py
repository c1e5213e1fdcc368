"""What everybody who wants in must pass."""

from __future__ import annotations

import pytest

from conference_app.config import Settings
from conference_app.errors import ConferenceError, TooManyAttempts
from conference_app.services.room.entry_checks import MeetingEnded, Removed, WrongPassPhrase
from conference_app.services.room.joining import Waiting
from conference_app.services.room.seats import RoomFull
from conference_app.services.room.waiting import Refused
from tests.conference_app.joined import admitted, join, opened
from tests.conference_app.people import confirmed, meeting_of, session_of
from tests.fakes import FakeRoomAdmin, ManualClock


async def test_the_pass_phrase_is_asked_before_anything_is_told(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made = await meeting_of(ann, pass_phrase="Open Sesame")
    for wrong in ("", "open sesame", "Open Sesam", "x" * 5000, "\ud800"):
        with pytest.raises(WrongPassPhrase):
            await join(made.code, pass_phrase=wrong)
    assert isinstance(await join(made.code, pass_phrase="  Open   Sesame "), Waiting)
    assert (await admitted(made.code, session=await session_of(ann))).role == "host"  # the host knows it
    assert (await admitted(made.code, pass_phrase="Open Sesame")).role == "guest"


async def test_guessing_the_pass_phrase_is_stopped(db: Settings, rooms: FakeRoomAdmin, clock: ManualClock) -> None:
    made = await opened(await confirmed(), pass_phrase="sesame")
    for _ in range(20):
        with pytest.raises(WrongPassPhrase):
            await join(made.code)  # an empty field is a question, not a guess
    for _ in range(10):
        with pytest.raises(WrongPassPhrase):
            await join(made.code, pass_phrase="wrong")
    with pytest.raises(TooManyAttempts):
        await join(made.code, pass_phrase="sesame")
    assert await admitted(made.code, pass_phrase="sesame", address="192.0.2.200")
    clock.advance(15 * 60 + 1)
    assert await admitted(made.code, pass_phrase="sesame")


@pytest.mark.slow
async def test_many_addresses_together_do_not_guess_more(
    db: Settings, rooms: FakeRoomAdmin, clock: ManualClock
) -> None:
    made = await opened(await confirmed(), pass_phrase="sesame")
    for number in range(200):
        with pytest.raises(WrongPassPhrase):
            await join(made.code, pass_phrase="wrong", address=f"198.51.100.{number}")
    with pytest.raises(TooManyAttempts):
        await join(made.code, pass_phrase="sesame", address="203.0.113.1")


def test_every_refusal_has_its_own_code() -> None:
    refusals: list[type[ConferenceError]] = [Refused, MeetingEnded, RoomFull, Removed, WrongPassPhrase]
    assert len({refusal.code for refusal in refusals}) == len(refusals)
    assert all(refusal.status >= 400 for refusal in refusals)
