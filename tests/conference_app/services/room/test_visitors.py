"""Who asks to join: one person a tab or account, under a name that can be read."""

from __future__ import annotations

import pytest

from conference_app.config import Settings
from conference_app.errors import InvalidInput
from tests.conference_app.joined import admitted, join, opened
from tests.conference_app.people import confirmed, session_of
from tests.fakes import FakeRoomAdmin


async def test_an_identity_is_one_tab_in_one_room(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann = await confirmed()
    made, other = await opened(ann), await opened(ann)
    first = await admitted(made.code, tab="one")
    assert (await admitted(made.code, tab="one", name="Other")).identity == first.identity
    assert (await admitted(made.code, tab="two")).identity != first.identity
    assert (await admitted(other.code, tab="one")).identity != first.identity
    hers = await admitted(made.code, tab="one", session=await session_of(ann))
    assert hers.identity != first.identity


@pytest.mark.parametrize(
    "name", ["", " \t", "\u200b\u202e", "\x00", "x" * 61, "\u3164", "\u2800\u061c\u00ad", "\U000e0041"]
)
@pytest.mark.slow
async def test_guests_need_a_name_that_can_be_read(db: Settings, rooms: FakeRoomAdmin, name: str) -> None:
    made = await opened(await confirmed())
    with pytest.raises(InvalidInput) as caught:
        await join(made.code, name=name)
    assert list(caught.value.fields) == ["name"]
