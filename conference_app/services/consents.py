"""The consent ledger: who agreed to what, by which act, to which words, and when it ended.

The ledger only grows. What holds now is the newest entry of a person and a purpose; "given" is the only one that
allows anything. Purposes are data (`purposes`), off until given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.services.signed_links import Subject

__all__ = ["Subject", "expire", "give", "has_live", "live_subjects", "object_to", "require", "withdraw"]


async def give(
    db: AsyncSession,
    subject: Subject,
    purpose: str,
    *,
    act: str,
    page: str,
    words: str,
    language: str,
    now: datetime | None = None,
) -> None:
    """Record that `subject` agreed to `purpose` by the control `act` on `page`, having read exactly `words`.

    Raises ValueError for a purpose that the registry does not know. Agreeing again to what holds writes nothing.
    """
    raise NotImplementedError


async def withdraw(
    db: AsyncSession,
    subject: Subject,
    purpose: str,
    *,
    act: str,
    page: str,
    words: str = "",
    language: str = "",
    reason: str = "",
    now: datetime | None = None,
) -> None:
    """Record that `subject` takes `purpose` back; nothing is written if it was not given."""
    raise NotImplementedError


async def object_to(
    db: AsyncSession, subject: Subject, purpose: str, *, act: str, page: str, now: datetime | None = None
) -> None:
    """Record an objection (GDPR Art. 21): ends a live grant, and is kept also where there was none."""
    raise NotImplementedError


async def expire(db: AsyncSession, subject: Subject, purpose: str, *, now: datetime | None = None) -> None:
    """Record that what `subject` agreed to is over, such as a topic that is no longer available."""
    raise NotImplementedError


async def has_live(db: AsyncSession, subject: Subject, purpose: str) -> bool:
    """Whether `subject` agrees to `purpose` at this moment."""
    raise NotImplementedError


async def require(db: AsyncSession, subject: Subject, purpose: str) -> None:
    """Raises NoConsent unless `subject` agrees to `purpose` at this moment."""
    raise NotImplementedError


async def live_subjects(db: AsyncSession, purpose: str) -> Sequence[Subject]:
    """Everybody who agrees to `purpose` now and can be written to; one entry for an address that is known twice."""
    raise NotImplementedError
