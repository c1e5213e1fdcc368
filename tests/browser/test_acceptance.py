"""Changed terms in a real browser: what is new in them, nowhere else to go, and a record of the exact text."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.credentials import PASSWORD
from tests.browser.looks import fine
from tests.browser.visitors import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OLD_SENTENCE = "Erased within 90 days after you leave."


def had_accepted_another_policy(database: Path, username: str, language: str) -> str:
    """Make what the newest account accepted an earlier text, of which today's is the change; today's fingerprint.

    An installation gets here when a release or its operator changes the text: the earlier one is kept, and the
    account's record names it.
    """
    with sqlite3.connect(database, timeout=20) as db:
        [(text, today)] = db.execute(
            "SELECT text, text_sha256 FROM document_version WHERE document = 'terms' AND language = ? "
            "ORDER BY since DESC LIMIT 1",
            (language,),
        ).fetchall()
        earlier = text.replace("online meetings", "secret meetings") + f"\n\n{OLD_SENTENCE} {username}"
        fingerprint = hashlib.sha256(earlier.encode()).hexdigest()
        db.execute(
            "INSERT INTO document_version (id, document, language, text_sha256, text, since) VALUES (?,?,?,?,?,?)",
            (fingerprint[:32], "terms", language, fingerprint, earlier, datetime(2020, 1, 1, tzinfo=UTC)),
        )
        db.execute(
            "UPDATE consent_record SET text_sha256 = ? WHERE document = 'terms' AND account_id = "
            "(SELECT account_id FROM consent_record ORDER BY accepted_at DESC LIMIT 1)",
            (fingerprint,),
        )
    return today


def newest_record(database: Path) -> tuple[str, str, str]:
    """Document, language and fingerprint of the last acceptance of the terms."""
    with sqlite3.connect(database, timeout=20) as db:
        return db.execute(
            "SELECT document, language, text_sha256 FROM consent_record WHERE document = 'terms' "
            "ORDER BY accepted_at DESC LIMIT 1"
        ).fetchone()


@pytest.mark.promise("P41")
@pytest.mark.parametrize(("width", "prefix", "dark"), [(1280, "", False), (390, "", True), (390, "/pl", False)])
def test_who_signs_in_after_a_change_sees_it_and_accepts_it_first(
    visitor: Callable[..., Visitor], app_data: Path, width: int, prefix: str, dark: bool
) -> None:
    person = visitor(width, dark=dark)
    page, name, language = person.page, f"reader{width}{prefix[1:]}", prefix[1:] or "en"
    person.given_account(name, language=language)
    page.context.clear_cookies()
    today = had_accepted_another_policy(app_data / "parley.db", name, language)
    page.goto(f"{prefix}/sign-in?next={prefix}/account")
    page.locator("#email").fill(f"{name}@example.org")
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/accept**")
    gone, new = page.locator("main del"), page.locator("main ins")
    expect(gone.filter(has_text=f"{OLD_SENTENCE} {name}")).to_be_visible()
    assert "secret" in " ".join(gone.all_inner_texts()) or language == "pl"
    assert gone.last.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
    assert new.first.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"
    fine(page)
    for path in ("/dashboard", "/account", "/meetings/new"):
        page.goto(prefix + path)
        page.wait_for_url("**/accept**")
    page.goto(f"{prefix}/accept?next={prefix}/account")
    accept = page.locator("main form:has(#accepted) button[type=submit]")
    accept.click()
    expect(page.locator("#accepted")).to_be_focused()
    page.locator("#accepted").check()
    accept.click()
    page.wait_for_url(lambda url: "/accept" not in url)
    assert page.url.endswith(f"{prefix}/account")
    assert newest_record(app_data / "parley.db") == ("terms", language, today)
    page.goto(f"{prefix}/dashboard")
    page.wait_for_url(f"**{prefix}/dashboard")
    assert person.complaints == []
