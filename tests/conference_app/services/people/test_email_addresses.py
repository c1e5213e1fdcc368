"""E-mail addresses: two of one mailbox have one key, and those of two people have two, also where they look alike."""

from __future__ import annotations

import pytest

from conference_app.config import Settings
from conference_app.services.people.email_addresses import ascii_address, check_email, email_key
from tests.conference_app.people import confirmed, registered
from tests.mailing import Mails


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@example.com", "ANN@Example.COM"),
        ("ann@żółw.example.com", "ann@xn--w-uga1v8h.example.com"),
        ("ann@straße.example.com", "ann@xn--strae-oqa.example.com"),
        ("ann@example.com", "ann@ｅxample。com"),
    ],
)
def test_one_mailbox_has_one_key(one: str, other: str) -> None:
    assert email_key(check_email(one)) == email_key(check_email(other))
    assert ascii_address(check_email(one)).casefold() == ascii_address(check_email(other)).casefold()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ann@strasse.example.com", "ann@straße.example.com"),
        ("ann@λόγος.example.com", "ann@λόγοσ.example.com"),
        ("ann@example.com", "ann@ex\u0430mple.com"),
        ("ann@example.com", "ann+news@example.com"),
        ("ann.k@example.com", "annk@example.com"),
    ],
)
def test_two_mailboxes_have_two_keys(one: str, other: str) -> None:
    assert email_key(check_email(one)) != email_key(check_email(other))


async def test_a_message_goes_to_the_very_domain_that_was_typed(sqlite_db: Settings, mails: Mails) -> None:
    await confirmed("ann", email="ann@strasse.example.com")
    await registered("bob", email="ann@straße.example.com")  # another mailbox, so nothing to tell Ann
    [mail] = await mails.deliver()
    assert mail["X-RcptTo"] == "ann@xn--strae-oqa.example.com"
    assert mail["To"] == "ann@xn--strae-oqa.example.com"
