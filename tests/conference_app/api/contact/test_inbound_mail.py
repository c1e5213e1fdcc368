"""Mails posted by the mail server: refused without its secret, and never more than a megabyte."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.routing import Route

from conference_app import database
from conference_app.api.contact import inbound_mail
from conference_app.api.http import security_txt
from conference_app.config import Settings, load_settings, settings
from conference_app.errors import ConfigurationError
from conference_app.models import ContactThread
from tests.fakes import LOOKING

SECRET = "s" * 40
MAIL = b"From: ann@example.com\r\nSubject: Hello\r\n\r\nA question.\r\n"


def at(routes: list[Route]) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=routes))
    return httpx.AsyncClient(transport=transport, base_url="http://localhost:3000")


async def post(content: bytes, authorization: str | None) -> int:
    headers = [(b"authorization", authorization.encode())] if authorization is not None else []
    async with at(inbound_mail.routes) as client:
        return (await client.post("/mail/inbound", content=content, headers=headers)).status_code


async def threads() -> int:
    async with database.reading(*LOOKING) as db:
        return len((await db.exec(select(ContactThread))).all())


async def test_without_a_secret_the_route_is_not_found(sqlite_db: Settings) -> None:
    assert await post(MAIL, "Bearer ") == 404


async def test_only_the_mail_server_may_hand_over_mails(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_INBOUND_SECRET", SECRET)
    settings.cache_clear()
    for shown in (None, "", SECRET, "Bearer", f"Bearer {SECRET}x", f"Basic {SECRET}", "Bearer ż"):
        assert await post(MAIL, shown) == 403
    assert await threads() == 0
    assert await post(MAIL, f"Bearer {SECRET}") == 202
    assert await post(b"rubbish", f"Bearer {SECRET}") == 202  # taken, so that it is not sent for ever
    assert await post(b"x" * 1_048_577, f"Bearer {SECRET}") == 413
    assert await threads() == 1


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        load_settings({"PARLEY_INBOUND_SECRET": "short"})


@pytest.mark.promise("P109")
async def test_security_txt_says_whom_to_tell(sqlite_db: Settings) -> None:
    async with at(security_txt.routes) as client:
        answer = await client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines() if not line.startswith("Contact"))
    assert answer.headers["content-type"].startswith("text/plain")
    assert f"Contact: mailto:{settings().controller.email}\n" in answer.text
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)
    assert fields["Canonical"].endswith("/.well-known/security.txt")
