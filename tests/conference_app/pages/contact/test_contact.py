"""The contact form: filled in for whoever is signed in, empty for everybody else."""

from __future__ import annotations

from conference_app.pages.contact.contact import ContactState
from conference_app.services.sign_in import sessions
from tests.conference_app.people import registered, session_token
from tests.conference_app.tabs import Processor, Tab, name_of

LOAD = name_of(ContactState.load)


async def filled_in(tab: Tab) -> tuple[str, str]:
    """Name and address as the page holds them once it is loaded."""
    await tab.send(LOAD)
    shown = await tab.vars_of(ContactState)
    return shown["name"], shown["email"]


async def test_a_member_finds_name_and_address_filled_in(processor: Processor) -> None:
    token = await session_token(await registered("ann"))
    tab = Tab.signed_in(processor, token, path="/contact")
    assert await filled_in(tab) == ("Ann Nowak", "ann@example.com")
    await sessions.end(token)
    assert await filled_in(tab) == ("", "")


async def test_a_visitor_finds_an_empty_form(processor: Processor) -> None:
    await registered("ann")
    assert await filled_in(Tab(processor, path="/contact")) == ("", "")
