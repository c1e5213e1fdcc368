"""How often somebody may try something: counted in memory, or in Redis when several app processes share the work.

While Redis does not answer each process counts by itself: a limit then holds for each of them, instead of for nobody or
against everybody. Keys are hashed before they are counted, so that no list of addresses or e-mails lies in the counters.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from conference_app.config import settings
from conference_app.errors import NotFound, TooManyAttempts
from conference_app.models.columns import lookup_key
from conference_app.services.limits import redis
from conference_app.texts import n_

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

SIGN_IN_PER_ADDRESS = RateLimitItemPerMinute(60, 15, "sign-in-address")
REGISTER_PER_ADDRESS = RateLimitItemPerHour(100, 1, "register-address")
REGISTER_PER_EMAIL = RateLimitItemPerHour(5, 24, "register-email")
MAIL_AGAIN = RateLimitItemPerMinute(1, 1, "mail-again")
MAIL_PER_ACCOUNT = RateLimitItemPerHour(5, 1, "mail-account")
RESET_PER_ADDRESS = RateLimitItemPerHour(30, 1, "reset-address")
RESET_PER_EMAIL = RateLimitItemPerHour(3, 1, "reset-email")
LINK_PER_ADDRESS = RateLimitItemPerMinute(60, 15, "link-address")
CONFIRM_PER_ACCOUNT = RateLimitItemPerMinute(10, 15, "confirm-account")
FIRST_CODE_PER_ACCOUNT = RateLimitItemPerMinute(6, 15, "authenticator-first-code")
CODE_PER_ACCOUNT = RateLimitItemPerHour(60, 24, "second-step-account")
CODE_PER_NETWORK = RateLimitItemPerHour(10, 6, "second-step-network")
CODE_PER_DEVICE = RateLimitItemPerMinute(6, 15, "second-step-device")
WRONG_CODE_MESSAGE = RateLimitItemPerHour(1, 1, "second-step-email")
PASSKEY_PER_ADDRESS = RateLimitItemPerMinute(60, 15, "passkey-address")
MEETING_KEYS_PER_ACCOUNT = RateLimitItemPerHour(240, 1, "meeting-keys-account")
VAULT_PER_ACCOUNT = RateLimitItemPerHour(60, 1, "vault-account")
UPLOAD_PER_ACCOUNT = RateLimitItemPerHour(30, 1, "upload-account")
CREATE_MEETING_PER_ACCOUNT = RateLimitItemPerHour(120, 1, "meeting-account")
WRONG_CODE_PER_ADDRESS = RateLimitItemPerMinute(100, 15, "code-address")
PASS_PHRASE_PER_ADDRESS = RateLimitItemPerMinute(10, 15, "phrase-address")
PASS_PHRASE_PER_MEETING = RateLimitItemPerMinute(200, 15, "phrase-meeting")
JOIN_PER_ADDRESS = RateLimitItemPerMinute(300, 5, "join-address")
ENCRYPTION_COMMITS = RateLimitItemPerMinute(30, 1, "encryption-commits")
ENCRYPTION_LEADER = RateLimitItemPerMinute(300, 1, "encryption-leader")
EXPORT_PER_PERSON = RateLimitItemPerHour(10, 24, "export-person")
PRIVACY_LINK_PER_ADDRESS = RateLimitItemPerMinute(20, 15, "privacy-link-address")
PRIVACY_LINK_PER_EMAIL = RateLimitItemPerHour(5, 24, "privacy-link-email")
ADDRESS_CHANGE_PER_PERSON = RateLimitItemPerHour(5, 24, "address-change-person")
ADDRESS_CHANGE_PER_EMAIL = RateLimitItemPerHour(3, 24, "address-change-email")
NEWSLETTER_PER_ADDRESS = RateLimitItemPerHour(20, 1, "newsletter-address")
NEWSLETTER_PER_EMAIL = RateLimitItemPerHour(3, 24, "newsletter-email")
CONTACT_PER_ADDRESS = RateLimitItemPerHour(10, 1, "contact-address")
CONTACT_PER_EMAIL = RateLimitItemPerHour(10, 24, "contact-email")
THANKS_PER_EMAIL = RateLimitItemPerHour(3, 24, "thanks-email")
STOPPED_PER_EMAIL = RateLimitItemPerHour(1, 24, "stopped-email")
STAFF_SEARCH = RateLimitItemPerHour(60, 1, "staff-search")
INBOUND_PER_EMAIL = RateLimitItemPerHour(60, 24, "inbound-email")
"""A whole company may sit behind one address, so limits per address are wide and those per account narrow."""
OF_ALL = 6
"""How many networks may each use up a limit about one mailbox before it is used up for everybody."""

_limiter: MovingWindowRateLimiter | None = None
_own_limiter: MovingWindowRateLimiter | None = None
"""For the time in which Redis does not answer."""


def _the_limiter() -> MovingWindowRateLimiter:
    global _limiter
    if _limiter is None:
        url = settings().redis_url
        storage: Storage = RedisStorage(f"async+{url}", implementation="redispy") if url else MemoryStorage()
        _limiter = MovingWindowRateLimiter(storage)
    return _limiter


def _without_redis() -> MovingWindowRateLimiter:
    global _own_limiter
    if _own_limiter is None:
        _own_limiter = MovingWindowRateLimiter(MemoryStorage())
    return _own_limiter


async def _asked(question: Callable[[MovingWindowRateLimiter], Awaitable[Answer]]) -> Answer:
    """What the counters answer to `question`."""
    try:
        async with asyncio.timeout(redis.PATIENCE_S):
            return await question(_the_limiter())
    except (RedisError, TimeoutError) as err:
        logger.warning("this process counts tries by itself: %s", type(err).__name__)
        return await question(_without_redis())


def reset() -> None:
    """Forget every count kept in memory: between tests."""
    global _limiter, _own_limiter
    _limiter = _own_limiter = None


def network_of(address: str) -> str:
    """What is counted as one caller: an IPv4 address, or an IPv6 /64, since one household owns a whole /64."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def _key(limit: RateLimitItem, who: str) -> str:
    return lookup_key(f"limit {limit.namespace}", who).hex()[:32]


