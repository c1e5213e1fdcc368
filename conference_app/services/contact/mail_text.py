"""The words of a mail from outside: its first plain text, else its first HTML without the tags; attachments are not kept.

What a mail only carries, such as another mail that is passed on, is not what its sender says.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import nh3

from conference_app.services.contact import threads
from conference_app.services.mail import raw_mail
from conference_app.texts import _

if TYPE_CHECKING:
    from conference_app.services.mail.raw_mail import Mail

_TEXT_BYTES = 4 * threads.MAIL_LENGTH
"""Bytes of a text that are read: the rest of a mail written to keep us busy is not."""
_LINE_ENDS = re.compile(r"<(?:br|/?(?:p|div|li|tr|table|ul|ol|pre|h[1-6]))\b[^<>]{0,300}>", re.I)
_QUOTED = re.compile(r"<blockquote\b[^<>]{0,300}>", re.I)
_BLANK_LINES = re.compile(r"\n\s*\n\s*")
_UNSEEN = {"script", "style", "title"}


def words_of(mail: Mail) -> str:
    """What the mail says; for one that only brings something along, a word about that; else empty."""
    own = list(itertools.islice(_own_parts(mail), raw_mail.MAX_PARTS))
    for wanted in ("text/plain", "text/html"):
        for part in own:
            if _is_text(part, wanted) and (text := _text(part, wanted)):
                return text
    brings = mail.get_content_maintype() == "message" or any(_is_brought(part) for part in own)
    return _("This e-mail has no text. Attachments are not kept.") if brings else ""


def _own_parts(mail: Mail) -> Iterator[Mail]:
    """The mail and its parts, without those of mails inside it."""
    if mail.get_content_maintype() == "message":
        return
    yield mail
    for part in mail.get_payload() if mail.is_multipart() else ():
        yield from _own_parts(part)  # type: ignore[arg-type]


def _is_brought(part: Mail) -> bool:
    return not part.is_multipart() and not any(_is_text(part, kind) for kind in ("text/plain", "text/html"))


def _is_text(part: Mail, wanted: str) -> bool:
    is_attached = part.is_multipart() or part.get_content_disposition() == "attachment"
    return part.get_content_type() == wanted and not is_attached


def _text(part: Mail, wanted: str) -> str:
    decoded = _decoded(part)
    return threads.clean_text(_of_html(decoded) if wanted == "text/html" else decoded, threads.MAIL_LENGTH)


def _of_html(source: str) -> str:
    """The text of HTML, its lines where a browser would draw them; a quotation begins with the usual mark."""
    lines = _LINE_ENDS.sub("\n", _QUOTED.sub("\n&gt;\n", " ".join(source.split())))
    text = html.unescape(nh3.clean(lines, tags=set(), clean_content_tags=_UNSEEN))
    return _BLANK_LINES.sub("\n\n", "\n".join(line.strip() for line in text.splitlines()))


def _decoded(part: Mail) -> str:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, TypeError):
        return ""
    if not isinstance(payload, bytes):
        return ""
    charset = str(part.get_content_charset("utf-8"))
    try:
        return payload[:_TEXT_BYTES].decode(charset, "replace")
    except (LookupError, ValueError):
        return payload[:_TEXT_BYTES].decode("utf-8", "replace")
