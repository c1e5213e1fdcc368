"""The routes around signing in: cookies as strict as they go, and no post or path of anybody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from conference_app.api.sign_in import cookies as auth
from conference_app.config import Settings, settings
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import known_devices, sessions
from conference_app.services.sign_in.by_password import sign_in
from conference_app.session import LANGUAGE_COOKIE, TICKET_COOKIE, device_cookie, local_path, session_cookie
from tests.conference_app.people import ADDRESS, PASSWORD, registered, session_token

ORIGIN = "http://localhost:3000"
FORM = {"content-type": "application/x-www-form-urlencoded", "origin": ORIGIN}


@pytest_asyncio.fixture
async def client(sqlite_db: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with its own cookies, at our routes."""
    transport = httpx.ASGITransport(Starlette(routes=auth.routes))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as browser:
        yield browser


def set_cookies(response: httpx.Response) -> dict[str, Morsel[str]]:
    """What the response sets."""
    jar: SimpleCookie = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        jar.load(header)
    return dict(jar)


def is_forgotten(cookie: Morsel[str]) -> bool:
    return cookie.value == "" and cookie["max-age"] == "0"


@pytest.mark.slow
async def test_a_ticket_becomes_a_strict_cookie_once(client: httpx.AsyncClient) -> None:
    account = await registered()
    ticket = await sessions.issue_ticket(account.id)
    headers = {"cookie": f"{TICKET_COOKIE}={ticket}"}
    response = await client.get("/auth/enter?next=/pl/meetings/new", headers=headers)
    assert (response.status_code, response.headers["location"]) == (303, "/pl/meetings/new")
    assert response.headers["cache-control"] == "no-store"
    cookies = set_cookies(response)
    kept = cookies["parley_session"]
    assert (kept["path"], kept["samesite"], kept["httponly"], kept["max-age"]) == ("/", "lax", True, str(14 * 86400))
    assert not kept["domain"]
    assert not kept["secure"]
    assert is_forgotten(cookies[TICKET_COOKIE])
    assert cookies[TICKET_COOKIE]["path"] == "/auth"
    caller = await sessions.resolve(kept.value)
    assert caller is not None
    assert caller.account_id == account.id
    client.cookies.clear()
    again = await client.get("/auth/enter", headers=headers)
    assert again.headers["location"] == "/sign-in?problem=expired"
    assert "parley_session" not in set_cookies(again)


@pytest.mark.parametrize("planted", ["", "short", "x" * 44, "a b", "é" * 43])
@pytest.mark.slow
async def test_a_browser_is_known_by_a_secret_that_stays(client: httpx.AsyncClient, planted: str) -> None:
    account = await registered()

    async def enter(device: str) -> Morsel[str]:
        ticket = await sessions.issue_ticket(account.id)
        cookies = f"{TICKET_COOKIE}={ticket}; {device_cookie()}={device}".encode("latin-1", "replace")
        client.cookies.clear()
        return set_cookies(await client.get("/auth/enter", headers={b"cookie": cookies}))[device_cookie()]

    kept = await enter(planted)
    assert known_devices.is_token(kept.value)
    assert (kept["path"], kept["samesite"], kept["httponly"], kept["max-age"]) == ("/", "strict", True, str(90 * 86400))
    assert (await enter(kept.value)).value == kept.value
    assert await known_devices.knows([account.id], known_devices.device_hash(kept.value))


