"""Stopping mails by link: at once, twice, by programs, by strangers, without an account, and never by looking."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from conference_app import database
from conference_app.api.consent import unsubscribe
from conference_app.config import Settings
from conference_app.services.consent import ledger, mail_stops
from conference_app.services.people import signed_links
from conference_app.services.people.signed_links import LinkKind
from conference_app.services.people.subjects import Subject
from tests.conference_app.consent_people import agrees, gone, is_live, link, member, reader
from tests.fakes import LOOKING

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest_asyncio.fixture
async def client(db: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A mail program: no cookies, no origin, follows no redirect."""
    transport = httpx.ASGITransport(Starlette(routes=unsubscribe.routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as program:
        yield program


async def kinds(subject: Subject) -> list[str]:
    async with database.reading(*LOOKING) as session:
        return [f"{entry.purpose} {entry.kind}" for entry in await ledger.history(session, subject)]


@pytest.mark.promise("P58")
@pytest.mark.promise("P60")
async def test_one_click_stops_at_once_and_says_the_same_twice(client: httpx.AsyncClient) -> None:
    eve = await agrees(await reader(), "newsletter", "promotion")
    path = f"/u/{await link(eve, 'newsletter')}"
    for _again in range(2):
        response = await client.post(path, data=ONE_CLICK)
        assert response.status_code == 200
        assert "set-cookie" not in response.headers
        assert "location" not in response.headers
        assert not await is_live(eve, "newsletter")
    assert await is_live(eve, "promotion")
    assert await kinds(eve) == ["newsletter withdrawn", "promotion given", "newsletter given"]


@pytest.mark.both_databases
@pytest.mark.promise("P58")
async def test_ten_clicks_at_the_same_time_all_succeed(client: httpx.AsyncClient) -> None:
    eve = await agrees(await reader(), "newsletter")
    path = f"/u/{await link(eve, 'newsletter')}"
    answers = await asyncio.gather(*[client.post(path, data=ONE_CLICK) for _ in range(10)])
    assert {answer.status_code for answer in answers} == {200}
    assert not await is_live(eve, "newsletter")


async def test_one_click_may_come_as_multipart(client: httpx.AsyncClient) -> None:
    eve = await agrees(await reader(), "newsletter")
    parts = {"List-Unsubscribe": (None, "One-Click")}
    assert (await client.post(f"/u/{await link(eve, 'newsletter')}", files=parts)).status_code == 200
    assert not await is_live(eve, "newsletter")


@pytest.mark.promise("P60")
async def test_looking_changes_nothing(client: httpx.AsyncClient) -> None:
    eve = await agrees(await reader(), "newsletter")
    path = f"/u/{await link(eve, 'newsletter')}"
    for method in ("GET", "HEAD"):
        response = await client.request(method, f"{path}?List-Unsubscribe=One-Click&act=stop_all")
        assert response.status_code == 200
        assert response.headers["cache-control"] == "no-store"
    assert await is_live(eve, "newsletter")
    assert await kinds(eve) == ["newsletter given"]


async def test_a_link_without_a_purpose_stops_every_mail(client: httpx.AsyncClient) -> None:
    ann = await agrees(await member(), "newsletter", "promotion", "personalisation")
    assert (await client.post(f"/u/{await link(ann)}", data=ONE_CLICK)).status_code == 200
    assert not await is_live(ann, "newsletter")
    assert not await is_live(ann, "promotion")
    assert await is_live(ann, "personalisation")  # no mail: its switch is in the account


async def test_whoever_has_the_address_is_stopped_and_nobody_else(client: httpx.AsyncClient) -> None:
    account, address = await member("ann"), await reader("ann@example.com")
    other = await agrees(await member("bob"), "newsletter")
    for subject in (account, address):
        await agrees(subject, "newsletter")
    await client.post(f"/u/{await link(address, 'newsletter')}", data=ONE_CLICK)
    assert [await is_live(one, "newsletter") for one in (account, address, other)] == [False, False, True]


@pytest.mark.promise("P58")
async def test_the_link_outlives_the_account(client: httpx.AsyncClient) -> None:
    ann = await agrees(await member(), "newsletter")
    path = f"/u/{await link(ann, 'newsletter')}"
    await gone(ann)
    page = await client.get(path)
    assert page.status_code == 200
    assert "We no longer know anybody by this address" in page.text
    for _again in range(2):
        assert (await client.post(path, data=ONE_CLICK)).status_code == 200
    back = await agrees(await reader("ann@example.com"))
    assert await kinds(back) == []
    async with database.session(*LOOKING) as session:  # what others' code might write later is stopped all the same
        await mail_stops.stop(session, (await key(back)), "newsletter")
    assert not await is_live(back, "newsletter")


async def key(subject: Subject) -> bytes:
    return signed_links.read(await link(subject), "unsubscribe").email_key


def broken(token: str) -> list[str]:
    """Tokens that are not ours, among them each with one character changed."""
    step = max(1, len(token) // 12)
    changed = [token[:i] + ("A" if token[i] != "A" else "B") + token[i + 1 :] for i in range(0, len(token), step)]
    return [
        *changed,
        token[:-1],
        f"{token}A",
        f"{token}=",
        "x",
        "ż",
        "%00",
        "A" * 5000,
        token.swapcase(),
        f"{token}%0a",
    ]


async def test_every_token_that_is_not_ours_gets_the_same_answer(client: httpx.AsyncClient) -> None:
    eve = await agrees(await reader(), "newsletter")
    good = await link(eve, "newsletter")
    pages = set()
    for token in [*broken(good), await link(eve, "newsletter", "privacy")]:
        for method in ("GET", "POST"):
            response = await client.request(method, f"/u/{token}", data=ONE_CLICK if method == "POST" else None)
            assert (token, response.status_code) == (token, 404)
            assert 'href="/privacy-request"' in response.text  # where to go from there
            pages.add(re.sub(r"/u/[^?\"]*", "", response.text))
    assert len(pages) <= 2  # a page that was posted to offers no other language
    assert (await client.get(f"/preferences/{good}")).status_code == 404
    assert await is_live(eve, "newsletter")


MULTIPART = (
    b"--x\r\n"
    b"Content-Type: text/plain; charset=UTF-8\r\n"
    b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n'
    b"Content-Transfer-Encoding: 8bit\r\n\r\n"
    b"One-Click\r\n--x--\r\n"
)
"""As Java's HttpClient and others write it: each part has headers of its own (RFC 7578)."""


@pytest.mark.promise("P60")
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", MULTIPART),
        ('multipart/form-data; boundary="x"', MULTIPART.replace(b"\r\n", b"\n")),
        ("multipart/form-data; boundary=other", MULTIPART),
        ("multipart/form-data", b"--"),
        ("application/x-www-form-urlencoded", b""),
        ("application/x-www-form-urlencoded", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", b"&" * 900),
        ("application/json", b'{"List-Unsubscribe": "One-Click"}'),
        ("", b"List-Unsubscribe=One-Click"),
    ],
)
@pytest.mark.slow
async def test_who_posts_with_a_good_token_is_unsubscribed(client: httpx.AsyncClient, kind: str, body: bytes) -> None:
    eve = await agrees(await reader(), "newsletter")
    path = f"/u/{await link(eve, 'newsletter')}"
    response = await client.post(path, content=body, headers={"content-type": kind})
    assert response.status_code == 200
    assert not await is_live(eve, "newsletter")


@pytest.mark.parametrize("body", [b"act=format", b"act=stop", b"act=stop&purpose=nothing", b"act=give&purpose=*"])
async def test_a_post_that_asks_for_nothing_changes_nothing(client: httpx.AsyncClient, body: bytes) -> None:
    eve = await agrees(await reader(), "newsletter")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = await client.post(f"/u/{await link(eve, 'newsletter')}", content=body, headers=headers)
    assert response.status_code == 400
    assert await kinds(eve) == ["newsletter given"]


async def test_a_body_without_end_is_not_read(client: httpx.AsyncClient) -> None:
    eve = await agrees(await reader(), "newsletter")
    response = await client.post(f"/u/{await link(eve, 'newsletter')}", content=b"a" * 20_000)
    assert response.status_code == 413
    assert await is_live(eve, "newsletter")


@pytest.mark.promise("P54")
async def test_stopping_takes_as_many_clicks_as_starting_and_can_be_taken_back(client: httpx.AsyncClient) -> None:
    eve = await agrees(await reader(), "newsletter")
    path = f"/preferences/{await link(eve, kind='preferences')}"
    forms = re.findall(r'name="act" value="(\w+)"', (await client.get(path)).text)
    assert forms == ["stop", "give", "stop_all"]  # one button for each purpose, whichever way, and one for all
    stopped = await client.post(path, data={"act": "stop", "purpose": "newsletter"})
    assert 'value="undo"' in stopped.text
    assert not await is_live(eve, "newsletter")
    await client.post(path, data={"act": "reason", "purpose": "newsletter", "reason": "too_many"})
    await client.post(path, data={"act": "undo", "purpose": "newsletter"})
    assert await is_live(eve, "newsletter")
    await client.post(path, data={"act": "give", "purpose": "promotion"})
    assert await is_live(eve, "promotion")
    everything = await client.post(path, data={"act": "stop_all"})
    assert everything.text.count('type="hidden" name="purpose"') >= 2
    assert not await is_live(eve, "newsletter")
    assert not await is_live(eve, "promotion")
    async with database.reading(*LOOKING) as session:
        entries = await ledger.history(session, eve)
    assert [entry.reason for entry in entries if entry.reason] == ["too_many"]
    assert {entry.control for entry in entries} == {"test", "button", "reason", "undo", "stop everything"}


@pytest.mark.promise("P54")
async def test_nothing_is_ticked_in_advance(client: httpx.AsyncClient) -> None:
    text = (await client.get(f"/preferences/{await link(await reader(), kind='preferences')}")).text
    assert " checked" not in text
    assert " selected" not in text
    assert text.count(">off<") == 2


async def test_the_page_speaks_the_reader_s_language(client: httpx.AsyncClient) -> None:
    ola = await reader("ola@example.com", "pl")
    token = await link(ola, kind="preferences")
    assert 'lang="pl"' in (await client.get(f"/preferences/{token}")).text
    english = await client.get(f"/preferences/{token}?lang=en", headers={"accept-language": "pl"})
    assert '<html lang="en">' in english.text
    assert '<html lang="pl">' in (await client.get(f"/pl/preferences/{token}")).text


@pytest.mark.parametrize("kind", ["unsubscribe", "preferences"])
async def test_the_address_decides_the_language_and_leads_to_the_other(
    client: httpx.AsyncClient, kind: LinkKind
) -> None:
    eve = await agrees(await reader(), "newsletter")
    token = await link(eve, "newsletter", kind=kind)
    path = f"/{'u' if kind == 'unsubscribe' else kind}/{token}"
    polish = await client.get(f"/pl{path}", headers={"accept-language": "en"})
    assert '<html lang="pl">' in polish.text
    assert f'href="{path}?lang=en"' in polish.text
    assert f'action="/pl{path}"' in polish.text
    english = await client.get(f"{path}?lang=en", headers={"accept-language": "pl"})
    assert '<html lang="en">' in english.text
    assert f'href="/pl{path}"' in english.text
    stopped = await client.post(f"/pl{path}", data={"act": "stop", "purpose": "newsletter"})
    assert '<html lang="pl">' in stopped.text
    assert not await is_live(eve, "newsletter")


async def test_the_page_holds_no_address_and_no_script(client: httpx.AsyncClient) -> None:
    eve = await agrees(await reader(), "newsletter")
    text = (await client.get(f"/u/{await link(eve, 'newsletter')}")).text
    assert "eve@" not in text
    assert "<script" not in text
    assert eve.id not in text
