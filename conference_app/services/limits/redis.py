"""Redis, where several app processes keep what their tabs show: whether it answers."""

from __future__ import annotations

import logging

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from conference_app.config import settings

logger = logging.getLogger(__name__)

PATIENCE_S = 2.0
"""How long Redis may take to answer."""

_connection: Redis | None = None


def _kept() -> Redis:
    """One connection that is kept: with a Redis that was started anew in between it fails once, and tabs are told."""
    global _connection
    if _connection is None:
        _connection = Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
            settings().redis_url,
            single_connection_client=True,
            socket_timeout=PATIENCE_S,
            socket_connect_timeout=PATIENCE_S,
            retry=Retry(NoBackoff(), 0),
        )
    return _connection


async def healthy() -> bool:
    """Whether Redis answers, and has done so without a break since the last time it was asked."""
    try:
        await _kept().execute_command("PING")  # pyright: ignore[reportUnknownMemberType]
    except (RedisError, OSError) as err:
        logger.debug("Redis does not answer: %s", type(err).__name__)  # who looks says it, once
        return False
    return True


async def close() -> None:
    """Close the connection, if there is one."""
    global _connection
    if _connection is not None:
        await _connection.aclose()
        _connection = None
