"""Puts a rendered email into an RFC 5322 message, with the headers its class needs.

A message is made in two steps: what is the same for everybody who gets the email in a language, then the recipient's
own lines and links. So a newsletter's head and pages are made once.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr

from conference_app.config import settings
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.rendering import Choices, Rendered, absolute
from conference_app.services.emails.template import Template, Values
from conference_app.services.people.email_addresses import ascii_address

EXTRA_HEADERS = ("Reply-To", "In-Reply-To", "References", "Message-ID")
"""What `compose` may set."""
_HEADER_TEXT = re.compile(r"[\x20-\x7e]{0,960}(?:\r\n =\?[\x21-\x7e]{1,80})*")
_PLAIN = 200
"""Characters of a header's text in one line."""
_BOUNDARY = "=_part"
"""In quoted-printable text no `=` is followed by `_`, so that no part can hold it."""
_KIND = f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'.encode()


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is the same in every copy of an email in a language."""

    head: bytes = field(repr=False)
    rendered: Rendered = field(repr=False)
    message_id: str = ""
    """Only where the email sets its own."""


def message_id(email_id: str) -> str:
    """The same for every try of an email, so that a repeated one can be recognised."""
    return f"<{email_id}@{settings().mail.domain}>"


def sheet(template: Template, rendered: Rendered, values: Values, language: str, now: datetime) -> Sheet:
    """The email without its recipient. Raises ValueError for a header in `values` that is not theirs to set."""
    replies = isinstance(template, NecessaryTemplate) and template.automatic_reply
    head = {
        "From": _mailbox(settings().brand_name, settings().mail.sender),
        "Subject": _in_ascii(rendered.subject),
        "Date": format_datetime(now),
        "Reply-To": _mailbox(settings().brand_name, settings().controller.email),
        "Auto-Submitted": "auto-replied" if replies else "auto-generated",
    }
    if template.email_class in ("newsletter", "promotion"):
        head |= {"List-Id": f"<{template.email_class}.{settings().mail.domain}>", "Precedence": "bulk"}
    head |= {"Content-Language": language, **_extras(values)}
    own_id = head.pop("Message-ID", "")
    return Sheet(b"".join(_line(name, value) for name, value in head.items()), rendered, own_id)


def _extras(values: Values) -> dict[str, str]:
    """The values `headers` and `message_id`. They may hold what strangers sent us, and are put in as they are."""
    headers = values.get("headers", {})
    found = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, Mapping) else {}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if "message_id" in values:
        found["Message-ID"] = str(values["message_id"])
    if wrong := [name for name, value in found.items() if name not in EXTRA_HEADERS or "\n" in value]:
        raise ValueError(f"the header {wrong[0]!r} of an email is not ours to set so")
    return found


def _mailbox(name: str, address: str) -> str:
    return formataddr((name, address)) if name.isascii() else f"{_in_ascii(name)} <{address}>"


def _in_ascii(text: str) -> str:
    """`text` for a header, encoded (RFC 2047) unless it is plain.

    Also what only looks encoded, such as `=?utf-8?q?=0d=0aBcc:?=`: the standard library's EmailMessage would read it,
    and write the line it holds as a header.
    """
    if text.isascii() and "=?" not in text and len(text) <= _PLAIN:
        return text
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def addressed(copy_of: Sheet, email_id: str, recipient: str, choices: Choices) -> bytes:
    """The whole message to `recipient`, unsigned."""
    own = {
        "To": ascii_address(recipient),
        "Message-ID": copy_of.message_id or message_id(email_id),
    }
    if choices.unsubscribe:
        own["List-Unsubscribe"] = f"<{absolute(choices.unsubscribe)}>"
        own["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    lines = b"".join(_line(name, value) for name, value in own.items())
    rendered = copy_of.rendered.aimed(choices)
    parts = _part("plain", rendered.text) + _part("html", rendered.html)
    return lines + copy_of.head + _KIND + parts + f"--{_BOUNDARY}--\r\n".encode()


def _line(name: str, value: str) -> bytes:
    """A header. Only encoded words are folded: machines read addresses and identifiers wrongly then."""
    if not _HEADER_TEXT.fullmatch(value):
        raise ValueError(f"the header {name!r} of an email is not ASCII")
    return f"{name}: {value}\r\n".encode("ascii")


def _part(kind: str, text: str) -> bytes:
    head = (
        f"--{_BOUNDARY}\r\nContent-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    )
    whole = "\r\n".join([*text.splitlines(), ""])
    return f"{head}\r\n".encode() + binascii.b2a_qp(whole.encode(), istext=True)
