"""Hands quicker than the page: it stands in its HTML before its server has answered, and people type and press by then."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from reflex_base.event import EventHandler

import conference_app.conference_app  # noqa: F401 - registers every page
from conference_app.components.frame.page_registry import PAGES
from conference_app.components.frame.page_registry import Page as RegisteredPage
from conference_app.session.marks import is_public
from tests.browser.visitors import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]
TYPABLE = "main :is(input:is([type=text], [type=email], [type=tel], [type=password], [type=search]), textarea)"
NOTHING_TO_FILL_IN = ("/reset/choose", "/entering")
"""The one's form goes when the page was opened without the mailed link; the other leads on at once."""


class SlowServer:
    """Holds back what the server says to the pages of a context until it is let go."""

    def __init__(self, page: Page) -> None:
        self.is_held = False
        self._said: list[tuple[WebSocketRoute, str | bytes]] = []
        page.context.route_web_socket(re.compile("/_event"), self._stand_between)

    def _stand_between(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()
        browser.on_message(server.send)
        server.on_message(lambda said: self._said.append((browser, said)) if self.is_held else browser.send(said))

    def let_go(self) -> None:
        self.is_held = False
        for browser, said in self._said:
            browser.send(said)
        self._said.clear()


def alive(page: Page) -> None:
    """Wait until the page has heard from its server: its first sending button can be pressed."""
    expect(page.locator("main button[type=submit]").first).to_be_enabled()


def type_everywhere(page: Page) -> dict[str, str]:
    """Type into every field that stands; what, by the field's id."""
    typed = {}
    for number, field in enumerate(page.locator(TYPABLE).locator("visible=true").all()):
        field.fill(f"typed early {number}")
        typed[field.get_attribute("id") or ""] = f"typed early {number}"
    return typed


def values(page: Page, ids: list[str]) -> dict[str, str]:
    return {one: page.locator(f"#{one}").input_value() for one in ids}


def pages(*, is_open: bool) -> list[str]:
    """Paths without a name in them that are open to everybody, or those that only members may load."""
    fixed = [one for one in PAGES if "[" not in one.route and not one.route.startswith(("/dev", "/staff"))]
    return [one.route for one in fixed if one.route not in NOTHING_TO_FILL_IN and is_open == is_for_everybody(one)]


def is_for_everybody(page: RegisteredPage) -> bool:
    handlers = page.on_load if isinstance(page.on_load, list) else [page.on_load]
    return all(is_public(one.fn) for one in handlers if isinstance(one, EventHandler))


@pytest.mark.parametrize(("is_member", "fewest"), [(False, 4), (True, 1)], ids=["visitor", "member"])
def test_what_is_typed_before_the_server_answers_stays(visitor: NewVisitor, is_member: bool, fewest: int) -> None:
    person = visitor()
    if is_member:
        person.given_account("earlymember")
    page = person.page
    slow = SlowServer(page)
    seen = []
    for path in pages(is_open=not is_member):
        slow.is_held = True
        page.goto(path)
        typed = type_everywhere(page)
        slow.let_go()
        if typed:
            alive(page)
            assert (path, values(page, list(typed))) == (path, typed)
            seen.append(path)
    assert len(seen) >= fewest, seen


def test_a_form_sent_before_does_not_come_between(visitor: NewVisitor) -> None:
    page = visitor().page
    slow = SlowServer(page)
    page.goto("/contact")
    page.get_by_label("E-mail", exact=True).fill("early@example.org")
    page.get_by_label("Message", exact=True).fill("Good morning.")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_role("heading", name="Thank you. Your message has arrived.")).to_be_visible()
    slow.is_held = True
    page.goto("/contact")
    page.get_by_label("Message", exact=True).fill("And good night.")
    slow.let_go()
    alive(page)
    expect(page.get_by_label("Message", exact=True)).to_have_value("And good night.")


@pytest.mark.parametrize("width", [1280, 390])
def test_signing_out_waits_for_what_it_needs(visitor: NewVisitor, width: int) -> None:
    person = visitor(width)
    person.given_account(f"early{width}")
    page = person.page
    slow = SlowServer(page)
    slow.is_held = True
    page.goto("/account")
    way_out = page.get_by_role("button", name="Sign out", exact=True).locator("visible=true").first
    expect(way_out).to_be_disabled()
    slow.let_go()
    way_out.click()
    page.wait_for_url(re.compile(r"//[^/]+/$"))
    page.goto("/account")
    page.wait_for_url("**/sign-in**")
