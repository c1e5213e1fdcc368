"""Terms and policy: recorded with their text, asked for again when it changes, and no way round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conference_app.config import Settings
from conference_app.errors import NotAllowed
from conference_app.pages.accept import AcceptState
from conference_app.pages.account import AccountState
from conference_app.pages.dashboard import DashboardState
from conference_app.services import acceptance, documents, joining, sign_in_sessions
from conference_app.services.documents import Document
from tests.conference_app.people import at_desk, meeting_of, registered, session_token
from tests.conference_app.tabs import Tab, name_of, processing, redirects
from tests.fakes import FakeRoomAdmin


@pytest.fixture
def changed_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the terms another text."""
    before = documents.fingerprint

    def other(document: Document) -> str:
        return "0" * 64 if document == "terms" else before(document)

    monkeypatch.setattr(documents, "fingerprint", other)


@pytest.mark.promise("P41")
async def test_an_unchanged_text_asks_nothing(db: Settings) -> None:
    ann = await registered("ann", language="pl")
    assert await acceptance.waiting(ann.id) == {}
    assert (await at_desk(ann)).must_accept is False


@pytest.mark.promise("P41")
async def test_the_gate_holds_until_the_box_is_ticked(
    sqlite_db: Settings, rooms: FakeRoomAdmin, request: pytest.FixtureRequest
) -> None:
    ann = await registered("ann")
    made = await meeting_of(ann)
    old_session = await at_desk(ann)
    request.getfixturevalue("changed_terms")
    token = await session_token(ann)
    desk = await sign_in_sessions.resolve(token)
    assert desk is not None
    assert desk.must_accept is True
    assert old_session.must_accept is False  # who is in already is not thrown out
    assert list(await acceptance.waiting(ann.id)) == ["terms"]
    with pytest.raises(NotAllowed):
        await joining.join(made.code, name="", pass_phrase="", tab_id="t", session=desk, address="")
    async with processing() as processor:
        tab = Tab.signed_in(processor, token, path="/dashboard")
        for handler in (DashboardState.load, AccountState.submit):
            updates = await tab.send(name_of(handler), **({"form": {}} if handler is AccountState.submit else {}))
            assert redirects(updates) == ["/accept?next=%2Fdashboard"]
        assert processor.executed == []
        await tab.send(name_of(AcceptState.submit), form={})
        await tab.send(name_of(AcceptState.submit), form={"accepted": "false"})
        assert redirects(await tab.send(name_of(DashboardState.load))) != []
        assert redirects(await tab.send(name_of(AcceptState.submit), form={"accepted": "on"})) == ["/dashboard"]
        assert redirects(await tab.send(name_of(DashboardState.load))) == []
    assert await acceptance.waiting(ann.id) == {}
    assert (await at_desk(ann)).must_accept is False


async def test_what_is_accepted_after_the_clock_was_set_back_counts(
    db: Settings, request: pytest.FixtureRequest
) -> None:
    ann = await registered("ann")
    desk = await at_desk(ann)
    now = datetime.now(UTC)
    await acceptance.accept(ann.id, desk.session_hash, "en", now=now + timedelta(days=400))
    request.getfixturevalue("changed_terms")
    assert list(await acceptance.waiting(ann.id)) == ["terms"]
    await acceptance.accept(ann.id, desk.session_hash, "en")
    assert await acceptance.waiting(ann.id) == {}
    assert (await at_desk(ann)).must_accept is False
