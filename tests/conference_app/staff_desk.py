"""Staff for tests: the operator's list names them, they sit at a tab, and somebody has written to them."""

from __future__ import annotations

import pytest

from conference_app.config import settings
from conference_app.services.contact import desk, threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.people.identity import AccountView
from tests.conference_app.people import confirmed, give_authenticator, session_token
from tests.conference_app.tabs import Processor, Tab

STAFF_NAME = "editor"


async def staff_member(monkeypatch: pytest.MonkeyPatch) -> AccountView:
    """An account that the operator's list names, and that has an authenticator app."""
    monkeypatch.setenv("PARLEY_STAFF", f"{STAFF_NAME}@example.com")
    settings.cache_clear()
    account = await confirmed(STAFF_NAME)
    await give_authenticator(account.id)
    return account


async def tab_of(processor: Processor, account: AccountView, path: str) -> Tab:
    """A tab of the signed-in account whose page has loaded."""
    tab = Tab.signed_in(processor, await session_token(account), path=path)
    await tab.hydrate()
    return tab


async def staff_tab(processor: Processor, monkeypatch: pytest.MonkeyPatch, path: str) -> tuple[AccountView, Tab]:
    """A member of the staff at the page `path`."""
    account = await staff_member(monkeypatch)
    return account, await tab_of(processor, account, path)


async def wrote(email: str = "canary@example.com", message: str = "canary words") -> str:
    """A conversation; its number."""
    await threads.write(ContactForm("Canary Name", email, message), language="en", address="192.0.2.1")
    return (await desk.threads()).rows[0].id
