"""A page loaded anew shows nothing of an earlier visit in the tab, from its very first answer on."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from conference_app.components.frame.link_token import LinkTokenState
from conference_app.config import Settings
from conference_app.pages.contact.contact import ContactState
from tests.conference_app.tabs import HYDRATE, Tab, delta_of, name_of, processing

MESSAGE = {"name": "", "email": "ann@example.org", "message": "Good morning."}
FIRST = {"vars": {}, "hashes": ["of what the page was built with"]}
SECRET = "a" * 40


@pytest_asyncio.fixture
async def tab(sqlite_db: Settings) -> AsyncIterator[Tab]:
    """A tab whose message has just been sent."""
    async with processing() as running:
        tab = Tab(running, path="/contact")
        await tab.send(HYDRATE, **FIRST)
        await tab.send(name_of(ContactState.submit), form=MESSAGE)
        assert (await tab.vars_of(ContactState))["is_sent"]
        yield tab


async def test_the_first_answer_to_a_loaded_page_holds_nothing_of_before(tab: Tab) -> None:
    said = await tab.send(HYDRATE, **FIRST)
    told = [update for update in said if "is_sent" in delta_of([update], ContactState)]
    assert told
    assert [delta_of([update], ContactState)["is_sent"] for update in told] == [False] * len(told)


async def test_a_page_that_comes_back_to_its_server_keeps_what_it_shows(tab: Tab) -> None:
    said = await tab.send(HYDRATE)
    assert delta_of(said[:1], ContactState)["is_sent"] is True


async def test_the_secret_of_a_mailed_link_outlives_a_reload(tab: Tab) -> None:
    await tab.send(name_of(LinkTokenState.take), token=SECRET)
    await tab.send(HYDRATE, **FIRST)
    assert (await tab.vars_of(LinkTokenState))["_token"] == SECRET
