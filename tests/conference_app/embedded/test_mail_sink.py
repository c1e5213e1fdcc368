"""The mail stand-in: never in production, on loopback only, and forgetful when somebody is erased."""

from __future__ import annotations

from pathlib import Path

import pytest

from conference_app.config import load_settings, settings
from conference_app.embedded import kept_mail, mail_sink
from conference_app.services.mail import smtp
from conference_app.services.privacy.erasure import Traces
from tests.conference_app.config.environments import REAL, environment
from tests.conference_app.embedded.maildir import keep


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


def test_only_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        keep(tmp_path / "m", f"p{number}@example.com")
    mail_sink.forget_old(tmp_path / "m", 2)
    assert [line.recipient for line in kept_mail.newest(tmp_path / "m", 10)] == ["p4@example.com", "p3@example.com"]


def test_mails_of_one_second_are_in_the_order_they_came_in() -> None:
    first, second, third = "17.M99P5Q9.host", "17.M100P5Q10.host", "17.M100P5Q11.host"
    assert sorted([third, second, first], key=mail_sink.arrival) == [first, second, third]


@pytest.mark.promise("P94")
async def test_who_is_erased_is_gone_from_it(tmp_path: Path) -> None:
    path = mail_sink.folder(settings())
    keep(path, "Ann@example.com")
    keep(path, "ann@xn--ka-ola7v.pl")
    keep(path, "ben@example.com")
    await mail_sink.forget_erased(Traces(("ann@example.com", "ann@łąka.pl")))
    assert [line.recipient for line in kept_mail.newest(path, 10)] == ["ben@example.com"]
