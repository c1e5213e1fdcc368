"""Messages over a page: they end with it, and cover nothing that can be pressed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitors import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

COVERED = """toast => {
  const box = toast.getBoundingClientRect();
  const shown = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")];
  return shown.filter((one) => !toast.contains(one) && one.checkVisibility()).filter((one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return left < box.right && right > box.left && top < box.bottom && bottom > box.top;
  }).map((one) => one.textContent || one.id);
}"""


def expect_nothing_covered(page: Page, text: str) -> None:
    """Nothing that can be pressed lies under the message `text`; the page below it may still be on its way."""
    toast = page.get_by_role("status").locator("div").filter(has_text=text)
    expect(toast).to_be_visible()
    assert page.wait_for_function(f"toast => ({COVERED})(toast).length === 0", arg=toast.element_handle())


@pytest.mark.parametrize("width", [1280, 390])
def test_a_message_covers_no_control_and_ends_with_its_page(visitor: Callable[..., Visitor], width: int) -> None:
    person = visitor(width)
    person.given_account(f"notices{width}")
    person.create_meeting("Plans")
    page = person.page
    said = "Your meeting is ready."
    expect(page.get_by_role("button", name="Start meeting")).to_be_visible()
    expect_nothing_covered(page, said)
    page.get_by_role("button", name="Start meeting").click()
    page.wait_for_url("**/m/**")
    expect(page.get_by_role("button", name="Join", exact=True)).to_be_visible()
    expect(page.get_by_text(said)).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("heading", name="Plans")).to_be_visible()
