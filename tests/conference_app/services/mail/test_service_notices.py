"""Word about the service: to every account holder, once, and with nothing else inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.services.consent import mail_stops
from conference_app.services.jobs import worker
from conference_app.services.mail import service_notices
from conference_app.services.people import email_addresses
from tests.conference_app.services.mail.test_outbox import account, address
from tests.fakes import LOOKING
from tests.mailing import Mails, text_of

KINDS = ("service.maintenance", "mail.send")


@pytest.mark.promise("P55")
async def test_every_account_holder_is_told_once(db: Settings, mails: Mails) -> None:
    await account("ann")
    await account("ben", language="pl")
    await account("eve", verified=False)  # nobody knows whose address that is
    await address("subscriber@example.com")  # has no account
    async with database.session(*LOOKING) as session:
        await mail_stops.stop(session, email_addresses.email_key("ann@example.com"))  # stops what is optional
    starts_at = datetime.now(UTC) + timedelta(days=3)
    for _time in range(2):
        await service_notices.announce_maintenance(starts_at, 30)
        await worker.run_due(datetime.now(UTC) + timedelta(seconds=1), kinds=KINDS)
    assert sorted(got["To"] for got in mails.all()) == ["ann@example.com", "ben@example.com"]
    (polish,) = mails.to("ben@example.com")
    assert "30 minut" in text_of(polish)
    assert polish["List-Unsubscribe"] is None


async def test_word_that_comes_too_late_is_not_sent(db: Settings, mails: Mails) -> None:
    await account("ann")
    await service_notices.announce_maintenance(datetime.now(UTC) + timedelta(hours=1), 30)
    await worker.run_due(datetime.now(UTC) + timedelta(hours=2), kinds=KINDS)
    assert mails.all() == []


@pytest.mark.parametrize(("zone", "minutes"), [(None, 30), (UTC, 0), (UTC, 10_081)])
async def test_an_announcement_makes_sense(sqlite_db: Settings, zone: object, minutes: int) -> None:
    starts_at = datetime(2030, 1, 1, tzinfo=zone)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="maintenance needs"):
        await service_notices.announce_maintenance(starts_at, minutes)
