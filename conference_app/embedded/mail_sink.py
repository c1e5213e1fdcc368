"""A stand-in for the mail relay, outside production only: real SMTP on a loopback port, kept as a Maildir."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import mailbox
import re
from collections.abc import AsyncGenerator
from pathlib import Path

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP

from conference_app.config import Settings, settings
from conference_app.services.mail import smtp
from conference_app.services.people import email_addresses
from conference_app.services.privacy.erasure import Traces

logger = logging.getLogger(__name__)
logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # aiosmtpd writes every address into it

MAX_MESSAGE_BYTES = 1_048_576
_KEY = re.compile(r"(\d+)\.M(\d+)P\d+Q(\d+)\.")
"""How `mailbox.Maildir` names a mail."""
KEPT = 500
"""Mails kept; older ones go when the app starts."""


def folder(used: Settings) -> Path:
    """The Maildir."""
    return used.data_dir / "mails"


def is_used(used: Settings) -> bool:
    """Whether mails go to the stand-in: never in production, nor when the operator names a relay."""
    return used.keeps_mails


@contextlib.asynccontextmanager
async def running_sink(used: Settings) -> AsyncGenerator[None]:
    """Lifespan context: while inside, mails of this process go to the Maildir. Several processes may share it."""
    if not is_used(used):
        yield
        return
    async with listening(folder(used)) as port:
        smtp.use_stand_in("127.0.0.1", port)
        logger.info("mails are kept in the data folder (stand-in on port %s)", port)
        try:
            yield
        finally:
            smtp.forget_stand_in()
            smtp.close()


@contextlib.asynccontextmanager
async def listening(path: Path) -> AsyncGenerator[int]:
    """Take mails on a free loopback port while inside, into the Maildir `path`; gives the port."""
    forget_old(path, KEPT)
    loop = asyncio.get_running_loop()
    taker = Mailbox(path)

    def conversation() -> SMTP:
        return SMTP(taker, data_size_limit=MAX_MESSAGE_BYTES, hostname="localhost", ident="stand-in", loop=loop)

    server = await loop.create_server(conversation, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def forget_old(path: Path, keep: int) -> None:
    """Delete all but the newest `keep` mails."""
    box = mailbox.Maildir(path, create=True)
    newest = sorted(box.iterkeys(), key=arrival, reverse=True)
    for key in newest[keep:]:
        box.discard(key)


def arrival(key: str) -> tuple[int, ...]:
    """When a mail came, to sort by: seconds and microseconds of the clock, then the process's count, as its key says.

    Keys themselves do not sort so: Maildir writes the microseconds without leading zeros.
    """
    found = _KEY.match(key)
    return tuple(map(int, found.groups())) if found else ()


async def forget_erased(traces: Traces) -> None:
    """Delete the mails to somebody who is erased (`erasure.also`)."""
    for address in traces.emails:
        await asyncio.to_thread(forget_address, folder(settings()), email_addresses.ascii_address(address))


def forget_address(path: Path, address: str) -> int:
    """Delete every mail to `address`, written as it travels: for somebody who is erased. How many there were."""
    box = mailbox.Maildir(path, create=True)
    theirs = [key for key, kept in box.iteritems() if str(kept["X-RcptTo"]).casefold() == address.casefold()]
    for key in theirs:
        box.discard(key)
    return len(theirs)
