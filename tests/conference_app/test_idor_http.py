"""Every plain route, asked by somebody else with every identifier of Ann's that the database holds."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette

from conference_app.conference_app import routes
from conference_app.config import Settings
from conference_app.services import rate_limits, sign_in_sessions
from conference_app.session import session_cookie
from tests.conference_app.api.http_description import OPERATIONS
from tests.conference_app.people import confirmed, session_token
from tests.conference_app.sweeping import LEAK, ann_with_everything, everything_kept, made_up
from tests.fakes import FakeRoomAdmin

ORIGIN = "http://localhost:3000"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to be made of a word."""

    method: str
    path: str
    query: tuple[str, ...]
    fields: tuple[str, ...]

    async def of(self, client: httpx.AsyncClient, word: str) -> tuple[int, str]:
        """The answer's status and text, without the word itself."""
        rate_limits.reset()
        answer = await client.request(
            self.method,
            re.sub(r"\{\w+\}", word, self.path),
            params=dict.fromkeys(self.query, word),
            data=dict.fromkeys(self.fields, word) or None,
        )
        assert not LEAK.search(answer.text.replace(word, "")), f"{self} tells what is Ann's"
        return answer.status_code, answer.text.replace(word, "WORD")


def asks() -> Iterator[Ask]:
    """Every method of every route that takes anything."""
    for path, operations in OPERATIONS.items():
        for method, operation in operations.items():
            fields = tuple((operation.body or {}).get("properties", {}))
            if "{" in path or operation.query or fields:
                yield Ask(method, path, operation.query, fields)


@pytest.mark.parametrize("who", ["nobody", "member"])
@pytest.mark.timeout(120)
@pytest.mark.promise("P66")
async def test_no_route_knows_anns_identifiers_from_made_up_ones(
    sqlite_db: Settings, rooms: FakeRoomAdmin, who: str
) -> None:
    anns = await ann_with_everything()
    headers = {"origin": ORIGIN}
    if who == "member":
        token = await session_token(await confirmed("eve"))
        headers |= {"cookie": f"{session_cookie()}={token}", "x-csrf-token": sign_in_sessions.csrf_token(token)}
    before = await everything_kept()
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        for ask, word in itertools.product(asks(), anns.words):
            assert await ask.of(client, word) == await ask.of(client, made_up(word)), ask
    after = await everything_kept()
    assert before - after == set()
    assert not [row for row in after - before if anns.account.id in row]
