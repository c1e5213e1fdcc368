"""The one place that sends mail. A letter is queued in the caller's transaction and leaves as a job.

When it leaves, everything is read anew: the recipient's address, the live grant, the template's values. Kept
afterwards are class, template, times and outcome, with the recipient by identifier.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.services.letters import Letter


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where a recipient is reached now."""

    email: str = field(repr=False)
    language: str
    name: str = field(default="", repr=False)
    """First name, or empty."""


AddressSource = Callable[[AsyncSession, str], Awaitable[Mailbox | None]]


def address_source(name: str) -> Callable[[AddressSource], AddressSource]:
    """Declare the decorated `async def f(db, row_id) -> Mailbox | None` as what finds a `RowRecipient(name, row_id)`."""
    raise NotImplementedError


async def send(db: AsyncSession, letter: Letter, *, key: str | None = None, run_at: datetime | None = None) -> str:
    """Queue `letter`, to leave at `run_at` (default now) if and when the caller's transaction commits; its identifier.

    The same `key` sends once: while the letter waits its time is replaced, after that nothing happens.
    """
    raise NotImplementedError


async def cancel(db: AsyncSession, key: str) -> None:
    """Take back the waiting letter of this `key`, if there is one."""
    raise NotImplementedError
