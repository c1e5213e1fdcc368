"""The mail stand-in: never in production, for this machine only, and forgetful when somebody is erased."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from conference_app.config import load_settings, settings
from conference_app.embedded import dev_mail, mail_sink
from conference_app.errors import NotFound
from conference_app.services import smtp
from conference_app.services.erasure import Traces
from tests.conference_app.test_config import REAL, environment


def keep(path: Path, recipient: str, subject: str = "Hello") -> str:
    mail = EmailMessage()
    mail["Subject"], mail["X-RcptTo"], mail["Date"] = subject, recipient, "Mon, 23 Nov 2026 12:00:00 +0000"
    mail.set_content("Text of the mail")
    mail.add_alternative('<p>Hello <a href="/x">link</a></p>', subtype="html")
    return mailbox.Maildir(path, create=True).add(mail.as_bytes())


def test_production_has_no_stand_in(tmp_path: Path) -> None:
    assert not mail_sink.is_used(load_settings(environment(tmp_path, **REAL)))
    assert not mail_sink.is_used(load_settings(environment(tmp_path, PARLEY_SMTP_HOST="smtp.local")))
    assert mail_sink.is_used(load_settings(environment(tmp_path)))


async def test_it_listens_on_loopback_and_only_while_the_app_runs(tmp_path: Path) -> None:
    async with mail_sink.running_sink(load_settings(environment(tmp_path))):
        assert smtp._stand_in is not None
        assert smtp._stand_in.host == "127.0.0.1"
    assert smtp._stand_in is None
    async with mail_sink.running_sink(load_settings(environment(tmp_path, **REAL))):
        assert smtp._stand_in is None


@pytest.mark.parametrize(
    ("address", "host", "expected"),
    [
        ("127.0.0.1", "localhost:3000", True),
        ("::1", "[::1]:3000", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("192.0.2.7", "localhost:3000", False),
        ("127.0.0.1", "meet.example.com", False),
        ("127.0.0.1", "evil.example:3000", False),
        ("", "localhost", False),
        ("localhost", "localhost", False),
        ("127.0.0.1.evil.example", "localhost", False),
    ],
)
def test_the_page_answers_this_machine_alone(address: str, host: str, expected: bool) -> None:
    assert dev_mail.is_local(address, host) is expected


def test_mails_can_be_listed_and_read(tmp_path: Path) -> None:
    key = keep(tmp_path / "m", "ann@example.com", "First")
    assert [(line.key, line.recipient, line.subject) for line in dev_mail.newest(tmp_path / "m", 10)] == [
        (key, "ann@example.com", "First")
    ]
    opened = dev_mail.opened(tmp_path / "m", key)
    assert 'target="_blank"' in opened.html
    assert "Text of the mail" in opened.text


@pytest.mark.parametrize("key", ["", "nothing", "../../secrets/session_key", "../new", "/etc/passwd", "\0", "a" * 5000])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "session_key").write_text("s3cret")
    keep(tmp_path / "m", "ann@example.com")
    with pytest.raises(NotFound):
        dev_mail.opened(tmp_path / "m", key)


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        keep(tmp_path / "m", f"p{number}@example.com")
    mail_sink.forget_old(tmp_path / "m", 2)
    assert len(dev_mail.newest(tmp_path / "m", 10)) == 2


@pytest.mark.promise("P94")
async def test_who_is_erased_is_gone_from_it(tmp_path: Path) -> None:
    path = mail_sink.folder(settings())
    keep(path, "Ann@example.com")
    keep(path, "ben@example.com")
    await mail_sink.forget_erased(Traces(("ann@example.com",)))
    assert [line.recipient for line in dev_mail.newest(path, 10)] == ["ben@example.com"]