async def _refuse(limit: RateLimitItem, key: str) -> TooManyAttempts:
    window = await _asked(lambda limiter: limiter.get_window_stats(limit, key))
    wait_s = max(1, math.ceil(window.reset_time - time.time()))
    return TooManyAttempts(n_("Too many attempts."), wait_s=wait_s)


async def count(limit: RateLimitItem, who: str) -> None:
    """Count one try of `who`. Raises TooManyAttempts, with the wait, when the limit was reached before it."""
    key = _key(limit, who)
    if not await _asked(lambda limiter: limiter.hit(limit, key)):
        raise await _refuse(limit, key)


async def counted(limit: RateLimitItem, who: str) -> int:
    """How many tries of `who` count now."""
    key = _key(limit, who)
    window = await _asked(lambda limiter: limiter.get_window_stats(limit, key))
    return limit.amount - window.remaining


async def check(limit: RateLimitItem, who: str) -> None:
    """Raises TooManyAttempts if `who` has reached the limit; counts nothing."""
    key = _key(limit, who)
    if not await _asked(lambda limiter: limiter.test(limit, key)):
        raise await _refuse(limit, key)


async def count_about(limit: RateLimitItem, about: str, network: str) -> None:
    """Count a try of `network` about a mailbox or a meeting, and of everybody about it in a limit six times as wide.

    So nobody keeps others from asking for mails to their own address by asking first. Raises TooManyAttempts.
    """
    await count(limit, f"{about} {network}")
    of_all = type(limit)(limit.amount * OF_ALL, limit.multiples, f"{limit.namespace}-all")
    await count(of_all, about)


@contextlib.asynccontextmanager
async def counting_failures(limit: RateLimitItem, who: str) -> AsyncGenerator[None]:
    """Count a try of `who` when the block ends in NotFound; in its place TooManyAttempts, once there were too many.

    For secrets that nobody can guess: who shows a good one is never kept waiting, whoever else sits behind the address.
    """
    try:
        yield
    except NotFound:
        await count(limit, who)
        raise


async def forgive(limit: RateLimitItem, who: str) -> None:
    """Forget the tries of `who`, after one that succeeded."""
    key = _key(limit, who)
    await _asked(lambda limiter: limiter.clear(limit, key))
