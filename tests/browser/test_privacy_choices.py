"""What a choice in the privacy center changes, and the texts it stands on, seen in a real browser at both widths."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewContext, Visitor, app_environment, start_app, stop_app
from tests.browser.looks import fine, overflow, picture

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]
WIDTHS = pytest.mark.parametrize("width", [1280, 390])
FORMER = "Former Operator GmbH"


@pytest.fixture(scope="module")
def app_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this module's own product."""
    return tmp_path_factory.mktemp("choices") / "data"


@pytest.fixture(scope="module")
def app_url(app_data: Path) -> Iterator[str]:
    """A product that was run by another company a year ago."""
    environment = app_environment(app_data)
    formerly = environment | {"PARLEY_CONTROLLER_NAME": FORMER}
    subprocess.run([sys.executable, "-m", __name__], env=formerly, check=True, timeout=120)
    process = start_app(environment, app_data.with_name("log"))
    yield f"http://localhost:{environment['PORT']}"
    stop_app(process)


def registered_long_ago(app_data: Path, username: str) -> None:
    """Put the account's beginning a year back."""
    then = (datetime.now(UTC) - timedelta(days=365)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with sqlite3.connect(app_data / "parley.db", timeout=10) as db:
        newest = "SELECT id FROM account ORDER BY created_at DESC LIMIT 1"
        db.execute(f"UPDATE account SET created_at = ? WHERE id = ({newest})", [then])  # noqa: S608 - our own words


@pytest.mark.promise("P49")
@pytest.mark.promise("P93")
@WIDTHS
def test_now_and_then_it_is_asked_whether_all_is_right(visitor: NewVisitor, app_data: Path, width: int) -> None:
    person = visitor(width, reduced_motion="reduce")
    page = person.page
    person.register(f"right{width}")
    question = page.get_by_role("heading", name="Is this still right?")
    page.goto("/privacy-center")
    expect(page.get_by_role("heading", name="What we know")).to_be_visible()
    expect(question).to_be_hidden()
    registered_long_ago(app_data, f"right{width}")
    page.reload()
    expect(question).to_be_visible()
    expect(page.get_by_role("link", name="Change something")).to_have_attribute("href", "/account")
    fine(page)
    picture(page, "review")
    page.get_by_role("button", name="Not now").click()
    expect(question).to_be_hidden()
    page.reload()
    expect(page.get_by_text("Data looked through at").first).to_be_attached()
    expect(question).to_be_hidden()
    assert person.complaints == []


@pytest.mark.promise("P58")
@pytest.mark.promise("P95")
@WIDTHS
def test_restricting_and_objecting_change_what_is_seen(visitor: NewVisitor, width: int) -> None:
    person = visitor(width, reduced_motion="reduce")
    page = person.page
    person.register(f"chooser{width}")
    page.goto("/preferences")
    page.locator("#switch_newsletter").click()
    expect(page.locator("#switch_newsletter")).to_be_checked()
    page.goto("/privacy-center")
    page.get_by_role("button", name="Restrict", exact=True).click()
    expect(page.get_by_text("Restricted", exact=True)).to_be_visible()
    expect(page.get_by_text("no newsletters, no offers, nothing counted", exact=False)).to_be_visible()
    page.get_by_role("button", name="End the restriction").click()
    expect(page.get_by_text("Restricted", exact=True)).to_be_hidden()
    page.get_by_role("button", name="Object to other uses").click()
    expect(page.get_by_text("Every use beyond the service has ended.")).to_be_visible()
    mine = page.get_by_role("listitem").filter(has_text="An objection")
    expect(mine).to_contain_text("Received")
    expect(mine).to_contain_text("to be done by")
    done = page.get_by_role("listitem").filter(has_text="A restriction")
    expect(done.first).not_to_contain_text("to be done by")
    fine(page)
    picture(page, "choices")
    page.goto("/preferences")
    expect(page.locator("#switch_newsletter")).not_to_be_checked()
    assert person.complaints == []


@pytest.mark.promise("P92")
def test_the_progress_of_a_copy_is_shown(visitor: NewVisitor) -> None:
    person = visitor(reduced_motion="reduce")
    page = person.page
    person.register("copier")
    page.goto("/privacy-center")
    page.get_by_role("button", name="Make a copy of my data").click()
    # It is done in a second, so either the bar or its end is there.
    bar = page.get_by_role("progressbar", name="Progress of your copy")
    expect(bar.or_(page.get_by_role("link", name="Download my data"))).to_be_visible()
    expect(page.get_by_role("link", name="Download my data")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("kB, until", exact=False)).to_be_visible()
    fine(page)


@pytest.mark.promise("P44")
@WIDTHS
def test_every_version_of_the_texts_shows_what_it_changed(new_context: NewContext, width: int) -> None:
    page = new_context(width, java_script_enabled=False).new_page()
    page.goto("/privacy")
    expect(page.get_by_text(FORMER, exact=False)).to_have_count(0)
    page.get_by_role("link", name="Earlier versions and changes").click()
    page.wait_for_url("**/privacy/changes")
    expect(page.locator("del").filter(has_text="Former").first).to_be_visible()
    expect(page.locator("ins").first).to_be_visible()
    expect(page.get_by_text("The first version that is kept.").first).to_be_attached()
    assert overflow(page) == 0
    picture(page, "changes")


async def _keep_the_former_texts() -> None:
    from conference_app import database
    from conference_app.config import settings
    from conference_app.operation import migrations
    from conference_app.services.documents import versions

    migrations.upgrade(settings())
    await versions.keep_current(now=datetime.now(UTC) - timedelta(days=365))
    await database.dispose()


if __name__ == "__main__":
    asyncio.run(_keep_the_former_texts())
