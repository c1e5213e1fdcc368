"""Puts a rendered letter into an RFC 5322 message, with the headers its class needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from conference_app.config import settings
from conference_app.services.letter_rendering import Choices, Rendered, absolute
from conference_app.services.letters import NecessaryTemplate, Template, Values

EXTRA_HEADERS = ("Reply-To", "In-Reply-To", "References", "Message-ID")
"""What `compose` may set."""
_HEADER_TEXT = re.compile(r"[\x20-\x7e]{1,998}")


def message_id(letter_id: str) -> str:
    """The same for every try of a letter, so that a repeated one can be recognised."""
    return f"<{letter_id}@{settings().mail.domain}>"


def build(
    letter_id: str,
    template: Template,
    recipient: str,
    rendered: Rendered,
    choices: Choices,
    language: str,
    now: datetime,
) -> EmailMessage:
    """The whole message, unsigned."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(settings().brand_name, addr_spec=settings().mail.sender)
    mail["To"] = Address(addr_spec=ascii_address(recipient))
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(letter_id)
    mail["Reply-To"] = Address(settings().brand_name, addr_spec=settings().controller.email)
    replies = isinstance(template, NecessaryTemplate) and template.automatic_reply
    mail["Auto-Submitted"] = "auto-replied" if replies else "auto-generated"
    if choices.unsubscribe:
        mail["List-Unsubscribe"] = f"<{absolute(choices.unsubscribe)}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if template.letter_class in ("newsletter", "promotion"):
        mail["List-Id"] = f"<{template.letter_class}.{settings().mail.domain}>"
        mail["Precedence"] = "bulk"
    mail.set_content(rendered.text, charset="utf-8", cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", charset="utf-8", cte="quoted-printable")
    mail["Content-Language"] = language  # last: setting the content clears such headers
    return mail


def set_extras(mail: EmailMessage, values: Values) -> None:
    """Put the values `headers` and `message_id` in their places. Raises ValueError for a header that is not theirs."""
    headers = values.get("headers", {})
    if isinstance(headers, Mapping):
        for name, value in headers.items():  # pyright: ignore[reportUnknownVariableType] - checked below
            _replace(mail, str(name), str(value))  # pyright: ignore[reportUnknownArgumentType]
    if "message_id" in values:
        _replace(mail, "Message-ID", str(values["message_id"]))


def _replace(mail: EmailMessage, name: str, value: str) -> None:
    if name not in EXTRA_HEADERS or not _HEADER_TEXT.fullmatch(value):
        raise ValueError(f"the header {name!r} of a letter is not ours to set so")
    del mail[name]
    mail[name] = value


def ascii_address(email: str) -> str:
    """The address as it travels: its domain in ASCII (RFC 5890)."""
    local, _at, domain = email.rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
