"""Several app workers that share a real Redis: people notice neither that there are two, nor, later on, that it was away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.product import app_environment, start_app, stop_app
from tests.browser.visitors import NewContext, Visitor
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

AWAY = "The server can't be reached right now."
NewVisitor = Callable[..., Visitor]


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """The Redis of this module's own product."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def app_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this module's own product."""
    return tmp_path_factory.mktemp("workers") / "data"


@pytest.fixture(scope="module")
def environment(app_data: Path, redis: RedisServer) -> dict[str, str]:
    """The environment of a product of two workers."""
    return app_environment(app_data, PARLEY_REDIS_URL=f"redis://127.0.0.1:{redis.port}/0")


@pytest.fixture(scope="module")
def product(app_data: Path, environment: dict[str, str]) -> Iterator[tuple[str, psutil.Process]]:
    """Where this module's own product answers, and its launcher."""
    process = start_app(environment, app_data.with_name("log"))
    yield f"http://localhost:{environment['PORT']}", psutil.Process(process.pid)
    stop_app(process)


@pytest.fixture(scope="module")
def app_url(product: tuple[str, psutil.Process]) -> str:
    """Where this module's own product answers."""
    return product[0]


def workers(launcher: psutil.Process) -> set[int]:
    """The app's workers, by process id."""
    return {one.pid for one in launcher.children(recursive=True) if "granian" in " ".join(one.cmdline())}


def write_to_us(page: Page, message: str) -> None:
    """Fill in the contact form, and do not send it yet."""
    page.goto("/contact")
    expect(page.get_by_role("button", name="Send message")).to_be_enabled()  # the page has its connection
    page.get_by_label("E-mail", exact=True).fill("guest@example.org")
    page.get_by_label("Message").fill(message)


def test_a_person_is_the_same_one_to_both_workers(visitor: NewVisitor, product: tuple[str, psutil.Process]) -> None:
    assert len(workers(product[1])) == 3  # and the one that starts them
    staff = visitor()
    staff.sign_in_again(staff.given_staff_account())
    for tab in [staff.page, *[staff.page.context.new_page() for _ in range(3)]]:  # each tab comes to either of them
        tab.goto("/dashboard")
        expect(tab.get_by_role("heading", name="Hello, Anna")).to_be_visible()
        tab.goto("/staff/contact")
        expect(tab.get_by_role("heading", name="Messages")).to_be_visible()
    code = staff.given_meeting("Shared")
    staff.page.goto(f"/meetings/{code}")
    expect(staff.page.locator("#invitation")).to_have_value(re.compile("#v1[.]"))
    guest = visitor(permissions=["camera", "microphone"]).page
    guest.goto(staff.page.locator("#invitation").input_value())
    guest.get_by_label("Your name").fill("Guest")
    guest.get_by_role("button", name="Join", exact=True).click()
    expect(guest.get_by_text("has not opened the room yet")).to_be_visible()
    staff.page.get_by_role("button", name="Start meeting").click()
    expect(guest.get_by_role("button", name="Leave", exact=True)).to_be_visible(timeout=30_000)
    assert staff.complaints == []


def test_while_redis_is_away_pages_say_so_and_then_go_on(
    visitor: NewVisitor, new_context: NewContext, product: tuple[str, psutil.Process], redis: RedisServer
) -> None:
    before = workers(product[1])
    writing, pressing, late = visitor().page, visitor().page, visitor().page
    write_to_us(writing, "Typed before")
    write_to_us(pressing, "Sent meanwhile")
    redis.stop()
    late.goto("/contact")
    for page in (writing, pressing, late):
        expect(page.get_by_role("alert").filter(has_text=AWAY)).to_be_visible()
    writing.get_by_label("Message").fill("Typed meanwhile")
    pressing.get_by_role("button", name="Send message").click()
    health = writing.request.get("/healthz")
    assert (health.status, health.json()["pages"]) == (503, "down")
    plain = new_context(java_script_enabled=False).new_page()  # what needs no script goes on, and is still counted
    plain.goto("/newsletter")
    plain.get_by_label("E-mail", exact=True).fill("reader@example.org")
    plain.get_by_role("checkbox").check()
    plain.get_by_role("button", name="Sign up").click()
    expect(plain.get_by_role("heading", name="Check your mail.")).to_be_visible()
    redis.start()
    expect(pressing.get_by_text("Your message has arrived.")).to_be_visible()
    for page in (writing, pressing, late):
        expect(page.get_by_role("alert").filter(has_text=AWAY)).to_be_hidden()
    expect(writing.get_by_label("Message")).to_have_value("Typed meanwhile")
    writing.get_by_role("button", name="Send message").click()
    expect(writing.get_by_text("Your message has arrived.")).to_be_visible()
    assert workers(product[1]) == before


def test_a_redis_that_was_started_anew_is_noticed_too(visitor: NewVisitor, redis: RedisServer) -> None:
    """What tabs had shown is gone from it: a page that went on without loading again would act on nothing."""
    page = visitor().page
    write_to_us(page, "Typed before")
    with page.expect_event("websocket"):  # the page's next connection
        redis.stop()
        redis.start()
    expect(page.get_by_label("Message")).to_have_value("Typed before")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_text("Your message has arrived.")).to_be_visible()
