"""Accounts: what is remembered of one."""

from __future__ import annotations

import pytest

from conference_app.config import Settings
from conference_app.services.people import identity
from conference_app.services.people.identity import AccountView
from conference_app.services.sign_in.by_password import sign_in
from tests.conference_app.people import ADDRESS, PASSWORD, registered

pytestmark = pytest.mark.both_databases


async def test_only_our_languages_are_remembered(db: Settings) -> None:
    ann = await registered(language="tlh")
    assert ann.language == "en"
    for wanted, kept in (("pl", "pl"), ("tlh", "pl"), ("en", "en")):
        await identity.set_language(ann.id, wanted)
        account = await sign_in("ann@example.com", PASSWORD, address=ADDRESS)
        assert isinstance(account, AccountView)
        assert account.language == kept
