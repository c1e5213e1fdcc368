"""Every handler and every route, given text that PostgreSQL cannot keep: NUL, and halves of surrogate pairs."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

from conference_app.conference_app import plain_routes
from conference_app.config import Settings
from conference_app.errors import ConferenceError
from conference_app.pages.staff.newsletter_draft import StaffNewsletterDraftState
from conference_app.services.limits import rate_limits
from conference_app.services.newsletters import topics, views
from conference_app.services.room import host_view, joining
from conference_app.services.sign_in import sessions
from conference_app.session import session_cookie
from tests.conference_app.handler_events import NEVER, Call, calls
from tests.conference_app.people import PASSWORD, session_token
from tests.conference_app.route_requests import Ask, asks
from tests.conference_app.staff_desk import staff_member, staff_tab
from tests.conference_app.tabs import Processor, Tab, name_of, processing
from tests.fakes import FakeRoomAdmin

ORIGIN = "http://localhost:3000"
WORD = "some words"
GOOD = {"password": PASSWORD, "email": "word@example.com", "language": "en", "agreed": "on"}
"""What a field takes that is read before others are; every other takes `WORD`."""
UNSTORABLE = (f"{WORD}\x00", f"{WORD}\ud800")

pytestmark = [pytest.mark.parametrize("engine", ["postgresql"], indirect=True), pytest.mark.slow]


class Asked(dict[str, Any]):
    """A form that has every field, and remembers which the handler asked for."""

    def get(self, key: str, default: Any = None) -> Any:
        """As if the field were there."""
        if key == FORM_DATA_ENTRIES_KEY:
            return default
        return self.setdefault(key, GOOD.get(key, WORD))


@pytest_asyncio.fixture
async def processor(db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Processor]:
    """Where nobody goes on waiting."""
    at_once = functools.partial(joining.answered, timeout_s=0.0)
    monkeypatch.setattr(joining, "answered", at_once)
    monkeypatch.setattr(host_view, "news", functools.partial(host_view.news, timeout_s=0.0))
    async with processing() as running:
        yield running


async def broke(tab: Tab, call: Call, path: str, payload: dict[str, Any]) -> list[str]:
    """What broke over one event; a refusal is none."""
    rate_limits.reset()
    tab.path, before = path, len(tab.processor.errors)
    await tab.send(call.name, **payload)
    errors = [error for error in tab.processor.errors[before:] if not isinstance(error, ConferenceError)]
    return [f"{call.qualname} {ascii(payload)} at {ascii(path)}: {type(error).__name__}" for error in errors]


def spoilt(call: Call, good: dict[str, Any], bad: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Paths and payloads of a good event, each with the bad text in one place."""
    yield f"{call.place(bad)}?page={bad}&case={bad}&next={bad}", good
    for name, value in good.items():
        if isinstance(value, str):
            yield call.place(WORD), good | {name: bad}
        if isinstance(value, dict):
            yield from ((call.place(WORD), good | {name: value | {field: bad}}) for field in value)


async def test_no_handler_breaks_over_text_that_cannot_be_kept(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await staff_member(monkeypatch)
    found: list[str] = []
    forms = 0
    for call in calls():
        tab = Tab.signed_in(processor, await session_token(account))
        await tab.hydrate()
        of_type = {str: WORD, bool: True, dict: (form := Asked())}
        good = {name: of_type[kind] for name, kind in call.arguments}
        found += await broke(tab, call, call.place(WORD), good)
        good = {name: dict(form) if value is form else value for name, value in good.items()}
        forms += bool(form)
        for bad in UNSTORABLE:
            for path, payload in spoilt(call, good, bad):
                found += await broke(tab, call, path, payload)
    assert found == []
    assert forms > 20  # forms are filled in, field by field


async def test_a_newsletters_text_is_kept_with_what_browsers_show_there(
    processor: Processor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _staff, tab = await staff_tab(processor, monkeypatch, "/staff/newsletters/draft/new")
    topic_id = await topics.add("News", "Nowości", NEVER)
    texts = {"subject_en": "New\x00s", "subject_pl": "Nowości", "body_en": "Half \ud800 a pair", "body_pl": "Treść"}
    await tab.send(name_of(StaffNewsletterDraftState.load))
    await tab.send(name_of(StaffNewsletterDraftState.save), form=texts | {"topic_id": topic_id})
    newsletter_id = (await tab.vars_of(StaffNewsletterDraftState))["_newsletter_id"]
    kept = (await views.get(newsletter_id)).draft
    assert (kept.subject_en, kept.body_en) == ("New\ufffds", "Half \ufffd a pair")


def places(ask: Ask) -> list[str]:
    """Where a request may hold the bad text."""
    return ["path", *ask.query, *ask.fields]


async def test_no_route_breaks_over_text_that_cannot_be_kept(
    db: Settings, rooms: FakeRoomAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await staff_member(monkeypatch)
    found: list[str] = []
    transport = httpx.ASGITransport(plain_routes)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as client:
        for ask in asks():
            token = await session_token(account)
            csrf = sessions.csrf_token(token)
            client.headers.update({"cookie": f"{session_cookie()}={token}", "x-csrf-token": csrf})
            for place in places(ask):
                rate_limits.reset()
                words = {name: (GOOD | {"csrf_token": csrf}).get(name, WORD) for name in places(ask)}
                answer = await ask.request(client, words | {place: f"{WORD}\x00"})
                if answer.status_code >= 500:
                    found.append(f"{ask.method} {ask.path} {place}")
    assert found == []
