"""The privacy center's handlers: for oneself and for the holder of a link only, whoever calls them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from conference_app import database
from conference_app.api.documents import changes
from conference_app.api.privacy import export as privacy_export
from conference_app.config import Settings
from conference_app.pages.privacy.ask_link import PrivacyRequestState
from conference_app.pages.privacy.center import PrivacyCenterState
from conference_app.pages.privacy.center_by_link import GuestCenterState
from conference_app.services.consent import person_state
from conference_app.services.documents import registry, versions
from conference_app.services.documents.text_changes import Piece
from conference_app.services.jobs import worker
from conference_app.services.people import email_addresses, signed_links
from conference_app.services.personal_data import legal_holds, personal_rows, staff_accesses
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import center_links, erasure_requests, export, privacy_requests
from conference_app.services.privacy.privacy_emails import FAREWELL_WAIT, KEEP
from conference_app.session import session_cookie
from conference_app.texts import language
from tests.conference_app.people import PASSWORD, meeting_of, registered, session_token
from tests.conference_app.rows import one_row_everywhere
from tests.conference_app.tabs import Processor, Tab, name_of
from tests.fakes import LOOKING, NOON, FakeRoomAdmin
from tests.mailing import Mails, links_in


async def center_of(processor: Processor, name: str) -> tuple[DataOwner, Tab]:
    account = await registered(name)
    tab = Tab.signed_in(processor, await session_token(account), path="/privacy-center")
    async with database.reading(*LOOKING) as db:
        person = await personal_rows.of_account(db, account.id)
    assert person is not None
    await tab.hydrate()
    return person, tab


async def guest(email: str = "guest@example.com") -> tuple[DataOwner, str]:
    """Somebody with an address row and a link to it."""
    async with database.session(*LOOKING) as db:
        await email_addresses.find_or_add(db, email, language="en")
    key = email_addresses.email_key(email)
    return personal_rows.of_email(key), signed_links.make("privacy", key, life=timedelta(days=1))


async def visit(routes: list[Any], path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:3000") as client:
        return await client.get(path, headers=headers)


def shown(values: dict[str, Any]) -> str:
    return repr(values["known"])


@pytest.mark.promise("P92")
@pytest.mark.slow
async def test_the_center_shows_ones_own_data_and_nobody_elses(processor: Processor) -> None:
    _ann, tab = await center_of(processor, "ann")
    bob = await registered("bob")
    await meeting_of(bob, "Bob's secret plan")
    await tab.send(name_of(PrivacyCenterState.load))
    known = shown(await tab.vars_of(PrivacyCenterState))
    assert "ann@example.com" in known
    assert "bob" not in known.lower()


@pytest.mark.promise("P94")
async def test_handlers_of_the_center_do_nothing_for_strangers(processor: Processor) -> None:
    person, _tab = await center_of(processor, "ann")
    stranger = Tab(processor, path="/privacy-center")
    await stranger.hydrate()
    for name in ("make_copy", "restrict", "object_to_all", "ask_erase", "go_on", "all_is_right", "load"):
        await stranger.send(name_of(getattr(PrivacyCenterState, name)))
    await stranger.send(name_of(PrivacyCenterState.erase), form={"password": PASSWORD, "account_id": person.account_id})
    await stranger.send(name_of(PrivacyCenterState.deactivate), form={"password": PASSWORD})
    state = await person_state.read(person)
    assert (state.restricted_at, state.is_deactivated, await export.latest(person)) == (None, False, None)


@pytest.mark.slow
async def test_an_erasure_by_the_page_needs_the_password(processor: Processor) -> None:
    person, tab = await center_of(processor, "ann")
    await tab.send(name_of(PrivacyCenterState.erase), form={"password": "wrong"})
    assert not (await person_state.read(person)).is_deactivated
    assert (await tab.vars_of(PrivacyCenterState))["errors"]["password"]
    await tab.send(name_of(PrivacyCenterState.erase), form={"password": PASSWORD})
    assert (await person_state.read(person)).erase_due_at is not None
    await tab.send(name_of(PrivacyCenterState.go_on))
    assert not (await person_state.read(person)).is_deactivated


@pytest.mark.promise("P72")
@pytest.mark.slow
async def test_a_link_opens_its_own_address_alone(processor: Processor) -> None:
    person, token = await guest()
    other, _token = await guest("other@example.com")
    tab = Tab(processor, path=f"/privacy-center/{token}")
    await tab.hydrate()
    await tab.send(name_of(GuestCenterState.load))
    known = shown(await tab.vars_of(GuestCenterState))
    assert "guest@example.com" in known
    assert "other@example.com" not in known
    await tab.send(name_of(GuestCenterState.restrict))
    await tab.send(name_of(GuestCenterState.erase))
    assert (await person_state.read(person)).restricted_at is not None
    assert (await person_state.read(person)).erase_due_at is not None
    assert (await person_state.read(other)).erase_due_at is None


@pytest.mark.promise("P72")
async def test_a_bad_link_opens_nothing(processor: Processor) -> None:
    person, token = await guest()
    key = email_addresses.email_key("guest@example.com")
    over = signed_links.make("privacy", key, life=timedelta(hours=1), now=NOON - timedelta(days=400))
    other_kind = signed_links.make("unsubscribe", key)
    for bad in ("", "x", token[:-1], token[:-4] + "AAAA", over, other_kind, "%00", "a" * 5000):
        tab = Tab(processor, path=f"/privacy-center/{bad}")
        await tab.hydrate()
        for name in ("load", "restrict", "erase", "keep", "object_to_all", "ask_erase", "make_copy"):
            await tab.send(name_of(getattr(GuestCenterState, name)))
        values = await tab.vars_of(GuestCenterState)
        assert values["missing"], bad[:20]
        assert values["known"] == []
    assert (await person_state.read(person)) == person_state.State()
    assert processor.errors == []


@pytest.mark.slow
async def test_a_link_of_an_account_shows_nothing_of_the_account(processor: Processor) -> None:
    account = await registered("ann")
    known = await one_row_everywhere(account.id, account.email)
    token = signed_links.make("privacy", email_addresses.email_key(account.email))
    tab = Tab(processor, path=f"/privacy-center/{token}")
    await tab.hydrate()
    await tab.send(name_of(GuestCenterState.load))
    text = shown(await tab.vars_of(GuestCenterState))
    assert str(known.values["meeting"]["subject"]) not in text
    assert str(known.values["passkey"]["name"]) not in text


@pytest.mark.promise("P72")
async def test_a_link_is_mailed_to_known_addresses_only_and_says_the_same(processor: Processor, mails: Mails) -> None:
    await guest()
    answers = []
    for email in ("guest@example.com", "nobody@example.com"):
        tab = Tab(processor, path="/privacy-request")
        await tab.hydrate()
        await tab.send(name_of(PrivacyRequestState.submit), form={"email": email})
        values = await tab.vars_of(PrivacyRequestState)
        answers.append((values["is_sent"], values["errors"], values["problem"]))
    assert answers[0] == answers[1] == (True, {}, "")
    await mails.deliver()
    (mail,) = mails.to("guest@example.com")
    assert mails.to("nobody@example.com") == []
    (link,) = [one for one in links_in(mail) if "/privacy-center/" in one]
    assert center_links.person_of(link.rsplit("/", 1)[-1]) == personal_rows.of_email(
        email_addresses.email_key("guest@example.com")
    )


async def test_what_is_no_address_is_said_beside_the_field(processor: Processor) -> None:
    tab = Tab(processor, path="/privacy-request")
    await tab.hydrate()
    for bad in ("", "nobody", None, ["a"], "a" * 3000):
        await tab.send(name_of(PrivacyRequestState.submit), form={"email": bad})
        assert (await tab.vars_of(PrivacyRequestState))["errors"]["email"]


@pytest.mark.promise("P94")
@pytest.mark.slow
async def test_the_message_about_an_erasure_takes_it_back(processor: Processor, mails: Mails) -> None:
    person, tab = await center_of(processor, "ann")
    await tab.send(name_of(PrivacyCenterState.erase), form={"password": PASSWORD})
    await mails.deliver()
    every = [link for message in mails.to("ann@example.com") for link in links_in(message)]
    (link,) = [one for one in every if "/privacy-center/" in one]
    tab = Tab(processor, path="/privacy-center/" + link.rsplit("/", 1)[-1])
    await tab.hydrate()
    await tab.send(name_of(GuestCenterState.load))
    for handler in ("make_copy", "look", "restrict", "object_to_all", "ask_erase", "erase"):
        await tab.send(name_of(getattr(GuestCenterState, handler)))
    await tab.send(name_of(GuestCenterState.load))
    values = await tab.vars_of(GuestCenterState)
    assert values["only_keeps"]
    assert values["account_planned"].at
    assert (values["known"], values["cases"], values["copy_path"], values["goes"]) == ([], [], "", [])
    assert "Ann" not in shown(values)
    await tab.send(name_of(GuestCenterState.keep))
    assert not (await person_state.read(person)).is_deactivated


@pytest.mark.promise("P92")
@pytest.mark.slow
async def test_the_download_is_its_owners_alone(sqlite_db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    person, token = await guest()
    mine = await export.ask(DataOwner(ann.id), "en")
    theirs = await export.ask(person, "en")
    await worker.run_due(mine.asked_at + timedelta(minutes=1), kinds=["privacy.export"])
    tokens = {name: await session_token(one) for name, one in (("ann", ann), ("bob", bob))}

    async def answer(path: str, cookie: str = "") -> httpx.Response:
        headers = {"cookie": f"{session_cookie()}={cookie}"} if cookie else {}
        return await visit(privacy_export.routes, path, headers)

    async def get(path: str, cookie: str = "") -> int:
        return (await answer(path, cookie)).status_code

    assert await get(f"/privacy-export/{mine.id}", tokens["ann"]) == 200
    assert await get(f"/privacy-export/{theirs.id}/{token}") == 200
    assert await get(f"/privacy-export/{mine.id}", tokens["bob"]) == 404
    assert await get(f"/privacy-export/{mine.id}") == 404
    assert await get(f"/privacy-export/{mine.id}/{token}", tokens["bob"]) == 404
    assert await get(f"/privacy-export/{theirs.id}", tokens["ann"]) == 404
    assert await get(f"/privacy-export/{theirs.id}/{token[:-4]}AAAA") == 404
    only_keeps = signed_links.make("privacy", person.email_keys[0], KEEP, life=timedelta(days=1))
    assert await get(f"/privacy-export/{theirs.id}/{only_keeps}") == 404
    assert await get("/privacy-export/..%2Fsecrets", tokens["ann"]) == 404
    mine_again = await answer(f"/privacy-export/{mine.id}", tokens["ann"])
    assert mine_again.headers["cache-control"] == "no-store"
    assert mine_again.headers["content-disposition"].startswith("attachment")


@pytest.mark.promise("P41")
@pytest.mark.promise("P44")
async def test_every_version_of_a_text_is_kept_and_compared(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await versions.keep_current(now=NOON) == 4
    assert await versions.keep_current(now=NOON) == 0
    old = registry.fingerprint("terms")
    before = registry.full_text
    monkeypatch.setattr(registry, "full_text", lambda name: before(name) + "\n\nNobody has to dance.")
    assert await versions.keep_current(now=NOON + timedelta(days=1)) == 4
    changed = await versions.changes("terms", old)
    assert [one.pieces for one in changed if one.kind != "same"] == [(Piece("added", "Nobody has to dance."),)]
    assert await versions.changes("terms", "0" * 64) == []
    page = (await visit(changes.routes, "/privacy/changes")).text
    assert "Nobody has to dance." in page


@pytest.mark.promise("P38")
@pytest.mark.promise("P42")
@pytest.mark.promise("P43")
@pytest.mark.promise("P46")
@pytest.mark.parametrize("code", ["en", "pl"])
def test_the_policy_names_what_the_tables_hold_and_who_answers(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    from conference_app.config import settings
    from conference_app.texts import _

    monkeypatch.setenv("PARLEY_CONTROLLER_NAME", "Real Company Ltd")
    monkeypatch.setenv("PARLEY_CONTROLLER_COUNTRY", "Portugal")
    monkeypatch.setenv("PARLEY_PUBLIC_URL", "https://meet.real-company.org")
    settings.cache_clear()
    with language(code):
        text = registry.full_text("privacy")
        for expected in ("Real Company Ltd", "Portugal", "meet.real-company.org", settings().controller.email):
            assert expected in text
        for one in personal_rows.tables().values():
            for tag in one.tags.values():
                assert all(reason in text for reason in tag.reasons)
                assert not tag.label or _(tag.label).lower() in text.lower()


@pytest.mark.promise("P46")
def test_the_policy_lists_the_operators_processors(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from conference_app.config import settings

    file = tmp_path / "processors.json"
    file.write_text('[{"name": "Post Ltd", "does": "Sends our mails", "data": ["E-mail"], "country": "Norway"}]')
    monkeypatch.setenv("PARLEY_PROCESSORS", str(file))
    settings.cache_clear()
    text = registry.full_text("privacy")
    assert "Post Ltd (Norway): Sends our mails. It gets: E-mail." in text
    assert "Data also goes to: Norway." in text


@pytest.mark.promise("P46")
def test_without_processors_the_policy_names_the_servers_that_take_part(monkeypatch: pytest.MonkeyPatch) -> None:
    from conference_app.config import settings

    assert "No other company handles it" in registry.full_text("privacy")
    monkeypatch.setenv("PARLEY_SMTP_HOST", "relay.post.test")
    monkeypatch.setenv("PARLEY_DATABASE_URL", "postgresql://user:secret@rows.test/parley?sslmode=verify-full")
    monkeypatch.setenv("PARLEY_REDIS_URL", "redis://localhost")
    settings.cache_clear()
    text = registry.full_text("privacy")
    assert "No other company handles it" not in text
    assert "these take part: relay.post.test, rows.test." in text
    assert "secret" not in text


@pytest.mark.promise("P105")
async def test_the_person_sees_the_reason_of_a_hold_and_each_look_of_the_staff(processor: Processor) -> None:
    person, tab = await center_of(processor, "ann")
    await legal_holds.place(person, "A court asked us to.", staff_id=person.account_id)
    async with database.session(*LOOKING) as db:
        await staff_accesses.note(db, person, staff_id=person.account_id, what="Meetings", reason="You asked for help.")
    await tab.send(name_of(PrivacyCenterState.load))
    values = await tab.vars_of(PrivacyCenterState)
    assert [one.reason for one in values["holds"]] == ["A court asked us to."]
    assert [one.reason for one in values["seen"]] == ["You asked for help."]


@pytest.mark.promise("P93")
@pytest.mark.promise("P49")
@pytest.mark.slow
async def test_the_question_whether_all_is_right_can_be_put_off(processor: Processor) -> None:
    person, tab = await center_of(processor, "ann")
    await person_state.reviewed(person.account_id, now=NOON - timedelta(days=400))
    await tab.send(name_of(PrivacyCenterState.load))
    assert (await tab.vars_of(PrivacyCenterState))["review_due"]
    await tab.send(name_of(PrivacyCenterState.all_is_right))
    await tab.send(name_of(PrivacyCenterState.load))
    assert not (await tab.vars_of(PrivacyCenterState))["review_due"]


async def test_an_objection_is_a_case_with_a_clock(processor: Processor) -> None:
    person, tab = await center_of(processor, "ann")
    await tab.send(name_of(PrivacyCenterState.object_to_all))
    (case,) = await privacy_requests.history(person)
    assert (case.kind, case.status, case.due_at - case.opened_at) == ("object", "open", timedelta(days=30))


async def test_an_erasure_is_a_case_that_is_done_in_the_end(sqlite_db: Settings, rooms: FakeRoomAdmin) -> None:
    person, _token = await guest()
    due = await erasure_requests.ask_by_link(person, now=NOON)
    (case,) = await privacy_requests.history(person)
    assert (case.kind, case.status) == ("erase", "in_progress")
    for now in (due, due + FAREWELL_WAIT):
        await worker.run_due(now, kinds=["privacy.erase"])
    assert await privacy_requests.history(person) == []
