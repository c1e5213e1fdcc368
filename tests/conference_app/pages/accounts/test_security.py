"""What the security page says of the account's history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conference_app.components.sign_in.security_form import SecurityState
from conference_app.services.sign_in import failed_passwords
from tests.conference_app.people import confirmed, session_token
from tests.conference_app.tabs import Processor, Tab, name_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


async def test_the_owner_reads_how_often_on_the_security_page(processor: Processor) -> None:
    ann = await confirmed("ann")
    tab = Tab.signed_in(processor, await session_token(ann), path="/account/security")
    await failed_passwords.note(ann.id, now=NOON)
    for _try in range(3):
        await failed_passwords.note(ann.id, now=NOON + timedelta(days=1))
    await tab.send(name_of(SecurityState.load))
    read = [one.what for one in (await tab.vars_of(SecurityState))["events"]]
    once = "Somebody entered a wrong password."
    assert [what for what in read if what.startswith(once)] == [f"{once} 3 times within a day.", once]
