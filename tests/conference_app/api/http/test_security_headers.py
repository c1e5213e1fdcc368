"""The headers of every page, and a policy that names exactly the inline scripts of the build."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from conference_app.api.http.security_headers import (
    SHELL,
    SecurityHeaders,
    content_security_policy,
    hashes_by_path,
    inline_script_hashes,
)

INLINE = "document.documentElement.classList.add('dark')"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "pl").mkdir()
    page = f'<html><script src="/assets/a.js"></script><script type="module">{INLINE}</script></html>'
    (tmp_path / "index.html").write_text(page)
    (tmp_path / "pl" / "register.html").write_text(page.replace("dark", "light"))
    (tmp_path / "__spa-fallback.html").write_text(page.replace("dark", "shell"))
    return tmp_path


def client(built: Path, *, is_https: bool) -> httpx.AsyncClient:
    async def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("ok")

    app = Starlette(routes=[Route("/", page), Route("/assets/a.js", page), Route("/room.webp", page)])
    transport = httpx.ASGITransport(SecurityHeaders(app, built=built, is_https=is_https))
    return httpx.AsyncClient(transport=transport, base_url="http://parley.test")


def test_only_inline_scripts_are_hashed_and_each_once(built: Path) -> None:
    digest = base64.b64encode(hashlib.sha256(INLINE.encode()).digest()).decode()
    assert inline_script_hashes((built / "index.html").read_text() * 2) == [f"'sha256-{digest}'"]


def test_the_policy_allows_no_eval_no_inline_and_no_foreign_host(built: Path) -> None:
    policy = content_security_policy(hashes_by_path(built)[""], upgrade=False)
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "unsafe" not in scripts
    assert "http" not in policy
    assert "frame-ancestors 'none'" in policy


def test_each_page_has_the_hashes_of_its_own_scripts_and_other_paths_those_of_the_shell(built: Path) -> None:
    found = hashes_by_path(built)
    assert len({tuple(found[path]) for path in ("", "/pl/register", SHELL)}) == 3


async def test_every_answer_carries_the_headers(built: Path) -> None:
    answer = await client(built, is_https=False).get("/missing")
    assert answer.status_code == 404
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in answer.headers


async def test_https_is_kept_by_the_browser(built: Path) -> None:
    answer = await client(built, is_https=True).get("/")
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    assert "upgrade-insecure-requests" in answer.headers["content-security-policy"]


async def test_hashed_files_are_cached_for_good_and_pages_are_asked_for_anew(built: Path) -> None:
    browser = client(built, is_https=False)
    script = await browser.get("/assets/a.js")
    assert "immutable" in script.headers["cache-control"]
    assert "sha256" not in script.headers["content-security-policy"]
    assert (await browser.get("/room.webp")).headers["cache-control"] == "public, max-age=604800"
    assert (await browser.get("/")).headers["cache-control"] == "no-cache"  # or browsers guess how long
    assert (await browser.get("/assets/gone.js")).headers["cache-control"] == "no-cache"


async def test_what_a_route_says_about_keeping_stands(built: Path) -> None:
    async def own(_request: object) -> PlainTextResponse:
        return PlainTextResponse("mine", headers={"Cache-Control": "no-store"})

    app = SecurityHeaders(Starlette(routes=[Route("/photo.webp", own)]), built=built, is_https=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://parley.test") as browser:
        assert (await browser.get("/photo.webp")).headers.get_list("cache-control") == ["no-store"]
