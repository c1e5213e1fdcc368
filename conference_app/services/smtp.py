"""Speaks SMTP with the relay, or with the stand-in that the composition root names: connect, address, hand over.

The three steps are apart, so that the caller can note that a letter is being handed over before its text goes out:
only what breaks off after that leaves open whether it arrived.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import re
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiosmtplib
import dkim  # pyright: ignore[reportMissingTypeStubs]

from conference_app.config import Mail, settings

logger = logging.getLogger(__name__)

TIMEOUT_S = 30.0
IDLE_S = 15.0
"""A connection without work is kept so long for the next letter."""
_SIGNED = (
    b"from to reply-to subject date message-id in-reply-to references mime-version content-type auto-submitted "
    b"list-unsubscribe list-unsubscribe-post list-id"
).split()
"""Headers a DKIM signature covers; RFC 8058 section 4 wants both List-Unsubscribe headers among them."""


class Refused(Exception):
    """The server says no for good; `code` is its enhanced status (RFC 3463), or "5.0.0"."""

    def __init__(self, code: str, *, about_recipient: bool) -> None:
        super().__init__(code)
        self.code = code
        self.about_recipient = about_recipient


class Deferred(Exception):
    """Not now: no connection, or the server asks to come again later."""


class Broken(Exception):
    """The connection broke while the text was on its way: it may have arrived or not."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where mails go."""

    host: str
    port: int
    tls: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


_stand_in: Route | None = None
_idle: list[tuple[asyncio.AbstractEventLoop, Route, aiosmtplib.SMTP]] = []


def use_stand_in(host: str, port: int) -> None:
    """Send to the embedded stand-in at `host`:`port`, unless the operator names a relay."""
    global _stand_in
    _stand_in = Route(host, port, "none")


def forget_stand_in() -> None:
    """There is no stand-in (any more)."""
    global _stand_in
    _stand_in = None


def _route(mail: Mail) -> Route:
    if mail.host:
        return Route(mail.host, mail.port, mail.tls, mail.user, mail.password)
    if _stand_in is None:
        raise Deferred("no mail server")
    return _stand_in


@functools.cache
def _tls() -> ssl.SSLContext:
    """Certificates are checked against the system's authorities, names included."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _client(route: Route) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=route.host,
        port=route.port,
        username=route.user or None,
        password=route.password or None,
        use_tls=route.tls == "tls",
        start_tls=route.tls == "starttls",
        tls_context=_tls() if route.tls != "none" else None,
        timeout=TIMEOUT_S,
        local_hostname=settings().mail.domain or None,
    )


class Conversation:
    """One letter's talk with the server."""

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self.client = client

    async def address(self, sender: str, recipient: str) -> None:
        """MAIL and RCPT. Raises Refused or Deferred."""
        try:
            await self.client.mail(sender)
        except aiosmtplib.SMTPResponseException as err:
            raise _answer(err, about_recipient=False) from None
        except (aiosmtplib.SMTPException, OSError) as err:
            raise Deferred(type(err).__name__) from None
        try:
            await self.client.rcpt(recipient)
        except aiosmtplib.SMTPResponseException as err:
            raise _answer(err, about_recipient=True) from None
        except (aiosmtplib.SMTPException, OSError) as err:
            raise Deferred(type(err).__name__) from None

    async def hand_over(self, message: bytes) -> None:
        """DATA. Raises Refused, Deferred, or Broken when it is not known whether the server took it."""
        try:
            await self.client.data(message)
        except aiosmtplib.SMTPResponseException as err:
            raise _answer(err, about_recipient=False) from None
        except (aiosmtplib.SMTPException, OSError) as err:
            raise Broken(type(err).__name__) from None


def _answer(err: aiosmtplib.SMTPResponseException, *, about_recipient: bool) -> Refused | Deferred:
    found = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", err.message)
    if err.code < 500:
        return Deferred(str(err.code))
    code = found.group(1) if found else ("5.1.1" if about_recipient and err.code in (550, 551, 553) else "5.0.0")
    return Refused(code, about_recipient=about_recipient)


@asynccontextmanager
async def conversation() -> AsyncGenerator[Conversation]:
    """A connection for one letter, new or kept from the last one. Raises Deferred when there is none to be had."""
    route = _route(settings().mail)
    client = await _connected(route)
    try:
        yield Conversation(client)
        if not client.is_connected:
            return
        await client.rset()
    except (aiosmtplib.SMTPException, OSError):
        client.close()
    except BaseException:
        client.close()
        raise
    else:
        _keep(route, client)


async def _connected(route: Route) -> aiosmtplib.SMTP:
    loop = asyncio.get_running_loop()
    for entry in list(_idle):
        if entry[0] is loop and entry[1] == route:
            _idle.remove(entry)
            if entry[2].is_connected:
                return entry[2]
    client = _client(route)
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as err:
        client.close()
        raise Deferred(type(err).__name__) from None
    return client


def _keep(route: Route, client: aiosmtplib.SMTP) -> None:
    loop = asyncio.get_running_loop()
    entry = (loop, route, client)
    _idle.append(entry)
    loop.call_later(IDLE_S, _drop, entry)


def _drop(entry: tuple[asyncio.AbstractEventLoop, Route, aiosmtplib.SMTP]) -> None:
    if any(kept is entry for kept in _idle):
        _idle.remove(entry)
        entry[2].close()


def close() -> None:
    """Close what is kept open: at shutdown, and between tests."""
    while _idle:
        _idle.pop()[2].close()


@functools.lru_cache(maxsize=2)
def _dkim_key(path: str) -> bytes:
    return Path(path).read_bytes()


def signed(message: bytes) -> bytes:
    """`message` with a DKIM signature (RFC 6376), if the operator gave a key. Takes about 12 ms."""
    mail = settings().mail
    if not mail.dkim_key:
        return message
    head = message.partition(b"\r\n\r\n")[0].lower()
    present = [name for name in _SIGNED if re.search(rb"(?m)^" + re.escape(name) + rb":", head)]
    signature = dkim.sign(  # pyright: ignore[reportUnknownMemberType]
        message,
        selector=mail.dkim_selector.encode(),
        domain=mail.domain.encode(),
        privkey=_dkim_key(mail.dkim_key),
        canonicalize=(b"relaxed", b"relaxed"),
        include_headers=present,
    )
    return signature + message
