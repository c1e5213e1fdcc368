"""Which language a visitor of / gets: choice, then account, then browser."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from conference_app.api.http.first_language import FirstLanguage


async def page(_request: object) -> PlainTextResponse:
    return PlainTextResponse("page")


async def of_account(token: str) -> str | None:
    if token == "session-of-an-outage":
        raise OperationalError("SELECT", {}, OSError("the server is gone"))
    return {"polish-session": "pl", "english-session": "en"}.get(token)


@pytest.fixture
def visitor() -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/", page, methods=["GET", "POST"]), Route("/register", page)])
    middleware = FirstLanguage(app, choice_cookie="choice", session_cookie="session", of_account=of_account)
    return httpx.AsyncClient(transport=httpx.ASGITransport(middleware), base_url="http://parley.test")


@pytest.mark.parametrize(
    ("cookie", "accepted", "goes_to"),
    [
        ("", "pl-PL,pl;q=0.9,en;q=0.8", "/pl"),
        ("", "en-GB,pl;q=0.5", None),
        ("", "fr,de", None),
        ("", "", None),
        ("session=polish-session", "en", "/pl"),
        ("session=english-session", "pl", None),
        ("session=unknown", "pl", "/pl"),
        ("choice=en; session=polish-session", "pl", None),
        ("choice=pl", "en", "/pl"),
        ("choice=xx", "pl", "/pl"),
        ("session=session-of-an-outage", "pl", "/pl"),
        ("session=session-of-an-outage", "en", None),
    ],
)
async def test_choice_comes_before_account_before_browser(
    visitor: httpx.AsyncClient, cookie: str, accepted: str, goes_to: str | None
) -> None:
    answer = await visitor.get("/", headers={"Cookie": cookie, "Accept-Language": accepted})
    if goes_to is None:
        assert answer.text == "page"
    else:
        assert (answer.status_code, answer.headers["location"]) == (303, goes_to)
        assert answer.headers["vary"] == "Accept-Language, Cookie"


async def test_other_pages_and_posts_stay_where_they_are(visitor: httpx.AsyncClient) -> None:
    polish = {"Accept-Language": "pl"}
    assert (await visitor.get("/register", headers=polish)).text == "page"
    assert (await visitor.post("/", headers=polish)).text == "page"
