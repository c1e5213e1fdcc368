"""The mails a test's people got: real SMTP to the stand-in, read back from its Maildir."""

from __future__ import annotations

import email
import mailbox
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from conference_app.embedded import mail_sink
from conference_app.services.jobs import worker
from conference_app.services.mail import delivery, smtp


class Mails:
    """What arrived."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[EmailMessage]:
        """Every mail so far, oldest first."""
        box = mailbox.Maildir(self.path, create=True)
        keys = sorted(box.keys(), key=mail_sink.arrival)  # of one second the Date tells no order
        found = [email.message_from_bytes(box.get_bytes(key), policy=policy.default) for key in keys]
        return sorted(found, key=lambda mail: mail["Date"].datetime)

    def to(self, address: str) -> list[EmailMessage]:
        """Every mail to `address`."""
        return [mail for mail in self.all() if mail["X-RcptTo"] == address]

    def wait(self, address: str, subject: str, *, wait_s: float = 60) -> EmailMessage:
        """The mail to `address` with this subject, as soon as it is there."""
        deadline = monotonic() + wait_s
        while monotonic() < deadline:
            for mail in self.to(address):
                if mail["Subject"] == subject:
                    return mail
            sleep(0.1)
        raise AssertionError(f"no mail {subject!r} came to {address}")

    async def deliver(self, now: datetime | None = None) -> list[EmailMessage]:
        """Let every waiting email leave; then all mails so far."""
        await worker.run_due(now or datetime.now(UTC) + timedelta(seconds=1), kinds=[delivery.JOB])
        return self.all()


def text_of(mail: EmailMessage) -> str:
    """The text part."""
    part = mail.get_body(("plain",))
    assert part is not None
    return part.get_content()


def html_of(mail: EmailMessage) -> str:
    """The HTML part."""
    part = mail.get_body(("html",))
    assert part is not None
    return part.get_content()


def links_in(mail: EmailMessage) -> list[str]:
    """The addresses in the text part, in their order."""
    return re.findall(r"https?://\S+", text_of(mail))


def mailed_link(box: Path, address: str, start: str, *, wait_s: float = 60) -> str:
    """Path of the link that begins with `start` in the newest mail to `address` that has one; waits for it.

    For who looks from outside at the Maildir `box` of a running product.
    """
    deadline = monotonic() + wait_s
    while monotonic() < deadline:
        for mail in reversed(Mails(box).to(address)):
            for link in links_in(mail):
                path = re.sub(r"^https?://[^/]+(?:/pl(?=/))?", "", link)
                if path.startswith(start):
                    return link.partition(urlsplit(link).netloc)[2]
        sleep(0.1)
    raise AssertionError(f"no mail with {start} came to {address}")


@asynccontextmanager
async def receiving(path: Path) -> AsyncGenerator[Mails]:
    """Mails go to the Maildir `path` while inside."""
    async with mail_sink.listening(path) as port:
        smtp.use_stand_in("127.0.0.1", port)
        try:
            yield Mails(path)
        finally:
            smtp.forget_stand_in()
            smtp.close()
