"""Others change our pages: a translator of pages puts its own elements where React's text nodes were."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.translator import Way, translate
from tests.browser.visitors import NewContext, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]
WAYS: list[Way] = ["in their place", "around them"]


def stands(page: Page, complaints: list[str]) -> None:
    """The page shows something, and nothing of it broke."""
    expect(page.get_by_role("heading", level=1).locator("visible=true").first).to_be_visible()
    assert [one for one in complaints if "error #418" not in one] == []  # React drew the translated page anew


@pytest.mark.parametrize("way", WAYS)
def test_forms_of_strangers_survive_a_translator(visitor: NewVisitor, way: Way) -> None:
    person = visitor()
    translate(person.page.context, way)
    page = person.page
    page.goto("/register")
    expect(page.locator("main form button[type=submit]")).to_be_enabled()
    password, said = page.locator("#password"), page.locator("#password_meter")
    for typed, words in (("a", "Very weak"), ("correct horse battery staple", "Strong"), ("ab", "Very weak")):
        password.fill(typed)
        expect(said).to_contain_text(words)
    expect(said).not_to_contain_text("Strong")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#last_name_error")).to_contain_text("Enter your last name.")
    stands(page, person.complaints)

    page.goto("/sign-in")
    page.locator("#email").fill("nobody@example.org")
    page.locator("#password").fill("not the right one")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#problem")).to_be_focused()
    page.locator("#email").fill("")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#email_error")).to_contain_text("Enter your e-mail address.")
    page.get_by_role("link", name="Create an account").click()
    page.wait_for_url("**/register")
    stands(page, person.complaints)


@pytest.mark.parametrize("way", WAYS)
def test_own_pages_and_the_room_survive_a_translator(visitor: NewVisitor, way: Way) -> None:
    person = visitor()
    page = person.page
    person.given_account(f"translated{WAYS.index(way)}")
    translate(page.context, way)
    page.goto("/meetings/new")
    expect(page.locator("main form button[type=submit]")).to_be_enabled()
    page.locator("input[value=planned]").check(force=True)
    expect(page.locator("#when_words")).to_contain_text("Warsaw")
    page.locator("input[value=any]").check(force=True)
    expect(page.locator("#when_words")).to_be_hidden()
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#subject_error")).to_contain_text("Say in a few words")
    code = person.create_meeting("Weekly")
    page.locator("#edit").click()
    page.locator("#subject").fill("Monthly")
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Monthly")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("Weekly")
    page.get_by_role("link", name="All meetings").click()
    expect(page.locator("main h2").first).to_contain_text("Monthly")
    stands(page, person.complaints)

    page.goto(f"/meetings/{code}")
    page.get_by_role("button", name="Start meeting").click()
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("button", name=re.compile("Leave"))).to_be_visible()
    page.goto("/dashboard")
    expect(page.get_by_role("button", name="Go to the room")).to_be_visible()
    stands(page, person.complaints)


REFUSE_ONE = """() => {
  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "aria-invalid" && String(value) === "true") throw new Error("the browser refuses");
    return setAttribute.call(this, name, value);
  };
}"""


@pytest.mark.parametrize("way", WAYS)
def test_a_page_that_breaks_under_a_translator_says_so(new_context: NewContext, way: Way) -> None:
    context = new_context()
    translate(context, way)
    page = context.new_page()
    page.goto("/register")
    send = page.locator("main form button[type=submit]")
    expect(send).to_be_enabled()
    page.evaluate(REFUSE_ONE)
    send.click()
    expect(page.get_by_role("heading", name="This page stopped working.")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "words"), [("/register", "This page stopped"), ("/pl/register", "Ta strona przestała")]
)
def test_a_page_that_nothing_can_draw_any_more_says_so(new_context: NewContext, path: str, words: str) -> None:
    page = new_context().new_page()
    page.goto(path)
    expect(page.locator("main form button[type=submit]")).to_be_enabled()
    page.evaluate("() => { document.body.replaceChildren(); reportError(new Error('React gives up')) }")
    expect(page.get_by_role("heading", name=words)).to_be_visible()
    page.get_by_role("alert").get_by_role("button").click()
    expect(page.locator("main form button[type=submit]")).to_be_enabled()
