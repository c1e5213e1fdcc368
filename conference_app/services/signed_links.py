"""Links that open one thing without signing in: stop a mail, choose what comes, see what we hold, go on with a thread.

A token is signed over the address's key (`addresses.email_key`), not over an account: it goes on working when the
account is deleted. It names nobody to whoever reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel.ext.asyncio.session import AsyncSession

LinkKind = Literal["unsubscribe", "preferences", "privacy", "contact"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A person to whom consents belong: a registered one, or an `Address`."""

    kind: Literal["account", "address"]
    id: str


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """What a genuine token says."""

    kind: LinkKind
    email_key: bytes = field(repr=False)
    purpose: str = ""
    """The purpose of the mail it stood in; empty for all."""
    subject: Subject | None = None
    """Who the mail was sent to; may be gone since."""


def make(
    kind: LinkKind,
    email_key: bytes,
    purpose: str = "",
    *,
    subject: Subject | None = None,
    life: timedelta | None = None,
    now: datetime | None = None,
) -> str:
    """A token of URL-safe characters, valid for `life` (default for good: mails are kept for years).

    Raises ValueError for a key that has not 32 bytes.
    """
    raise NotImplementedError


async def make_for(
    db: AsyncSession, kind: LinkKind, subject: Subject, purpose: str = "", *, life: timedelta | None = None
) -> str:
    """`make` for a subject whose key is read from its row. Raises NotFound when it is gone."""
    raise NotImplementedError


def read(token: str, kind: LinkKind, *, now: datetime | None = None) -> LinkTarget:
    """What `token` says. Raises NotFound for one that is not ours, not of this kind, or over; never says which."""
    raise NotImplementedError


def unsubscribe_path(token: str) -> str:
    """The plain page and one-click address (RFC 8058) of an "unsubscribe" token."""
    return f"/u/{token}"


def preferences_path(token: str) -> str:
    """The preference page of a "preferences" token, in the default language."""
    return f"/preferences/{token}"
