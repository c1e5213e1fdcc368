"""The handlers of the pages, through the real gate and services: what they show, keep and refuse."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from conference_app.components.frame.own_photo import OwnPhotoState
from conference_app.pages.accounts.register import RegisterState
from conference_app.pages.meetings.dashboard import DashboardState
from conference_app.pages.meetings.new_meeting import NewMeetingState
from conference_app.pages.meetings.own_meeting import OwnMeetingState
from conference_app.pages.sign_in.sign_in import SignInState
from conference_app.pages.site.landing import LandingState
from conference_app.services.accounts import photos
from conference_app.services.meetings import meetings
from conference_app.services.people.identity import AccountView
from conference_app.services.people.one_time_tokens import new_token
from conference_app.services.sign_in import sessions
from conference_app.services.sign_in.browser_names import Device
from conference_app.session import NoticeState, device_cookie
from tests.conference_app.people import PASSWORD, confirmed, meeting_of, registered, session_token
from tests.conference_app.services.accounts.test_profiles import picture
from tests.conference_app.tabs import Processor, Tab, delta_of, name_of, redirects


async def opened(processor: Processor, path: str, session: str = "") -> Tab:
    """A tab whose page has loaded; `session` is the cookie of its browser."""
    tab = Tab.signed_in(processor, session, path=path) if session else Tab(processor, path=path)
    await tab.hydrate()
    return tab


FORM = {
    "first_name": "Anna",
    "last_name": "Kowalska",
    "username": "anna",
    "email": "anna@example.com",
    "password": "a quite long password",
    "accepted": "on",
}


async def test_registering_leads_to_where_the_mail_is_explained(processor: Processor) -> None:
    tab = await opened(processor, "/pl/register")
    updates = await tab.send(name_of(RegisterState.submit), form=FORM)
    assert redirects(updates) == ["/pl/entering?next=%2Fpl%2Fcheck-mail"]
    assert (await tab.vars_of(RegisterState))["busy"] is False


@pytest.mark.slow
async def test_a_known_browser_signs_in_while_a_stranger_guesses(processor: Processor) -> None:
    ann, token = (
        await registered("anna", email="anna@example.com", password=FORM["password"]),
        new_token(),
    )
    ticket = await sessions.issue_ticket(ann.id)
    assert await sessions.redeem_ticket(ticket, Device("Firefox", "Linux", token=token))
    right = {"email": "anna@example.com", "password": FORM["password"]}
    strangers = [await opened(processor, "/sign-in") for _try in range(11)]
    for stranger in strangers:
        await stranger.send(name_of(SignInState.submit), form=right | {"password": "a wrong password"})
    shown = delta_of(await strangers[-1].send(name_of(SignInState.submit), form=right), SignInState)
    assert "Too many attempts." in shown["problem"]
    hers = Tab(processor, {device_cookie(): token}, path="/sign-in")
    await hers.hydrate()
    updates = await hers.send(name_of(SignInState.submit), form=right)
    assert redirects(updates) == ["/entering?next=%2Fdashboard"]


async def test_no_password_is_ever_sent_back(processor: Processor) -> None:
    tab = await opened(processor, "/register")
    await tab.send(name_of(RegisterState.submit), form=FORM | {"email": "anna@"})
    await tab.send(name_of(RegisterState.measure), password=FORM["password"])
    await tab.hydrate()
    assert FORM["password"] not in processor.wire


async def test_every_wrong_field_is_named_at_once(processor: Processor) -> None:
    tab = await opened(processor, "/register")
    shown = delta_of(await tab.send(name_of(RegisterState.submit), form={}), RegisterState)
    assert set(shown["errors"]) == {"first_name", "last_name", "username", "email", "password", "accepted"}
    assert (shown["tries"], shown["busy"]) == (1, False)


async def test_what_is_mended_is_said_no_longer_and_with_the_last_all_is_well(processor: Processor) -> None:
    tab = await opened(processor, "/register")
    form = FORM | {"email": "anna@", "first_name": ""}
    assert delta_of(await tab.send(name_of(RegisterState.submit), form=form), RegisterState)["problem"]
    await tab.send(name_of(RegisterState.mended), name="last_name")  # was never wrong
    await tab.send(name_of(RegisterState.mended), name="email")
    half = await tab.vars_of(RegisterState)
    assert (set(half["errors"]), half["problem"] != "") == ({"first_name"}, True)
    await tab.send(name_of(RegisterState.mended), name="first_name")
    mended = await tab.vars_of(RegisterState)
    assert (mended["errors"], mended["problem"]) == ({}, "")


@pytest.mark.parametrize(
    "form", [{"email": 7}, {"accepted": {"a": 1}}, {"password": ["x"] * 9}, {"first_name": "x" * 100_000}]
)
async def test_odd_form_data_is_refused_not_failed_on(processor: Processor, form: dict[str, object]) -> None:
    tab = await opened(processor, "/register")
    shown = delta_of(await tab.send(name_of(RegisterState.submit), form=form), RegisterState)
    assert shown["problem"]
    assert processor.errors == []


async def test_a_password_is_measured_while_it_is_typed(processor: Processor) -> None:
    tab = await opened(processor, "/register")
    weak = delta_of(await tab.send(name_of(RegisterState.measure), password="password12"), RegisterState)
    strong = delta_of(
        await tab.send(name_of(RegisterState.measure), password="tulip harbour anvil 47 moss"), RegisterState
    )
    assert weak["strength"] < strong["strength"]
    gone = delta_of(await tab.send(name_of(RegisterState.measure), password=""), RegisterState)
    assert (gone["strength"], gone["advice"]) == (-1, "")


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/meetings/abc", "/meetings/abc"),
        ("//evil.example", "/dashboard"),
        ("/\\evil.example", "/dashboard"),
        ("https://evil.example", "/dashboard"),
        ("/auth/sign-out", "/dashboard"),
        ("", "/dashboard"),
    ],
)
@pytest.mark.slow
async def test_signing_in_goes_on_to_our_own_pages_only(processor: Processor, wanted: str, target: str) -> None:
    account = await registered()
    tab = await opened(processor, f"/sign-in?next={quote(wanted, safe='')}")
    form = {"email": account.email, "password": PASSWORD}
    updates = await tab.send(name_of(SignInState.submit), form=form)
    assert redirects(updates) == [f"/entering?next={quote(target, safe='')}"]


async def test_unknown_and_wrong_are_told_alike(processor: Processor) -> None:
    account = await registered()
    said = []
    for email in (account.email, "nobody@example.com"):
        tab = await opened(processor, "/sign-in")
        updates = await tab.send(name_of(SignInState.submit), form={"email": email, "password": "wrong wrong wrong"})
        said.append(delta_of(updates, SignInState)["problem"])
    assert said[0] == said[1]


async def test_what_is_left_empty_at_sign_in_is_told_beside_its_field(processor: Processor) -> None:
    tab = await opened(processor, "/sign-in")
    nothing = delta_of(await tab.send(name_of(SignInState.submit), form={}), SignInState)
    assert set(nothing["errors"]) == {"email", "password"}
    form = {"email": "ann@example.com", "password": ""}
    half = delta_of(await tab.send(name_of(SignInState.submit), form=form), SignInState)
    assert set(half["errors"]) == {"password"}


@pytest.mark.parametrize("pasted", ["bcdfg-hjkmn-pqrst", "https://meet.example.org/m/bcdfg-hjkmn-pqrst"])
async def test_a_link_or_code_leads_to_its_meeting(processor: Processor, pasted: str) -> None:
    tab = await opened(processor, "/pl")
    updates = await tab.send(name_of(LandingState.join), form={"meeting": pasted})
    assert redirects(updates) == ["/pl/m/bcdfghjkmnpqrst"]


@pytest.mark.parametrize("pasted", ["", "https://evil.example/", "//evil.example/m/", 7])
async def test_what_is_neither_link_nor_code_leads_nowhere(processor: Processor, pasted: object) -> None:
    tab = await opened(processor, "/")
    updates = await tab.send(name_of(LandingState.join), form={"meeting": pasted})
    assert redirects(updates) == []
    assert set((await tab.vars_of(LandingState))["errors"]) == {"meeting"}


async def test_the_navigation_shows_ones_own_photo_and_no_other(processor: Processor) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    await photos.store(ann.id, picture())
    seen = []
    for account in (ann, bob):
        tab = await opened(processor, "/dashboard", await session_token(account))
        await tab.send(name_of(OwnPhotoState.look))
        seen.append((await tab.vars_of(OwnPhotoState))["path"])
    assert (seen[0].startswith("/account/photo?v="), seen[1]) == (True, "")


async def test_a_visitor_before_the_navigation_is_led_nowhere(processor: Processor) -> None:
    tab = await opened(processor, "/staff")
    assert redirects(await tab.send(name_of(OwnPhotoState.look))) == []
    assert (await tab.vars_of(OwnPhotoState))["path"] == ""


async def test_a_new_meeting_leads_to_its_page(processor: Processor) -> None:
    account = await registered()
    tab = await opened(processor, "/meetings/new", await session_token(account))
    await tab.send(name_of(NewMeetingState.choose_timing), timing="planned")
    form = {"subject": "Plans", "starts_at": "2030-05-04T10:00", "time_zone": "Europe/Warsaw", "pass_phrase": ""}
    updates = await tab.send(name_of(NewMeetingState.submit), form=form)
    (made,) = await meetings.list_for(account.id)
    assert redirects(updates) == [f"/meetings/{made.code}"]
    assert made.starts_at_local == "2030-05-04T10:00"
    assert delta_of(updates, NoticeState)["text"]


async def test_a_time_is_left_out_when_none_is_wanted(processor: Processor) -> None:
    account = await registered()
    tab = await opened(processor, "/meetings/new", await session_token(account))
    await tab.send(name_of(NewMeetingState.submit), form={"subject": "Plans", "starts_at": "2030-05-04T10:00"})
    (made,) = await meetings.list_for(account.id)
    assert made.starts_at is None


async def test_the_dashboard_shows_one_s_own_meetings(processor: Processor) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    await meeting_of(ann, "Ours")
    await meeting_of(bob, "Theirs")
    tab = await opened(processor, "/dashboard", await session_token(ann))
    shown = delta_of(await tab.send(name_of(DashboardState.load)), DashboardState)
    assert shown["loaded"]
    assert shown["first"].subject == "Ours"
    assert "Theirs" not in processor.wire


@pytest.mark.promise("P75")
async def test_another_s_meeting_is_missing(processor: Processor) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    theirs = await meeting_of(bob, "Theirs", pass_phrase="blue elephant")
    tab = await opened(processor, f"/meetings/{theirs.code}", await session_token(ann))
    shown = delta_of(await tab.send(name_of(OwnMeetingState.load)), OwnMeetingState)
    assert shown["missing"]
    for handler in (OwnMeetingState.start, OwnMeetingState.delete):
        await tab.send(name_of(handler))
    assert (await meetings.get_own(bob.id, theirs.code)).state == "waiting"
    assert "elephant" not in processor.wire


@pytest.mark.promise("P22")
async def test_no_page_gives_an_unconfirmed_host_a_link_to_share(processor: Processor) -> None:
    ann = await registered()
    ours = await meeting_of(ann, starts_at="2100-01-01T10:00", time_zone="Europe/Warsaw")
    await meeting_of(ann)
    token = await session_token(ann)
    for path in ("/dashboard", f"/meetings/{ours.code}"):
        tab = await opened(processor, path, token)
        await tab.send(name_of(DashboardState.load))
        await tab.send(name_of(OwnMeetingState.load))
    updates = await tab.send(name_of(OwnMeetingState.start))
    assert redirects(updates) == []
    assert "Confirm your e-mail address first" in (await tab.vars_of(OwnMeetingState))["failure"]
    assert "/m/" not in processor.wire
    assert (await meetings.get_own(ann.id, ours.code)).state == "waiting"


async def at_meeting(processor: Processor, host: AccountView, code: str) -> Tab:
    """The tab of a host who has opened the page of a meeting."""
    tab = await opened(processor, f"/meetings/{code}", await session_token(host))
    await tab.send(name_of(OwnMeetingState.load))
    return tab


async def test_starting_opens_the_room_and_goes_there(processor: Processor) -> None:
    ann = await confirmed()
    ours = await meeting_of(ann)
    tab = await at_meeting(processor, ann, ours.code)
    updates = await tab.send(name_of(OwnMeetingState.start))
    assert redirects(updates) == [ours.path]
    assert (await meetings.get_own(ann.id, ours.code)).state == "open"


async def test_editing_saves_and_refusing_keeps_the_form_open(processor: Processor) -> None:
    ann = await registered()
    ours = await meeting_of(ann)
    tab = await at_meeting(processor, ann, ours.code)
    await tab.send(name_of(OwnMeetingState.edit))
    refused = delta_of(await tab.send(name_of(OwnMeetingState.submit), form={"subject": " "}), OwnMeetingState)
    assert "subject" in refused["errors"]
    assert (await tab.vars_of(OwnMeetingState))["is_editing"]
    await tab.send(name_of(OwnMeetingState.submit), form={"subject": "Better plans"})
    assert (await meetings.get_own(ann.id, ours.code)).subject == "Better plans"
    assert not (await tab.vars_of(OwnMeetingState))["is_editing"]


async def test_deleting_leads_back(processor: Processor) -> None:
    ann = await registered()
    ours = await meeting_of(ann)
    tab = await at_meeting(processor, ann, ours.code)
    await tab.send(name_of(OwnMeetingState.ask_delete))
    assert redirects(await tab.send(name_of(OwnMeetingState.delete))) == ["/dashboard"]
    assert await meetings.list_for(ann.id) == []
