"""Mail that comes back: the relay's refusal marks the address, its owner is told at the next sign-in, and decides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from conference_app import database
from conference_app.components.accounts.returned_mail import ReturnedMailState
from conference_app.config import Settings
from conference_app.models import OutgoingEmail
from conference_app.purposes import DELIVERY
from conference_app.services.jobs import worker
from conference_app.services.mail import outbox, service_notices
from conference_app.services.sign_in import sessions
from tests.conference_app.people import confirmed
from tests.conference_app.services.mail.test_smtp import Server, relay, use
from tests.conference_app.tabs import Tab, name_of, processing

SOON = datetime.now(UTC) + timedelta(days=2)


async def announced(minutes: int) -> tuple[str, str]:
    """What became of an email that every account holder gets."""
    await service_notices.announce_maintenance(SOON + timedelta(minutes=minutes), minutes)
    now = datetime.now(UTC) + timedelta(seconds=1)
    await worker.run_due(now, kinds=["service.maintenance", outbox.JOB])
    async with database.reading(DELIVERY) as db:
        newest = (await db.exec(select(OutgoingEmail).order_by(col(OutgoingEmail.created_at).desc()).limit(1))).one()
    return newest.status, newest.reason


@pytest.mark.promise("P55")
async def test_a_refused_address_is_said_to_its_owner_who_may_try_again(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await confirmed()
    handler = Server(rcpt="550 5.1.1 no such user")
    async with relay(handler) as port, processing() as processor:
        use(monkeypatch, port)
        assert await announced(10) == ("refused", "5.1.1")
        assert await announced(20) == ("refused", "5.1.1")  # the last one: no more are queued for it
        token = await sessions.redeem_ticket(await sessions.issue_ticket(ann.id))
        assert token
        tab = Tab.signed_in(processor, token, path="/dashboard")
        await tab.send(name_of(ReturnedMailState.look))
        assert (await tab.vars_of(ReturnedMailState))["comes_back"] is True
        handler.answers.clear()
        await tab.send(name_of(ReturnedMailState.try_again))
        assert (await tab.vars_of(ReturnedMailState))["comes_back"] is False
        assert await announced(30) == ("sent", "")
    assert len(handler.got) == 1


async def test_nobody_else_is_told(sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    await confirmed()
    bob = await confirmed("bob")
    async with relay(Server(rcpt="550 5.1.1 no such user")) as port, processing() as processor:
        use(monkeypatch, port)
        token = await sessions.redeem_ticket(await sessions.issue_ticket(bob.id))
        assert token
        tab = Tab.signed_in(processor, token, path="/dashboard")
        await tab.send(name_of(ReturnedMailState.look))
        assert (await tab.vars_of(ReturnedMailState))["comes_back"] is False
