"""What a choice in the privacy center changes, and the texts it stands on, seen in a real browser."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.looks import fine, go_on_at, overflow, picture
from tests.browser.visitors import NewContext, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NewVisitor = Callable[..., Visitor]
FORMER = "Former Operator GmbH"


def was_run_by_another_company(database: Path) -> None:
    """Keep an earlier text of the policy, of a year ago, as a release or a change of the operator leaves it."""
    with sqlite3.connect(database, timeout=20) as db:
        [(text,)] = db.execute(
            "SELECT text FROM document_version WHERE document = 'privacy' AND language = 'en' ORDER BY since DESC LIMIT 1"
        ).fetchall()
        earlier = f"{FORMER} runs this server.\n\n{text.partition(chr(10) * 2)[2]}"
        fingerprint = hashlib.sha256(earlier.encode()).hexdigest()
        db.execute(
            "INSERT INTO document_version (id, document, language, text_sha256, text, since) VALUES (?,?,?,?,?,?)",
            (fingerprint[:32], "privacy", "en", fingerprint, earlier, datetime.now(UTC) - timedelta(days=365)),
        )


def registered_long_ago(app_data: Path, username: str) -> None:
    """Put the account's beginning a year back."""
    then = (datetime.now(UTC) - timedelta(days=365)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with sqlite3.connect(app_data / "parley.db", timeout=10) as db:
        newest = "SELECT id FROM account ORDER BY created_at DESC LIMIT 1"
        db.execute(f"UPDATE account SET created_at = ? WHERE id = ({newest})", [then])  # noqa: S608 - our own words


@pytest.mark.promise("P49")
@pytest.mark.promise("P93")
def test_now_and_then_it_is_asked_whether_all_is_right(visitor: NewVisitor, app_data: Path) -> None:
    person = visitor(390, reduced_motion="reduce")
    page = person.page
    person.given_account("right")
    question = page.get_by_role("heading", name="Is this still right?")
    page.goto("/privacy-center")
    expect(page.get_by_role("heading", name="What we know")).to_be_visible()
    expect(question).to_be_hidden()
    registered_long_ago(app_data, "right")
    page.reload()
    expect(question).to_be_visible()
    expect(page.get_by_role("link", name="Change something")).to_have_attribute("href", "/account")
    fine(page)
    picture(page, "review")
    go_on_at(page, 1280)
    page.get_by_role("button", name="Not now").click()
    expect(question).to_be_hidden()
    page.reload()
    expect(page.get_by_text("Data looked through at").first).to_be_attached()
    expect(question).to_be_hidden()
    assert person.complaints == []


@pytest.mark.promise("P58")
@pytest.mark.promise("P95")
def test_restricting_and_objecting_change_what_is_seen(visitor: NewVisitor) -> None:
    person = visitor(390, reduced_motion="reduce")
    page = person.page
    person.given_account("chooser")
    page.goto("/preferences")
    page.locator("#switch_newsletter").click()
    expect(page.locator("#switch_newsletter")).to_be_checked()
    page.goto("/privacy-center")
    page.get_by_role("button", name="Restrict", exact=True).click()
    expect(page.get_by_text("Restricted", exact=True)).to_be_visible()
    expect(page.get_by_text("no newsletters, no offers, no counting", exact=False)).to_be_visible()
    page.get_by_role("button", name="End the restriction").click()
    expect(page.get_by_text("Restricted", exact=True)).to_be_hidden()
    go_on_at(page, 1280)
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
    person.given_account("copier")
    page.goto("/privacy-center")
    page.get_by_role("button", name="Make a copy of my data").click()
    # It is done in a second, so either the bar or its end is there.
    bar = page.get_by_role("progressbar", name="Progress of your copy")
    expect(bar.or_(page.get_by_role("link", name="Download my data"))).to_be_visible()
    expect(page.get_by_role("link", name="Download my data")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("kB, until", exact=False)).to_be_visible()
    fine(page)


@pytest.mark.promise("P44")
def test_every_version_of_the_texts_shows_what_it_changed(new_context: NewContext, app_data: Path) -> None:
    was_run_by_another_company(app_data / "parley.db")
    page = new_context(390, java_script_enabled=False).new_page()
    page.goto("/privacy")
    expect(page.get_by_text(FORMER, exact=False)).to_have_count(0)
    page.get_by_role("link", name="Earlier versions and changes").click()
    page.wait_for_url("**/privacy/changes")
    expect(page.locator("del").filter(has_text="Former").first).to_be_visible()
    expect(page.locator("ins").first).to_be_visible()
    expect(page.get_by_text("The first version on record.").first).to_be_attached()
    assert overflow(page) == {}
    picture(page, "changes")