async def test_on_https_the_cookie_is_bound_to_the_host(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARLEY_PUBLIC_URL", "https://meet.example.org")
    settings.cache_clear()
    ticket = await sessions.issue_ticket((await registered()).id)
    response = await client.get("/auth/enter", headers={"cookie": f"{TICKET_COOKIE}={ticket}"})
    assert set_cookies(response)["__Host-parley_device"]["secure"]
    kept = set_cookies(response)["__Host-parley_session"]
    assert kept["secure"] is True
    assert (kept["path"], kept["domain"]) == ("/", "")


async def test_without_a_ticket_the_reason_is_said(client: httpx.AsyncClient) -> None:
    for query, where in (("", "/sign-in"), ("?next=/pl/dashboard", "/pl/sign-in")):
        response = await client.get(f"/auth/enter{query}")
        assert response.headers["location"] == f"{where}?problem=cookies"


async def test_coming_back_with_a_session_goes_on(client: httpx.AsyncClient) -> None:
    token = await session_token(await registered())
    for extra in ("", f"; {TICKET_COOKIE}=used-up"):
        response = await client.get("/auth/enter", headers={"cookie": f"{session_cookie()}={token}{extra}"})
        assert response.headers["location"] == "/dashboard"
    assert await sessions.resolve(token) is not None


async def test_signing_in_again_ends_the_session_before(client: httpx.AsyncClient) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    before, ticket = await session_token(ann), await sessions.issue_ticket(bob.id)
    cookies = f"{session_cookie()}={before}; {TICKET_COOKIE}={ticket}"
    response = await client.get("/auth/enter", headers={"cookie": cookies})
    now = set_cookies(response)[session_cookie()].value
    assert now != before
    assert await sessions.resolve(before) is None
    caller = await sessions.resolve(now)
    assert caller is not None
    assert caller.account_id == bob.id


LOCAL = ["/", "/dashboard", "/pl/m/abc?x=1#y", "/meetings/%2F%2Fevil", "/a?b=//c", "/authors"]
FOREIGN = [
    "",
    "dashboard",
    "//evil.example",
    "///evil.example",
    "/pl//evil.example",
    "/a//b",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "javascript:alert(1)",
    "/a\\b",
    "/a\r\nSet-Cookie: x=y",
    "/a b",
    "/ż",
    "/" + "x" * 600,
    "/auth/enter",
    "/auth",
    "/\t/evil.example",
    " /dashboard",
]


def test_only_paths_of_ours_are_gone_to() -> None:
    assert [path for path in LOCAL if local_path(path, "default") == "default"] == []
    assert [path for path in FOREIGN if local_path(path, "default") != "default"] == []


@pytest.mark.parametrize("path", FOREIGN)
@pytest.mark.slow
async def test_no_route_leads_elsewhere(client: httpx.AsyncClient, path: str) -> None:
    token = await session_token(await registered())
    cookie = {"cookie": f"{session_cookie()}={token}"}
    enter = await client.get("/auth/enter", params={"next": path}, headers=cookie)
    assert enter.headers["location"] == "/dashboard"
    language = await client.get("/auth/language/en", params={"next": path}, headers=cookie)
    assert language.headers["location"] == "/"
    out = await client.post(
        "/auth/sign-out",
        data={"csrf_token": sessions.csrf_token(token), "next": path},
        headers={**FORM, **cookie},
    )
    assert out.headers["location"] == "/"


async def test_signing_out_ends_the_session_and_the_cookie(client: httpx.AsyncClient) -> None:
    token = await session_token(await registered())
    response = await client.post(
        "/auth/sign-out",
        data={"csrf_token": sessions.csrf_token(token)},
        headers={**FORM, "cookie": f"{session_cookie()}={token}"},
    )
    assert (response.status_code, response.headers["location"]) == (303, "/")
    assert is_forgotten(set_cookies(response)[session_cookie()])
    assert await sessions.resolve(token) is None


async def test_signing_out_twice_is_fine(client: httpx.AsyncClient) -> None:
    token = await session_token(await registered())
    await sessions.end(token)
    response = await client.post("/auth/sign-out", data={}, headers={**FORM, "cookie": f"{session_cookie()}={token}"})
    assert response.status_code == 303
    assert is_forgotten(set_cookies(response)[session_cookie()])


HOSTILE: dict[str, dict[str, str]] = {
    "another site": {**FORM, "origin": "https://evil.example"},
    "a sandboxed frame": {**FORM, "origin": "null"},
    "another port": {**FORM, "origin": "http://localhost:3001"},
    "another scheme": {**FORM, "origin": "https://localhost:3000"},
    "a fetch across sites": {"content-type": FORM["content-type"], "sec-fetch-site": "cross-site"},
    "a fetch from a sister site": {"content-type": FORM["content-type"], "sec-fetch-site": "same-site"},
    "plain text": {"content-type": "text/plain", "origin": ORIGIN},
    "no type": {"origin": ORIGIN},
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.slow
async def test_posts_of_others_do_nothing(client: httpx.AsyncClient, kind: str) -> None:
    token = await session_token(await registered())
    headers = {**HOSTILE[kind], "cookie": f"{session_cookie()}={token}"}
    body = f"csrf_token={sessions.csrf_token(token)}&language=pl"
    for path in ("/auth/sign-out", "/auth/language"):
        response = await client.post(path, content=body, headers=headers)
        assert response.status_code == 403
        assert set_cookies(response) == {}
    assert await sessions.resolve(token) is not None


async def test_a_wrong_token_or_body_does_nothing(client: httpx.AsyncClient) -> None:
    account = await registered()
    token, other = await session_token(account), await session_token(account)
    headers = {**FORM, "cookie": f"{session_cookie()}={token}"}
    bodies: list[bytes] = [
        b"",
        b"csrf_token=",
        f"csrf_token={sessions.csrf_token(other)}".encode(),
        b"csrf_token=%ff%fe",
        b"\xff\xfe\x00",
        b"a=1&" * 60 + f"csrf_token={sessions.csrf_token(token)}".encode(),
        f"csrf_token={sessions.csrf_token(token)}&padding={'x' * 9000}".encode(),
    ]
    for body in bodies:
        response = await client.post("/auth/sign-out", content=body, headers=headers)
        assert response.status_code == 403
    assert await sessions.resolve(token) is not None


async def test_a_refusal_speaks_the_language_of_its_page(client: httpx.AsyncClient) -> None:
    token = await session_token(await registered())
    headers = {**FORM, "cookie": f"{session_cookie()}={token}"}
    english = await client.post("/auth/sign-out", data={}, headers={**headers, "referer": f"{ORIGIN}/dashboard"})
    assert "reload the page" in english.text
    polish = await client.post("/auth/sign-out", data={}, headers={**headers, "referer": f"{ORIGIN}/pl/dashboard"})
    assert polish.text != english.text


@pytest.mark.parametrize(
    ("code", "here", "there"),
    [
        ("pl", "/dashboard", "/pl/dashboard"),
        ("pl", "/pl/dashboard", "/pl/dashboard"),
        ("en", "/pl/m/abc?x=1", "/m/abc?x=1"),
        ("en", "/pl", "/"),
        ("pl", "/", "/pl"),
        ("pl", "/entering", "/pl/entering"),
        ("en", "/players", "/players"),
        ("pl", "/players", "/pl/players"),
    ],
)
async def test_a_language_is_remembered_and_the_page_shown_in_it(
    client: httpx.AsyncClient, code: str, here: str, there: str
) -> None:
    answers = [
        await client.get(f"/auth/language/{code}", params={"next": here}, headers={"sec-fetch-site": "same-origin"}),
        await client.post("/auth/language", data={"language": code, "next": here}, headers=FORM),
    ]
    for response in answers:
        assert (response.status_code, response.headers["location"]) == (303, there)
        kept = set_cookies(response)[LANGUAGE_COOKIE]
        assert (kept.value, kept["samesite"], kept["path"]) == (code, "lax", "/")


async def language_of_ann() -> str:
    """What her account remembers."""
    account = await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
    assert isinstance(account, AccountView)
    return account.language


async def test_the_account_learns_the_language(client: httpx.AsyncClient) -> None:
    token = await session_token(await registered())
    await client.get("/auth/language/pl", headers={"cookie": f"{session_cookie()}={token}"})
    assert await language_of_ann() == "pl"


async def test_a_link_elsewhere_changes_nothing(client: httpx.AsyncClient) -> None:
    token = await session_token(await registered())
    headers = {"cookie": f"{session_cookie()}={token}", "sec-fetch-site": "cross-site"}
    response = await client.get("/auth/language/pl", params={"next": "/dashboard"}, headers=headers)
    assert response.headers["location"] == "/pl"
    assert set_cookies(response) == {}
    assert await language_of_ann() == "en"


@pytest.mark.parametrize("code", ["tlh", "en-GB", "PL", "..", "%00"])
async def test_other_languages_are_not_ours(client: httpx.AsyncClient, code: str) -> None:
    response = await client.get(f"/auth/language/{code}")
    assert set_cookies(response) == {}
    response = await client.post("/auth/language", data={"language": code}, headers=FORM)
    assert response.status_code == 403


async def test_the_routes_take_their_own_methods_only(client: httpx.AsyncClient) -> None:
    assert (await client.get("/auth/sign-out")).status_code == 405
    assert (await client.post("/auth/enter")).status_code == 405
