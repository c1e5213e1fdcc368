"""Emails as messages: whatever people and strangers write stands in its place, and makes no header of its own."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from conference_app.purposes import NEWSLETTER
from conference_app.services.emails import messages, rendering
from conference_app.services.emails.blocks import facts, paragraph, plain, rich
from conference_app.services.emails.rendering import Choices
from conference_app.services.mail import message as mail_message
from tests.fakes import NOON

CHOICES = Choices("/u/token", "/preferences/token")
INJECTION = "=?utf-8?q?a=0d=0aX-Evil:_1=0d=0a=0d=0aPay_here?="
"""Read as an encoded word, it holds a header and the end of them."""
MESSAGE = messages.NewsletterTemplate(
    "test_written",
    purpose=NEWSLETTER,
    subject="{subject}",
    body=(paragraph("Hello {name}."), rich("body"), plain("body"), facts("facts")),
    sample={},
)
HEADERS = [
    *("To", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "From", "Subject", "Date", "Reply-To"),
    *("Auto-Submitted", "List-Id", "Precedence", "Content-Language", "MIME-Version", "Content-Type"),
]


def raw(subject: str = "News", name: str = "Ann", body: str = "Words.", **values: object) -> bytes:
    """The whole message as it goes to the relay."""
    given_values = {"subject": subject, "name": name, "body": body, "facts": [(name, subject)], **values}
    rendered = rendering.render(MESSAGE, given_values, "en", CHOICES)
    sheet = mail_message.sheet(MESSAGE, rendered, given_values, "en", NOON)
    return mail_message.addressed(sheet, "a" * 32, "ann@example.com", CHOICES)


def parsed(message: bytes) -> EmailMessage:
    return email.message_from_bytes(message, policy=policy.default)


def must_be_sound(message: bytes) -> EmailMessage:
    """As RFC 5322 wants it: whole lines that are not too long, a head of ASCII; the headers and parts are our own."""
    lines = message.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(set(line) & set(b"\r\n") for line in lines)
    assert all(0x20 <= sign <= 0x7E for sign in message.partition(b"\r\n\r\n")[0].replace(b"\r\n", b""))
    mail = parsed(message)
    assert mail.keys() == HEADERS
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    return mail


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@hypothesis_settings(deadline=None)
@given(subject=anything, name=anything, body=anything)
@example(subject=INJECTION, name=INJECTION, body=INJECTION)
@example(subject="a\r\nBcc: all@example.com", name="\x00", body="\r\n.\r\n")
@example(subject="ż" * 5000, name="x" * 5000, body="--=_part--")
@example(subject="", name="", body="")
@pytest.mark.slow
def test_no_text_makes_a_header_or_a_part(subject: str, name: str, body: str) -> None:
    must_be_sound(raw(subject, name, body))


@pytest.mark.parametrize("subject", ["Plain", "Zażółć gęślą jaźń", INJECTION, "=?", "x" * 300, "🎉 " * 60 + "end"])
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    assert str(must_be_sound(raw(subject))["Subject"]) == subject


@pytest.mark.parametrize("name", ["In-Reply-To", "References"])
def test_a_stranger_s_identifier_stays_one(name: str) -> None:
    message = raw(headers={name: f"<{INJECTION}@example.com>"})
    head = message.partition(b"\r\n\r\n")[0].decode()
    assert f"\r\n{name}: <{INJECTION}@example.com>\r\n" in head + "\r\n"
    assert "\r\nX-Evil" not in head


@pytest.mark.parametrize(
    ("name", "value"),
    [("Bcc", "all@example.com"), ("Reply-To", "a\r\nBcc: b"), ("Message-ID", "<ż@x>"), ("From", "a@b")],
)
def test_a_message_sets_its_own_headers_only(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        raw(headers={name: value})
