"""What an email says, before it is written to anybody: its blocks, and the function that finds their values.

The templates of each class, and the emails that are made of them, are in `messages`; bodies are made of `blocks`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from typing import ClassVar, TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.purposes import MailClass, Purpose
from conference_app.services.emails.blocks import Block
from conference_app.services.emails.recipients import Recipient

EmailClass = MailClass
Refs = Mapping[str, str | int]
"""Identifiers by name, never anything about a person: they wait in the job table."""


@dataclass(frozen=True, slots=True)
class Context:
    """What `compose` knows: who gets the email, in which language, and the identifiers given with it."""

    recipient: Recipient
    refs: Refs
    language: str
    name: str = field(repr=False)
    """The first name, or empty."""
    now: datetime
    email_id: str = ""


Values = Mapping[str, object]
Compose = Callable[[AsyncSession, Context], Awaitable[Values | None]]
"""Values for the template from the rows of this moment, in the email's language (texts are in it already). It may
write, for instance make the link's token. None: the email is not wanted any more, and is dropped. The value `headers`
may set Reply-To, In-Reply-To, References, and `message_id` the Message-ID."""

TEMPLATES: dict[str, Template] = {}
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
"""Of a template, and of a reference."""


@dataclass(frozen=True, slots=True)
class Template:
    """What an email says, by class; made known by `register`. `subject`, `summary` and the blocks' texts are msgids."""

    email_class: ClassVar[EmailClass]
    name: str
    _: KW_ONLY
    purpose: Purpose
    """What the recipient's address is read for, and what `compose` may read; for newsletters the consent they need."""
    subject: str
    body: tuple[Block, ...]
    sample: Values
    """Values to show and to test the template with."""
    compose: Compose | None = None
    summary: str = ""
    """The line mail programs show beside the subject."""
    automatic_reply: bool = False
    """Whether it answers a mail by itself (RFC 3834: auto-replied instead of auto-generated)."""
    same_for_all: bool = False
    """Whether it says the same to everybody in a language: made once for many, its `compose` knows no name."""
    also: tuple[Purpose, ...] = ()
    """What else `compose` may read for."""


T = TypeVar("T", bound=Template)


def register(template: T) -> T:
    """Make a template known by its name. Raises ValueError for a name that is taken, or a body its class may not have."""
    if not NAME.fullmatch(template.name) or template.name in TEMPLATES:
        raise ValueError(f"{template.name!r} is no good name for an email, or taken")
    if template.email_class in ("service", "participant") and any(block.kind == "rich" for block in template.body):
        raise ValueError(f"{template.name}: emails of class {template.email_class} hold no text that staff write")
    TEMPLATES[template.name] = template
    return template
