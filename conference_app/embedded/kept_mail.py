"""Reads the Maildir that the mail stand-in fills, for the page that shows it."""

from __future__ import annotations

import email
import mailbox
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

from conference_app.embedded import mail_sink
from conference_app.errors import NotFound
from conference_app.texts import n_

_HEADERS = (
    "From",
    "To",
    "Reply-To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
)


@dataclass
class MailLine:
    """A mail in the list."""

    key: str = ""
    recipient: str = ""
    subject: str = ""
    when: str = ""


@dataclass
class OpenMail:
    """The mail that is open."""

    key: str = ""
    subject: str = ""
    html: str = ""
    text: str = ""
    headers: str = ""


def _line(key: str, mail: EmailMessage) -> MailLine:
    return MailLine(key, str(mail["X-RcptTo"]), str(mail["Subject"]), str(mail["Date"])[:25])


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _opened(key: str, mail: EmailMessage) -> OpenMail:
    # A link inside the frame opens beside the page: our pages let nobody frame them.
    html = _part(mail, "html").replace("<a ", '<a target="_blank" ')
    headers = "\n".join(f"{name}: {mail[name]}" for name in _HEADERS if mail[name])
    return OpenMail(key, str(mail["Subject"]), html, _part(mail, "plain"), headers)


def _read(box: mailbox.Maildir, key: str) -> EmailMessage:
    return email.message_from_bytes(box.get_bytes(key), policy=policy.default)


def newest(path: Path, limit: int) -> list[MailLine]:
    """The newest mails of a Maildir."""
    box = mailbox.Maildir(path, create=True)
    keys = sorted(box.iterkeys(), key=mail_sink.arrival, reverse=True)
    return [_line(key, _read(box, key)) for key in keys[:limit]]


def opened(path: Path, key: str) -> OpenMail:
    """One mail. Raises NotFound."""
    box = mailbox.Maildir(path, create=True)
    try:
        return _opened(key, _read(box, key))
    except KeyError:
        raise NotFound(n_("This e-mail is no longer here.")) from None
