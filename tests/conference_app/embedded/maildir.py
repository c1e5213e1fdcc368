"""A Maildir with mails in it, as the stand-in keeps them."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path


def keep(path: Path, recipient: str, subject: str = "Hello") -> str:
    """Put a mail for `recipient` into the Maildir at `path`; its key."""
    mail = EmailMessage()
    mail["Subject"], mail["X-RcptTo"], mail["Date"] = subject, recipient, "Mon, 23 Nov 2026 12:00:00 +0000"
    mail.set_content("Text of the mail")
    mail.add_alternative('<p>Hello <a href="/x">link</a></p>', subtype="html")
    return mailbox.Maildir(path, create=True).add(mail.as_bytes())
