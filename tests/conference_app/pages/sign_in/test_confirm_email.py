"""Mailed links: opening one does nothing, its secret reaches nobody but the server's side of the tab, a press uses it."""

from __future__ import annotations

import pytest

from conference_app import database
from conference_app.components.frame.link_token import LinkTokenState
from conference_app.components.frame.page_registry import PAGES
from conference_app.config import settings
from conference_app.models import Account
from conference_app.pages.sign_in.confirm_email import MailedLinkState
from conference_app.pages.sign_in.reset_password import ResetState
from conference_app.purposes import SIGN_IN
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in import account_passwords, sessions
from conference_app.services.sign_in.by_password import sign_in
from tests.conference_app.people import ADDRESS, PASSWORD, confirmed, registered, session_token
from tests.conference_app.tabs import Processor, Tab, delta_of, name_of
from tests.mailing import Mails, links_in, text_of

TAKE = name_of(LinkTokenState.take)


async def mailed(mails: Mails, address: str, page: str) -> str:
    """The secret of the newest link to `page` mailed to `address`."""
    await mails.deliver()
    found = [url for mail in mails.to(address) for url in links_in(mail) if f"{page}#token=" in url]
    return found[-1].rpartition("=")[2]


async def is_confirmed(account: AccountView) -> bool:
    async with database.reading(SIGN_IN) as db:
        row = await db.get(Account, account.id)
        return row is not None and row.email_verified_at is not None


async def opened(processor: Processor, path: str, token: str, session: str = "") -> Tab:
    """A tab that came by a link: only the page's own script knows what stood after the #."""
    tab = Tab.signed_in(processor, session, path=path) if session else Tab(processor, path=path)
    await tab.hydrate()
    await tab.send(name_of(ResetState.load if path.startswith("/reset") else MailedLinkState.load))
    await tab.send(TAKE, token=token)
    return tab


async def test_no_link_of_ours_carries_its_secret_in_the_path(processor: Processor, mails: Mails) -> None:
    ann = await registered("ann")
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    for page in ("/verify", "/reset/choose"):
        token = await mailed(mails, "ann@example.com", page)
        for mail in mails.to("ann@example.com"):
            assert all(token not in url.partition("#")[0] for url in links_in(mail))
            assert text_of(mail).count(token) <= 1
    assert not await is_confirmed(ann)
    assert not [page.route for page in PAGES if page.route.startswith(("/verify/", "/revoke/", "/reset/["))]


@pytest.mark.promise("P22")
async def test_opening_a_link_uses_nothing_up_and_a_press_does(processor: Processor, mails: Mails) -> None:
    ann = await registered("ann")
    token = await mailed(mails, "ann@example.com", "/verify")
    for _program in range(3):  # such as those that look through mails
        await opened(processor, "/verify", token)
    assert not await is_confirmed(ann)
    tab = await opened(processor, "/verify", token)
    await tab.send(TAKE, token="")  # the page reloads: its address holds nothing any more
    assert (await tab.vars_of(LinkTokenState))["missing"] is False
    await tab.send(name_of(MailedLinkState.confirm))
    assert await is_confirmed(ann)
    assert (await tab.vars_of(MailedLinkState))["done"] is True
    assert token not in processor.wire
    assert (await tab.vars_of(LinkTokenState))["_token"] == ""


async def test_a_new_password_is_chosen_by_the_link(processor: Processor, mails: Mails) -> None:
    await confirmed("ann")
    await account_passwords.ask_reset("ann@example.com", address=ADDRESS)
    tab = await opened(processor, "/reset/choose", await mailed(mails, "ann@example.com", "/reset/choose"))
    weak = await tab.send(name_of(ResetState.choose), form={"new_password": "password123"})
    assert list(delta_of(weak, ResetState)["errors"]) == ["new_password"]  # and the link stays good
    await tab.send(name_of(ResetState.choose), form={"new_password": "another horse in the stable"})
    assert (await tab.vars_of(ResetState))["done"] is True
    assert await sign_in("ann@example.com", "another horse in the stable", address=ADDRESS)
    assert PASSWORD not in processor.wire


@pytest.mark.parametrize("token", ["", "short", "x" * 101, "a" * 30 + "\n", "../" * 10])
async def test_what_is_no_secret_is_dropped(processor: Processor, token: str) -> None:
    tab = Tab(processor, path="/verify")
    await tab.hydrate()
    await tab.send(TAKE, token=token)
    kept = await tab.vars_of(LinkTokenState)
    assert (kept["_token"], kept["missing"]) == ("", True)
    shown = delta_of(await tab.send(name_of(MailedLinkState.confirm)), MailedLinkState)
    assert "has been used" in shown["problem"]


@pytest.mark.parametrize("is_signed_in", [True, False])
@pytest.mark.slow
async def test_staff_find_their_pages_where_they_confirm_their_address(
    processor: Processor, mails: Mails, monkeypatch: pytest.MonkeyPatch, is_signed_in: bool
) -> None:
    monkeypatch.setenv("PARLEY_STAFF", "ann@example.com")
    settings.cache_clear()
    ann = await registered("ann")
    session = await session_token(ann)
    token = await mailed(mails, "ann@example.com", "/verify")
    tab = await opened(processor, "/verify", token, session if is_signed_in else "")
    await tab.send(name_of(MailedLinkState.confirm))
    assert await is_confirmed(ann)
    hers = await sessions.resolve(session)
    assert hers is not None
    assert hers.is_staff is is_signed_in  # a stranger who registered with her address is none by what she confirms
