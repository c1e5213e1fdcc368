"""Terms and policy: recorded with their text, asked for again when it changes, and no way round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotAllowed
from conference_app.models import ConsentRecord
from conference_app.pages.accounts.details import AccountState
from conference_app.pages.documents.accept import AcceptState
from conference_app.pages.meetings.dashboard import DashboardState
from conference_app.purposes import ACCEPTANCE
from conference_app.services.documents import acceptance, registry
from conference_app.services.documents.registry import Document
from conference_app.services.room import joining
from conference_app.services.sign_in import sessions
from conference_app.texts import language
from tests.conference_app.people import meeting_of, registered, session_of, session_token
from tests.conference_app.tabs import Tab, name_of, processing, redirects
from tests.fakes import FakeRoomAdmin

pytestmark = pytest.mark.both_databases


@pytest.fixture
def changed_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the terms another text."""
    before = registry.fingerprint

    def other(document: Document) -> str:
        return "0" * 64 if document == "terms" else before(document)

    monkeypatch.setattr(registry, "fingerprint", other)


@pytest.mark.promise("P41")
async def test_an_unchanged_text_asks_nothing(db: Settings) -> None:
    ann = await registered("ann", language="pl")
    assert await acceptance.waiting(ann.id) == {}
    assert (await session_of(ann)).must_accept is False


@pytest.mark.promise("P41")
async def test_the_gate_holds_until_the_box_is_ticked(
    sqlite_db: Settings, rooms: FakeRoomAdmin, request: pytest.FixtureRequest
) -> None:
    ann = await registered("ann")
    made = await meeting_of(ann)
    old_session = await session_of(ann)
    request.getfixturevalue("changed_terms")
    token = await session_token(ann)
    session = await sessions.resolve(token)
    assert session is not None
    assert session.must_accept is True
    assert old_session.must_accept is False  # who is in already is not thrown out
    assert list(await acceptance.waiting(ann.id)) == ["terms"]
    with pytest.raises(NotAllowed):
        await joining.join(made.code, name="", pass_phrase="", tab_id="t", session=session, address="")
    async with processing() as processor:
        tab = Tab.signed_in(processor, token, path="/dashboard")
        for handler in (DashboardState.load, AccountState.submit):
            updates = await tab.send(name_of(handler), **({"form": {}} if handler is AccountState.submit else {}))
            assert redirects(updates) == ["/accept?next=%2Fdashboard"]
        assert processor.executed == []
        tab.path = "/accept"
        await tab.send(name_of(AcceptState.load))
        await tab.send(name_of(AcceptState.submit), form={})
        await tab.send(name_of(AcceptState.submit), form={"accepted": "false"})
        assert redirects(await tab.send(name_of(DashboardState.load))) != []
        assert redirects(await tab.send(name_of(AcceptState.submit), form={"accepted": "on"})) == ["/dashboard"]
        assert redirects(await tab.send(name_of(DashboardState.load))) == []
    assert await acceptance.waiting(ann.id) == {}
    assert (await session_of(ann)).must_accept is False


async def test_what_is_accepted_after_the_clock_was_set_back_counts(
    db: Settings, request: pytest.FixtureRequest
) -> None:
    ann = await registered("ann")
    session = await session_of(ann)
    now = datetime.now(UTC)
    await acceptance.accept(ann.id, session.session_hash, "en", now=now + timedelta(days=400))
    request.getfixturevalue("changed_terms")
    assert list(await acceptance.waiting(ann.id)) == ["terms"]
    await acceptance.accept(ann.id, session.session_hash, "en")
    assert await acceptance.waiting(ann.id) == {}
    assert (await session_of(ann)).must_accept is False


async def test_only_the_texts_that_are_shown_are_accepted(
    sqlite_db: Settings, rooms: FakeRoomAdmin, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release may change them while the page stands open."""
    ann = await registered("ann")
    request.getfixturevalue("changed_terms")
    async with processing() as processor:
        tab = Tab.signed_in(processor, await session_token(ann), path="/accept")
        await tab.send(name_of(AcceptState.load))
        with monkeypatch.context() as patch:
            patch.setattr(registry, "fingerprint", lambda _document: "1" * 64)
            updates = await tab.send(name_of(AcceptState.submit), form={"accepted": "on"})
            assert "once more" in str([update.delta for update in updates])
            assert list(await acceptance.waiting(ann.id)) == ["terms", "privacy"]
            assert redirects(await tab.send(name_of(AcceptState.submit), form={"accepted": "on"})) == ["/dashboard"]
            assert await acceptance.waiting(ann.id) == {}


@pytest.mark.promise("P41")
async def test_the_text_that_was_read_is_the_one_on_record(db: Settings) -> None:
    """Not the one in the language that mails are to come in."""
    ann = await registered("ann", language="en", optional={"language": "pl"})
    async with database.reading(ACCEPTANCE) as session:
        records = (await session.exec(select(ConsentRecord).where(ConsentRecord.account_id == ann.id))).all()
    with language("en"):
        assert {one.document: one.text_sha256 for one in records} == acceptance.texts()
    assert {one.language for one in records} == {"en"}
