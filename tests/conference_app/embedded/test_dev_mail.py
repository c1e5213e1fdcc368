"""The page of kept mails: for who sits at this machine, and for nobody whom a proxy brings there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from conference_app.config import Settings, settings
from conference_app.embedded import dev_mail, mail_sink
from conference_app.embedded.dev_mail import DevMailState
from tests.conference_app.embedded.maildir import keep
from tests.conference_app.tabs import Processor, Tab, name_of, processing
from tests.fakes import FakeRoomAdmin

HERE = {"host": "localhost:3000"}


@pytest_asyncio.fixture
async def processor(sqlite_db: Settings, rooms: FakeRoomAdmin) -> AsyncIterator[Processor]:
    async with processing() as running:
        yield running


@pytest.fixture
def key(sqlite_db: Settings) -> str:
    """A mail with a secret in it."""
    return keep(mail_sink.folder(settings()), "ann@example.com", "Canary")


async def looked(processor: Processor, key: str, headers: dict[str, str], address: str = "127.0.0.1") -> bool:
    """Whether a tab with these headers gets to see the mail, in the list or open."""
    tab = Tab(processor, path="/dev/mail", headers=headers, address=address)
    await tab.send(name_of(DevMailState.load))
    await tab.send(name_of(DevMailState.open), key=key)
    values = await tab.vars_of(DevMailState)
    assert values["refused"] == (not values["mails"])
    return "canary" in processor.wire.casefold()


async def test_who_sits_at_this_machine_reads_mails(processor: Processor, key: str) -> None:
    assert await looked(processor, key, HERE)


@pytest.mark.parametrize(
    "shown",
    ["forwarded", "Forwarded", "x-forwarded-for", "X-Forwarded-Host", "x-forwarded-proto", "x-real-ip", "via"],
)
async def test_a_proxy_on_this_machine_brings_nobody_there(processor: Processor, key: str, shown: str) -> None:
    assert not await looked(processor, key, HERE | {shown: "192.0.2.9"})


@pytest.mark.parametrize(
    ("headers", "address"), [({"host": "meet.example.org"}, "127.0.0.1"), (HERE, "192.0.2.9"), ({}, "127.0.0.1")]
)
async def test_others_see_nothing(processor: Processor, key: str, headers: dict[str, str], address: str) -> None:
    assert not await looked(processor, key, headers, address)


@pytest.mark.parametrize(
    ("address", "host", "expected"),
    [
        ("127.0.0.1", "localhost:3000", True),
        ("::1", "[::1]:3000", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("192.0.2.7", "localhost:3000", False),
        ("127.0.0.1", "meet.example.com", False),
        ("127.0.0.1", "evil.example:3000", False),
        ("", "localhost", False),
        ("localhost", "localhost", False),
        ("127.0.0.1.evil.example", "localhost", False),
    ],
)
def test_the_page_answers_this_machine_alone(address: str, host: str, expected: bool) -> None:
    assert dev_mail.is_local(address, host) is expected
