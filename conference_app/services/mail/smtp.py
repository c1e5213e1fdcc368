"""Speaks SMTP with the relay, or with the stand-in that the composition root names: connect, address, hand over.

The three steps are apart, so that the caller can note that an email is being handed over before its text goes out:
only what breaks off after that leaves open whether it arrived.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import re
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import aiosmtplib

from conference_app.config import Mail, settings

logger = logging.getLogger(__name__)

TIMEOUT_S = 30.0
IDLE_S = 15.0
"""A connection without work is kept so long for the next email."""
MESSAGES_A_CONNECTION = 100
"""Many relays close a connection that carries more."""
_NO_SUCH_MAILBOX = (550, 551, 553)
"""What says so without an enhanced status. Another refusal, such as 554, is often of us: it says nothing of the address."""


class Refused(Exception):
    """The server says no for good; `code` is its enhanced status (RFC 3463), or what we take its answer for."""

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


@dataclass(slots=True, eq=False)
class _Connection:
    """A connection to the relay."""

    route: Route
    client: aiosmtplib.SMTP
    loop: asyncio.AbstractEventLoop
    messages: int = 0
    """Carried so far."""

    @property
    def is_fit(self) -> bool:
        """Whether it can carry another email."""
        return self.client.is_connected and self.messages < MESSAGES_A_CONNECTION

    async def answers(self) -> bool:
        """Whether the server is still there."""
        try:
            await self.client.noop()
        except (aiosmtplib.SMTPException, OSError):
            self.client.close()
        return self.is_fit


_idle: list[_Connection] = []


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
    """A talk with the server about some emails, one after the other."""

    def __init__(self) -> None:
        self.connection: _Connection | None = None
        self.is_amid = False
        """Whether the server still has an email's addresses in mind."""
        self.lost = ""
        """Why no connection is to be had."""

    async def address(self, sender: str, recipient: str) -> None:
        """MAIL and RCPT, over a connection that is made if need be. Raises Refused or Deferred."""
        connection = await self._connected()
        try:
            if self.is_amid:
                await connection.client.rset()
            self.is_amid = True
            await connection.client.mail(sender)
        except aiosmtplib.SMTPResponseException as err:  # who refuses our sender has nothing against this email
            raise Deferred(str(err.code)) from None
        except (aiosmtplib.SMTPException, OSError) as err:
            raise Deferred(type(err).__name__) from None
        try:
            await connection.client.rcpt(recipient)
        except aiosmtplib.SMTPResponseException as err:
            raise _answer(err, about_recipient=True) from None
        except (aiosmtplib.SMTPException, OSError) as err:
            raise Deferred(type(err).__name__) from None

    async def hand_over(self, message: bytes) -> None:
        """DATA. Raises Refused, Deferred, or Broken when it is not known whether the server took it."""
        if self.connection is None:
            raise Deferred("no connection")
        try:
            await self.connection.client.data(message)
        except aiosmtplib.SMTPResponseException as err:
            raise _answer(err, about_recipient=False) from None
        except (aiosmtplib.SMTPException, OSError) as err:
            raise Broken(type(err).__name__) from None
        self.is_amid = False
        self.connection.messages += 1

    async def _connected(self) -> _Connection:
        """The connection, or another if it broke or has carried enough. Once there is none to be had, none is tried."""
        if self.lost:
            raise Deferred(self.lost)
        if self.connection is None or not self.connection.is_fit:
            self.leave()
            try:
                self.connection = await _connection()
            except Deferred as err:
                self.lost = str(err)
                raise
        return self.connection

    def leave(self) -> None:
        """Keep the connection for the next talk, or close it if it is of no use any more."""
        if self.connection is not None and self.connection.is_fit and not self.is_amid:
            _keep(self.connection)
        elif self.connection is not None:
            self.connection.client.close()
        self.connection, self.is_amid = None, False


def _answer(err: aiosmtplib.SMTPResponseException, *, about_recipient: bool) -> Refused | Deferred:
    found = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", err.message)
    if err.code < 500:
        return Deferred(str(err.code))
    is_unknown = about_recipient and err.code in _NO_SUCH_MAILBOX
    return Refused(found.group(1) if found else "5.1.1" if is_unknown else "5.3.0", about_recipient=about_recipient)


@contextmanager
def conversation() -> Generator[Conversation]:
    """A talk with the relay."""
    talk = Conversation()
    try:
        yield talk
    except BaseException:
        talk.is_amid = True
        raise
    finally:
        talk.leave()


async def _connection() -> _Connection:
    """A connection that was kept, or a new one. Raises Deferred when there is none to be had."""
    route, loop = _route(settings().mail), asyncio.get_running_loop()
    while kept := next((one for one in _idle if one.loop is loop and one.route == route), None):
        _idle.remove(kept)
        if await kept.answers():
            return kept
    client = _client(route)
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as err:
        client.close()
        raise Deferred(type(err).__name__) from None
    return _Connection(route, client, loop)


def _keep(connection: _Connection) -> None:
    _idle.append(connection)
    connection.loop.call_later(IDLE_S, _drop, connection)


def _drop(connection: _Connection) -> None:
    if connection in _idle:
        _idle.remove(connection)
        connection.client.close()


def close() -> None:
    """Close what is kept open: at shutdown, and between tests."""
    while _idle:
        _idle.pop().client.close()
