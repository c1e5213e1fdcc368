from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.staticfiles import StaticFiles

from conference_app.api.http.clean_paths import CleanPaths


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "dashboard").mkdir()
    for name in ("index.html", "dashboard.html", "dashboard/index.html"):
        (tmp_path / name).write_text(name)
    (tmp_path.parent / "secret.html").write_text("secret")
    app = Starlette()
    app.mount("/", StaticFiles(directory=tmp_path, html=True))
    transport = httpx.ASGITransport(CleanPaths(app, built=tmp_path))
    return httpx.AsyncClient(transport=transport, base_url="http://parley.test")


async def test_a_page_answers_at_its_own_address(client: httpx.AsyncClient) -> None:
    answer = await client.get("/dashboard")
    assert (answer.status_code, answer.text) == (200, "dashboard.html")


async def test_the_start_page_is_left_alone(client: httpx.AsyncClient) -> None:
    assert (await client.get("/")).text == "index.html"


@pytest.mark.parametrize("path", ["/nowhere", "/../secret", "/%2e%2e/secret", "/dashboard.html.html"])
async def test_no_other_file_can_be_chosen(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
