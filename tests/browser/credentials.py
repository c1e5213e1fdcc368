"""What people prove themselves with: the password at the sign-in form, a passkey, and a link to their address."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

PASSWORD = "correct horse battery staple"
"""The one that `Visitor` registers with."""


def try_to_sign_in(page: Page, address: str, password: str = PASSWORD) -> None:
    """Send the sign-in form, wherever that leads."""
    page.goto("/sign-in")
    page.get_by_label("E-mail", exact=True).fill(address)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def add_virtual_authenticator(page: Page, *, has_prf: bool = False) -> None:
    """A device with a finger that is always right, as Chromium's own tools make one; `has_prf`: it keeps secrets too."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "hasPrf": has_prf,
    }
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add_passkey(page: Page, name: str, password: str = PASSWORD, *, has_prf: bool = False) -> None:
    """Make a passkey of that name, from the page of the account's security on."""
    add_virtual_authenticator(page, has_prf=has_prf)
    page.goto("/account/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Create passkey").click()
    expect(page.get_by_text(name)).to_be_visible()


def choose_new_password(page: Page, mailed_link: Callable[[str, str], str], address: str, password: str) -> None:
    """Forget the password, and choose another by the link that is mailed."""
    page.goto("/reset")
    page.get_by_label("E-mail", exact=True).fill(address)
    page.get_by_role("button", name="Send me the link").click()
    expect(page.get_by_role("heading", name="Check your mail")).to_be_visible()
    page.goto(mailed_link(address, "/reset"))
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_role("link", name="Sign in", exact=True).last).to_be_visible()


def ask_for_link(page: Page, address: str) -> None:
    """Have the link to what we keep about `address` mailed."""
    page.goto("/privacy-request")
    page.get_by_label("E-mail", exact=True).fill(address)
    page.get_by_role("button", name="Send me the link").click()
