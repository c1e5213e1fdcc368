"""Every plain route, asked by somebody else with every identifier of Ann's that the database holds."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from conference_app.conference_app import routes
from conference_app.config import Settings
from conference_app.services.limits import rate_limits
from conference_app.services.sign_in import sessions
from conference_app.session import session_cookie
from tests.conference_app.handler_events import (
    ann_with_everything,
    everything_kept,
    hashes_kept,
    leaks,
    made_up,
    shape_of,
)
from tests.conference_app.people import confirmed, session_token
from tests.conference_app.route_requests import Ask, asks
from tests.fakes import FakeRoomAdmin

pytestmark = pytest.mark.slow


ORIGIN = "http://localhost:3000"


async def answer(client: httpx.AsyncClient, ask: Ask, word: str, hashes: set[str]) -> tuple[int, str]:
    """The answer's status and text, without the word itself, which stands wherever the request has a place for one."""
    rate_limits.reset()
    said = await ask.request(client, dict.fromkeys(("path", *ask.query, *ask.fields), word))
    assert not leaks(said.text.replace(word, ""), hashes), f"{ask} tells what is Ann's, or a hash"
    return said.status_code, said.text.replace(word, "WORD")


@pytest.mark.parametrize("who", ["nobody", "member"])
@pytest.mark.promise("P66")
async def test_no_route_knows_anns_identifiers_from_made_up_ones(
    sqlite_db: Settings, rooms: FakeRoomAdmin, who: str
) -> None:
    anns = await ann_with_everything()
    headers = {"origin": ORIGIN}
    if who == "member":
        token = await session_token(await confirmed("eve"))
        headers |= {"cookie": f"{session_cookie()}={token}", "x-csrf-token": sessions.csrf_token(token)}
    before, hashes = await everything_kept(), await hashes_kept()
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        for ask in asks():
            to_nothing: dict[str, tuple[int, str]] = {}  # by the shape of the word that names nothing
            for word in anns.words:
                said, shape = await answer(client, ask, word, hashes), shape_of(word)
                if to_nothing.get(shape) != said:
                    to_nothing[shape] = await answer(client, ask, made_up(word), hashes)
                assert said == to_nothing[shape], ask
    after = await everything_kept()
    assert before - after == set()
    assert not [row for row in after - before if anns.account.id in row]
