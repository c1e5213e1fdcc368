"""Answers that take the same time whether we know somebody or not, so that their time tells nothing either."""

from __future__ import annotations

from asyncio import sleep
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from time import monotonic

ANSWER_S = 1.0
"""How long an answer takes at least: longer than queueing a mail does on a busy machine too (measured: 0.6)."""


@asynccontextmanager
async def evened() -> AsyncGenerator[None]:
    """Stands around what looks an address up and may write to it, outside of any transaction.

    An exception passes at once: it must say only what the caller typed, or how often.
    """
    began = monotonic()
    yield  # a `return` inside passes here like the end does
    await sleep(max(0.0, ANSWER_S - (monotonic() - began)))
