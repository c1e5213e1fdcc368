"""A person with a browser, who knows the way through the product."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page
from pyotp.totp import TOTP

from tests.browser.credentials import PASSWORD, try_to_sign_in
from tests.browser.members import Members
from tests.mailing import mailed_link

NewContext = Callable[..., BrowserContext]


class Visitor:
    """A person at one page: knows the way through the product and keeps what the browser complained about."""

    def __init__(self, context: BrowserContext, app_data: Path, members: Members) -> None:
        self.mails = app_data / "mails"
        self._members = members
        self._account_id = self._secret = ""
        self.page: Page = context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._keep)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _keep(self, message: object) -> None:
        if getattr(message, "type", "") == "error":
            self.complaints.append(getattr(message, "text", ""))

    def given_account(self, username: str, **form: str) -> None:
        """Have an account with a confirmed address, and be signed in to it; no page is loaded. See `Members.add`."""
        made = self._members.add(username, **{"first_name": "Anna", "last_name": "Kowalska"} | form)
        self._account_id, self._secret = made["account_id"], made["secret"]
        cookie = {"name": "parley_session", "value": made["session"], "url": self._members.url}
        self.page.context.add_cookies([{**cookie, "httpOnly": True, "sameSite": "Lax"}])  # type: ignore[list-item]

    def given_staff_account(self, **form: str) -> str:
        """The same with the staff's role; the username."""
        username = next(self._members.staff)
        self.given_account(username, **form)
        return username

    def given_meeting(self, subject: str, *, is_open: bool = False) -> str:
        """Have a meeting of the account that was given; its code."""
        return self._members.plan(self._account_id, subject, is_open=is_open)

    def register(self, username: str, prefix: str = "", **names: str) -> None:
        """Fill in the form, and confirm the address by its mail, to the dashboard."""
        self.fill_registration(username, prefix, **names)
        self.page.goto(self.mailed_link(f"{username}@example.org", "/verify"))
        self.page.locator("main button.bg-accent").click()
        self.page.get_by_role("status").locator("h1").wait_for()
        self.page.goto(f"{prefix}/dashboard")
        self.page.wait_for_url(f"**{prefix}/dashboard")

    def sign_in_again(self, username: str) -> None:
        """Out, and in by the form, with a code for the authenticator app that was given; to the dashboard."""
        self.page.context.clear_cookies(name="parley_session")
        try_to_sign_in(self.page, f"{username}@example.org")
        if self._secret:
            self.page.get_by_label("Code", exact=True).fill(TOTP(self._secret).now())
            self.page.get_by_role("button", name="Sign in", exact=True).click()
        self.page.wait_for_url("**/dashboard**")

    def fill_registration(
        self,
        username: str,
        prefix: str = "",
        email: str = "",
        first_name: str = "Anna",
        last_name: str = "Kowalska",
    ) -> None:
        """Send the form of /register, and stand before the page that says where the mail went."""
        page = self.page
        page.goto(f"{prefix}/register")
        page.locator("#first_name").fill(first_name)
        page.locator("#last_name").fill(last_name)
        page.locator("#username").fill(username)
        page.locator("#email").fill(email or f"{username}@example.org")
        page.locator("#password").fill(PASSWORD)
        page.locator("#accepted").check()
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(f"**{prefix}/check-mail")

    def mailed_link(self, address: str, start: str) -> str:
        """Path of the link that begins with `start` in the newest mail to `address` that has one; waits for it."""
        return mailed_link(self.mails, address, start)

    def create_meeting(self, subject: str, prefix: str = "") -> str:
        """A new meeting; returns its code."""
        page = self.page
        page.goto(f"{prefix}/meetings/new")
        page.locator("#subject").fill(subject)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(lambda url: "/meetings/" in url and not url.endswith("/new"))
        return page.url.rstrip("/").rsplit("/", 1)[-1]
