"""The newsletter: nothing before the address is confirmed, nothing after one click, and no word about who is known."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from sqlmodel import select
from starlette.applications import Starlette

from conference_app import database, purposes
from conference_app.api.consent import unsubscribe
from conference_app.api.newsletters import sign_up
from conference_app.config import Settings
from conference_app.models import Address, PendingConsent
from conference_app.services.addresses import forgetting
from conference_app.services.consent import ledger, live_consents
from conference_app.services.people.subjects import Subject
from conference_app.services.privacy import retention
from tests.conference_app.consent_people import agrees, is_live, link, member
from tests.fakes import LOOKING
from tests.mailing import Mails, links_in, text_of

FORM = {"email": "eve@example.com", "agreed": "on"}
SAME_SITE = {"origin": "http://localhost:3000"}


@pytest_asyncio.fixture
async def client(db: Settings) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=[*sign_up.routes, *unsubscribe.routes]))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000", headers=SAME_SITE) as browser:
        yield browser


async def addresses() -> list[Address]:
    async with database.reading(*LOOKING) as session:
        return list((await session.exec(select(Address))).all())


async def live() -> list[Subject]:
    async with database.reading(*LOOKING) as session:
        return list(await live_consents.live_subjects(session, "newsletter"))


@pytest.mark.promise("P54")
async def test_the_form_ticks_nothing_and_needs_the_tick(client: httpx.AsyncClient) -> None:
    page = await client.get("/newsletter")
    assert page.status_code == 200
    assert " checked" not in page.text
    assert purposes.words("newsletter") in page.text
    refused = await client.post("/newsletter", data={"email": "eve@example.com"})
    assert refused.status_code == 422
    assert 'value="eve@example.com"' in refused.text
    assert " checked" not in refused.text
    assert await addresses() == []


@pytest.mark.promise("P54")
async def test_from_sign_up_to_one_click_stop(client: httpx.AsyncClient, mails: Mails) -> None:
    assert (await client.post("/newsletter", data=FORM)).status_code == 200
    assert await live() == []
    [mail] = await mails.deliver()
    [found] = [one for one in links_in(mail) if "/newsletter/confirm/" in one]
    path = urlsplit(found).path
    for method in ("GET", "HEAD", "GET"):
        assert (await client.request(method, path)).status_code == 200
    assert await live() == []  # looking confirms nothing
    assert (await client.post(path)).status_code == 200
    [eve] = await live()
    async with database.reading(*LOOKING) as session:
        [entry] = await ledger.history(session, eve)
    assert entry.words_sha256 == purposes.fingerprint(purposes.words("newsletter"))
    assert (entry.page, entry.control) == ("/newsletter", "newsletter form, confirmed by mail")
    for method in ("GET", "POST"):
        assert (await client.request(method, path)).status_code == 404  # the link works once
    await client.post(f"/u/{await link(eve, 'sign_up')}", data={"List-Unsubscribe": "One-Click"})
    assert await live() == []
    assert len(await mails.deliver()) == 1


@pytest.mark.promise("P65")
async def test_the_answer_is_the_same_for_everybody_and_mail_is_limited(
    client: httpx.AsyncClient, mails: Mails
) -> None:
    ann = await agrees(await member("ann"), "newsletter")
    answers = [
        (await client.post("/newsletter", data=FORM | {"email": email})).text
        for email in ("ann@example.com", "eve@example.com")
    ]
    answers += [(await client.post("/newsletter", data=FORM)).text for _again in range(6)]
    assert len(set(answers)) == 1
    sent = await mails.deliver()
    assert {mail["X-RcptTo"] for mail in sent} == {"eve@example.com"}  # who has it is not asked again
    assert len(sent) <= 3
    assert await is_live(ann, "newsletter")


async def test_only_the_newest_link_works(client: httpx.AsyncClient, mails: Mails) -> None:
    paths: list[str] = []
    for _again in range(2):
        await client.post("/newsletter", data=FORM)
        links = [urlsplit(one).path for mail in await mails.deliver() for one in links_in(mail) if "/confirm/" in one]
        paths.append(next(path for path in links if path not in paths))
    assert (await client.post(paths[0])).status_code == 404
    assert (await client.post(paths[1])).status_code == 200


async def test_a_link_ends_after_48_hours_and_the_address_is_forgotten(client: httpx.AsyncClient, mails: Mails) -> None:
    await client.post("/newsletter", data=FORM)
    [mail] = await mails.deliver()
    path = next(urlsplit(one).path for one in links_in(mail) if "/confirm/" in one)
    async with database.session(*LOOKING) as session:
        row = (await session.exec(select(PendingConsent))).one()
        row.expires_at = datetime.now(UTC) - timedelta(seconds=1)
    assert (await client.get(path)).status_code == 404
    assert (await client.post(path)).status_code == 404
    later = datetime.now(UTC) + timedelta(hours=60)
    await retention.purge(later)
    await forgetting.forget(later)
    assert await addresses() == []


async def test_a_confirmed_address_is_not_forgotten(client: httpx.AsyncClient, mails: Mails) -> None:
    await client.post("/newsletter", data=FORM)
    [mail] = await mails.deliver()
    await client.post(next(urlsplit(one).path for one in links_in(mail) if "/confirm/" in one))
    await forgetting.forget(datetime.now(UTC) + timedelta(hours=60))
    assert len(await addresses()) == 1


async def test_the_mail_speaks_the_page_s_language(client: httpx.AsyncClient, mails: Mails) -> None:
    await client.post("/pl/newsletter", data=FORM)
    [mail] = await mails.deliver()
    assert re.search(r"/pl/newsletter/confirm/", text_of(mail))
    assert mail["Subject"] != "Confirm your subscription"


@pytest.mark.parametrize(
    "email", ["", "eve", "eve@", "a b@example.com", "eve@example.com\r\nBcc: x@example.com", "é" * 200, "x" * 9000]
)
async def test_what_is_no_address_is_refused(client: httpx.AsyncClient, mails: Mails, email: str) -> None:
    assert (await client.post("/newsletter", data={"email": email, "agreed": "on"})).status_code in (413, 422)
    assert await addresses() == []
    assert await mails.deliver() == []


async def test_another_site_cannot_sign_anybody_up(client: httpx.AsyncClient) -> None:
    response = await client.post("/newsletter", data=FORM, headers={"origin": "https://evil.example"})
    assert response.status_code == 403
    assert await addresses() == []


async def test_a_confirmation_made_up_is_nothing(client: httpx.AsyncClient) -> None:
    for token in ("x", "%00", "ż", "A" * 5000, "../../u/x"):
        for method in ("GET", "POST"):
            assert (await client.request(method, f"/newsletter/confirm/{token}")).status_code == 404
