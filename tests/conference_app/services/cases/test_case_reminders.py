"""Cases that are nearly due: the operator hears of them while there is time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.services.cases import case_reminders, cases
from conference_app.services.jobs import worker
from tests.conference_app.consent_people import NOW, member
from tests.fakes import LOOKING
from tests.mailing import Mails


async def test_staff_are_reminded_after_twenty_days_unless_it_is_done(db: Settings, mails: Mails) -> None:
    open_one, done = await member("ann"), await member("bob")
    async with database.session(*LOOKING) as session:
        for one in (open_one, done):
            case_id = await cases.open_case(session, "erase", account_id=one.id, opened_from="privacy center", now=NOW)
        await cases.set_status(session, case_id, "done", by="staff", now=NOW)
    for days, expected in ((19, 0), (21, 1), (22, 1)):
        now = NOW + timedelta(days=days)
        await worker.run_due(now, kinds=[case_reminders.REMINDER])
        found = await mails.deliver(max(now, datetime.now(UTC)) + timedelta(days=1))
        assert (days, len(found)) == (days, expected)
    [mail] = mails.to(settings().controller.email)
    assert "days" in mail["Subject"]
