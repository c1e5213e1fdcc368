"""Before a second factor is changed, an account with an authenticator app needs a sign-in that is not old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app.config import Settings
from conference_app.services.sign_in import passkeys, recent_factors, second_factors, sessions
from conference_app.services.sign_in.recent_factors import RECENT, FactorNeeded
from tests.conference_app.authenticator import Authenticator
from tests.conference_app.people import confirmed, give_authenticator, session_of, session_token

SOON = timedelta(seconds=1)


async def test_without_an_app_in_force_nothing_is_due(sqlite_db: Settings) -> None:
    ann = await confirmed("ann")
    desk, late = await session_of(ann), datetime.now(UTC) + timedelta(days=1)
    assert not await recent_factors.is_due(ann.id, desk.session_hash, now=late)
    device, ceremony = Authenticator(), await passkeys.begin_adding(ann.id)
    await passkeys.finish_adding(ann.id, "Mine", device.create(ceremony.options), ceremony.challenge)
    await second_factors.begin(ann.id)  # not in force before its first code
    assert not await recent_factors.is_due(ann.id, desk.session_hash, now=late)


@pytest.mark.both_databases
async def test_a_sign_in_counts_for_minutes_and_one_before_the_app_never(db: Settings) -> None:
    ann = await confirmed("ann")
    before = await session_of(ann)
    await give_authenticator(ann.id)
    opened = datetime.now(UTC)
    after = await session_of(ann)
    assert await recent_factors.is_due(ann.id, before.session_hash)
    assert not await recent_factors.is_due(ann.id, after.session_hash, now=opened + RECENT - SOON)
    assert await recent_factors.is_due(ann.id, after.session_hash, now=datetime.now(UTC) + RECENT + SOON)
    await recent_factors.require(ann.id, after.session_hash)
    with pytest.raises(FactorNeeded):
        await recent_factors.require(ann.id, before.session_hash)


async def test_a_session_that_ended_or_is_anothers_counts_for_nothing(sqlite_db: Settings) -> None:
    ann, bob = await confirmed("ann"), await confirmed("bob")
    await give_authenticator(ann.id)
    his, token = await session_of(bob), await session_token(ann)
    await sessions.end(token)
    for hashed in (his.session_hash, sessions.session_hash(token)):
        assert await recent_factors.is_due(ann.id, hashed)
