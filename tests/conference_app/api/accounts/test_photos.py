"""The photo's route: own only, with the token, small, and nothing but a picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio
from sqlmodel import select
from starlette.applications import Starlette

from conference_app import database
from conference_app.api.accounts import photos as routes
from conference_app.config import Settings
from conference_app.models import Meeting
from conference_app.services.accounts import introductions, photos
from conference_app.services.documents import registry
from conference_app.services.sign_in import sessions
from conference_app.session import session_cookie
from tests.conference_app.people import meeting_of, registered, session_token
from tests.conference_app.services.accounts.test_profiles import picture
from tests.fakes import LOOKING


@pytest_asyncio.fixture
async def client(sqlite_db: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = httpx.ASGITransport(Starlette(routes=routes.routes))
    async with httpx.AsyncClient(transport=app, base_url="http://localhost:3000") as made:
        yield made


def headers(token: str, **more: str) -> dict[str, str]:
    """What the page's own script sends."""
    return {
        "cookie": f"{session_cookie()}={token}",
        "origin": "http://localhost:3000",
        "x-csrf-token": sessions.csrf_token(token),
        "content-type": "image/jpeg",
    } | more


async def test_the_owner_uploads_and_sees_it_and_nobody_else(client: httpx.AsyncClient) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    hers, his = await session_token(ann), await session_token(bob)
    assert (await client.post("/account/photo", content=picture(), headers=headers(hers))).status_code == 204
    shown = await client.get("/account/photo", headers=headers(hers))
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["x-content-type-options"] == "nosniff"
    for other in (headers(his), {}):
        assert (await client.get("/account/photo", headers=other)).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"cookie": ""}, 403),
        ({"cookie": "parley_session=made-up"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"x-csrf-token": ""}, 403),
        ({"x-csrf-token": "0" * 64}, 403),
        ({"content-type": "text/html"}, 415),
        ({"content-type": "multipart/form-data"}, 415),
    ],
)
@pytest.mark.slow
async def test_a_request_of_others_making_is_refused(
    client: httpx.AsyncClient, change: dict[str, str], status: int
) -> None:
    ann = await registered("ann")
    sent = headers(await session_token(ann), **change)
    assert (await client.post("/account/photo", content=picture(), headers=sent)).status_code == status
    assert await photos.load(ann.id) is None


async def test_too_much_or_no_picture_is_said_in_words(client: httpx.AsyncClient) -> None:
    ann = await registered("ann", language="pl")
    sent = headers(await session_token(ann))
    large = await client.post("/account/photo", content=b"x" * (photos.MAX_BYTES + 1), headers=sent)
    assert (large.status_code, "2 MB" in large.text) == (413, True)
    assert (await client.post("/account/photo", content=b"<svg/>", headers=sent)).status_code == 400


async def test_changed_terms_are_accepted_first(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await registered("ann")
    monkeypatch.setattr(registry, "fingerprint", lambda _document: "0" * 64)
    sent = headers(await session_token(ann))
    assert (await client.post("/account/photo", content=picture(), headers=sent)).status_code == 403


@pytest.mark.promise("P39")
async def test_the_others_in_a_meeting_see_it_by_their_link_only(client: httpx.AsyncClient) -> None:
    ann = await registered("ann")
    await photos.store(ann.id, picture())
    async with database.reading(*LOOKING) as db:
        made = await meeting_of(ann)
        room = await db.scalar(select(Meeting.room).where(Meeting.id == made.id))
    shown = await introductions.of_account(ann.id)
    link = introductions.attributes(shown, ann.id, str(room), now=datetime.now(UTC))["photo"]
    seen = await client.get(link)
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/webp")
    assert seen.headers["cache-control"] == "no-store"
    for wrong in (link[:-9], link.replace("gAAA", "gAAB"), "/room-photo/x", f"/room-photo/{ann.id}"):
        assert (await client.get(wrong)).status_code == 404
