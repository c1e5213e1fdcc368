"""What stands around every page: words about the server and the page, and what is kept when a connection is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.browser.looks import fine, overflow
from tests.browser.visitors import NewContext, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

FINGERPRINT = re.compile(r"(?<=[`\"'])[0-9a-f]{32}(?=[`\"'])")
"""Of the server that a build belongs to, as the page's script tells it on connecting."""


def come_from_an_older_build(page: Page) -> None:
    """Let the page's script tell the fingerprint of another server."""

    def older(route: Route) -> None:
        script = FINGERPRINT.sub("0" * 32, route.fetch().text())
        route.fulfill(body=script, content_type="text/javascript", headers={"Cache-Control": "no-store"})

    page.route("**/assets/*.js", older)  # whichever of them holds it


@pytest.mark.parametrize(
    ("prefix", "words", "button"),
    [
        ("", "There is a newer version of this page.", "Load it now"),
        ("/pl", "Jest nowsza wersja tej strony.", "Wczytaj teraz"),
    ],
    ids=["English", "Polish"],
)
def test_a_newer_server_is_said_in_the_page_s_language(
    new_context: NewContext, prefix: str, words: str, button: str
) -> None:
    page = new_context(390).new_page()
    come_from_an_older_build(page)
    page.goto(f"{prefix}/register")
    bar = page.get_by_role("alert").filter(has_text=words)
    expect(bar).to_be_visible()  # after Reflex has loaded the page anew once, in vain
    expect(page.get_by_text("A new version of this app")).to_have_count(0)
    fine(page)
    page.unroute_all()
    bar.get_by_role("button", name=button).click()
    expect(page.locator("main form button[type=submit]")).to_be_enabled()
    expect(bar).to_be_hidden()


def test_a_page_in_use_is_not_loaded_anew_by_itself(new_context: NewContext) -> None:
    page = new_context(390).new_page()
    sockets: list[WebSocketRoute] = []

    def relay(socket: WebSocketRoute) -> None:
        """Let the page's second connection tell the fingerprint of another server: this one was replaced meanwhile."""
        sockets.append(socket)
        server, is_first = socket.connect_to_server(), len(sockets) == 1
        socket.on_message(lambda told: server.send(told if is_first else FINGERPRINT.sub("0" * 32, str(told))))

    page.route_web_socket(re.compile("/_event"), relay)
    page.goto("/contact")
    expect(page.locator("main form button[type=submit]")).to_be_enabled()
    page.get_by_label("Message").press_sequentially("A long letter")
    sockets[0].close()
    bar = page.get_by_role("alert").filter(has_text="There is a newer version of this page.")
    expect(bar).to_be_visible()
    expect(page.get_by_label("Message")).to_have_value("A long letter")
    assert overflow(page) == {}
    bar.get_by_role("button", name="Later").click()
    expect(bar).to_be_hidden()
    expect(page.get_by_label("Message")).to_have_value("A long letter")


@pytest.mark.parametrize("prefix", ["", "/pl"], ids=["English", "Polish"])
def test_a_page_that_needs_javascript_says_so_without_it(new_context: NewContext, prefix: str) -> None:
    page = new_context(390, java_script_enabled=False).new_page()
    notice = page.locator(".no-script >> visible=true")
    for path in ("/register", "/sign-in", "/contact", "/reset", "/privacy-request"):
        page.goto(f"{prefix}{path}")
        words = notice.locator("p >> visible=true")
        expect(words).to_contain_text("Ta strona wymaga JavaScriptu" if prefix else "This page needs JavaScript")
        expect(words.locator("a[href^='mailto:']")).to_be_visible()
        expect(page.locator("main button[type=submit]")).to_have_css("opacity", "0.6")
    for path in ("/m/aaaaa-aaaaa-aaaaa", "/privacy-center/nonsense"):  # one file for all such addresses: in English
        page.goto(f"{prefix}{path}")
        expect(notice).to_be_visible()


@pytest.mark.parametrize("prefix", ["", "/pl"], ids=["English", "Polish"])
def test_a_page_to_read_asks_for_no_javascript(new_context: NewContext, prefix: str) -> None:
    page = new_context(390, java_script_enabled=False).new_page()
    for path in ("", "/privacy", "/terms", "/cookies", "/promises"):
        page.goto(f"{prefix}{path}" or "/")
        expect(page.locator("html")).to_have_attribute("lang", prefix[1:] or "en")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.locator(".no-script")).to_be_hidden()


class Line:
    """The page's connection, which can be cut: the page makes a new one by itself, and is loaded again."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: list[WebSocketRoute] = []
        page.add_init_script("addEventListener('parley-loaded', () => (window.loads = (window.loads ?? 0) + 1), true)")
        page.route_web_socket(re.compile("/_event"), self._pass)

    def _pass(self, route: WebSocketRoute) -> None:
        route.connect_to_server()
        self._open.append(route)

    def cut(self) -> None:
        """Cut it, and wait until the page is loaded again."""
        loads = self._page.evaluate("window.loads")
        self._open[-1].close()
        self._page.wait_for_function("loads => window.loads > loads", arg=loads)


def test_what_is_being_typed_outlives_a_lost_connection(visitor: Callable[..., Visitor]) -> None:
    person = visitor()
    page, line = person.page, Line(person.page)
    person.given_account("typist")
    page.goto(f"/meetings/{person.given_meeting('Before')}")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Subject").fill("Half a sub")
    line.cut()
    page.get_by_role("button", name="Edit").click()  # the page shows the meeting again, as it is
    expect(page.get_by_label("Subject")).to_have_value("Half a sub")
    page.goto("/account")
    company = page.get_by_label("Company")
    company.fill("Half a com")
    line.cut()
    expect(company).to_have_value("Half a com")
    expect(company).to_be_focused()
    company.press_sequentially("pany")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    line.cut()
    page.reload()
    expect(company).to_have_value("Half a company")
