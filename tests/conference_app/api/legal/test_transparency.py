"""The public counter, and the file that only staff make: everybody else finds nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from starlette.applications import Starlette

from conference_app.api.legal import disclosure, transparency
from conference_app.config import Settings, settings
from conference_app.services.consent import person_state
from conference_app.services.documents import versions
from conference_app.services.legal import legal_requests
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.sign_in import sessions
from conference_app.session import session_cookie
from tests.conference_app.consent_people import NOW
from tests.conference_app.noted_requests import typed
from tests.conference_app.people import confirmed, session_token
from tests.conference_app.staff_desk import staff_member

pytestmark = pytest.mark.both_databases


ORIGIN = "http://localhost:3000"


async def visit(
    method: str, path: str, *, cookie: str = "", data: Mapping[str, object] | None = None, origin: str = ORIGIN
) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=[*transparency.routes, *disclosure.routes]))
    headers = {"origin": origin} | ({"cookie": f"{session_cookie()}={cookie}"} if cookie else {})
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        return await client.request(method, path, data=data)


@pytest.mark.promise("P104")
async def test_the_counter_says_zero_and_then_counts(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = await staff_member(monkeypatch)
    await versions.keep_current(now=NOW)
    page = await visit("GET", "/transparency?lang=en")
    assert page.status_code == 200
    assert "No court or authority has asked for anybody&#39;s data." in page.text
    number = await legal_requests.note(typed(""), staff_id=staff.id, now=NOW)
    await legal_requests.decide(number, "refused", "", staff_id=staff.id, now=NOW)
    text = (await visit("GET", "/transparency?lang=en")).text
    assert "1 request came in." in text
    assert "<dt>Refused</dt><dd>1</dd>" in text
    assert "<dt>Answered</dt><dd>0</dd>" in text
    for secret in ("District court", "I C 12/26", "Who is behind"):
        assert secret not in text
    assert 'lang="pl"' in (await visit("GET", "/pl/transparency")).text


@pytest.mark.promise("P104")
async def test_the_file_is_made_for_staff_with_a_reason_alone(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff, ann = await staff_member(monkeypatch), await confirmed("ann")
    number = await legal_requests.note(typed("ann"), staff_id=staff.id, now=NOW)
    path = f"/staff/legal/{number}/file"
    own, hers = await session_token(staff), await session_token(ann)
    good = {"csrf_token": sessions.csrf_token(own), "reason": "A court.", "table": ["account", "meeting"]}
    nothing = await visit("POST", "/staff/legal/none/file", cookie=own, data=good)
    for refused in (
        await visit("POST", path, data=good),
        await visit("POST", path, cookie=hers, data=good | {"csrf_token": sessions.csrf_token(hers)}),
        await visit("POST", path, cookie=own, data=good | {"csrf_token": "0" * 64}),
        await visit("POST", path, cookie=own, data=good, origin="https://evil.example"),
        await visit("POST", path, cookie=own, data={"reason": "x" * 9000}),
    ):
        assert (refused.status_code, refused.text) == (404, nothing.text)
    assert (await visit("GET", path, cookie=own)).status_code == 405
    for wrong in ({"reason": " "}, {"table": []}, {"table": ["job"]}, {"reason": "x" * 501}):
        assert (await visit("POST", path, cookie=own, data=good | wrong)).status_code == 422
    assert (await person_state.read(DataOwner(ann.id))).seen == ()
    made = await visit("POST", path, cookie=own, data=good)
    assert made.status_code == 200
    assert made.headers["cache-control"] == "no-store"
    assert made.headers["content-disposition"].startswith("attachment")
    assert "metadata.json" in zipfile.ZipFile(io.BytesIO(made.content)).namelist()
    [seen] = (await person_state.read(DataOwner(ann.id))).seen
    assert seen.reason == "A court."


async def test_a_role_that_was_taken_makes_no_file(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = await staff_member(monkeypatch)
    number = await legal_requests.note(typed("", received_on="2026-11-20"), staff_id=staff.id, now=NOW + timedelta(1))
    monkeypatch.setenv("PARLEY_STAFF", "somebody.else@example.com")
    settings.cache_clear()
    token = await session_token(staff)
    good = {"csrf_token": sessions.csrf_token(token), "reason": "A court.", "table": "account"}
    assert (await visit("POST", f"/staff/legal/{number}/file", cookie=token, data=good)).status_code == 404
