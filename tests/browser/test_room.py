"""The room in real browsers with made-up cameras, through our own media process."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import psutil
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.looks import fine, go_on_at, picture
from tests.browser.participants import START_S, Participant, expect_media_from, messages, until
from tests.browser.product import uses_livekit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

NO_DEVICES = """navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("no", "%s"); }"""


@pytest.fixture
def call(host: Participant, person: Callable[..., Participant]) -> dict[str, Participant]:
    """A host and two guests in one room."""
    code = host.start("Quarterly planning")
    people = {"Anna Kowalska": host, "Tomasz": person(), "Maria": person()}
    for name in ("Tomasz", "Maria"):
        people[name].join(code, name)
    for name in ("Tomasz", "Maria"):
        people[name].expect_inside()
    return people


@pytest.mark.promise("P16")
@pytest.mark.promise("P50")
@pytest.mark.promise("P1", "P2")
def test_three_meet_talk_share_and_chat(call: dict[str, Participant]) -> None:
    for name, other in permutations(call, 2):
        call[name].expect_people(other)
    for participant in call.values():
        expect_media_from(participant, 2)
    host, tomasz, maria = call.values()

    tomasz.button("Share screen").click()
    for viewer in (host, maria):
        viewer.expect_people("Tomasz's screen")
        until(
            lambda v=viewer: sum(t["frames"] > 3 for t in v.received().values()) >= 3, viewer.page, "the shared screen"
        )
    tomasz.button("Stop sharing").click()
    for viewer in (host, maria):
        expect(viewer.page.get_by_role("group", name="Tomasz's screen")).to_have_count(0)

    for participant in call.values():
        participant.button("Chat").click()
        expect(participant.page.get_by_text("others can copy what you type")).to_be_visible()  # before anybody writes
    for number in range(1, 7):
        speaker = list(call.values())[number % 3]
        speaker.page.get_by_label("Write to everyone").fill(f"message {number} https://example.org/{number}")
        speaker.page.keyboard.press("Enter")
        for participant in call.values():
            expect(messages(participant).get_by_text(f"message {number} ")).to_be_visible()
    for participant in call.values():
        shown = messages(participant).locator("li").all_inner_texts()
        assert [int(re.search(r"message (\d)", text)[1]) for text in shown] == [1, 2, 3, 4, 5, 6]  # type: ignore[index]
        link = participant.page.get_by_role("link", name="https://example.org/3")
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
        assert link.get_attribute("target") == "_blank"

    tomasz.button("Leave").click()
    expect(tomasz.page.get_by_role("heading", name="You have left the meeting")).to_be_visible()
    expect(host.page.get_by_role("group", name="Tomasz", exact=True)).to_have_count(0)
    for participant in call.values():
        assert participant.complaints == []


def test_the_host_mutes_removes_locks_and_ends(
    call: dict[str, Participant], person: Callable[..., Participant]
) -> None:
    host, tomasz, maria = call.values()
    host.expect_people("Tomasz", "Maria")
    host.button("People").click()
    host.button("Mute Tomasz").click()
    expect(tomasz.button("Unmute microphone")).to_be_visible()
    expect(tomasz.page.get_by_text("The host has muted you").first).to_be_visible()
    expect(maria.button("Mute microphone")).to_be_visible()
    tomasz.button("Unmute microphone").click()
    expect(tomasz.button("Mute microphone")).to_be_visible()

    go_on_at(host.page, 390)  # where the panel takes the whole screen
    host.button("Remove Maria").click()
    host.button("Remove").click()
    expect(maria.page.get_by_role("heading", name="The host has removed you")).to_be_visible()
    maria.page.reload()
    maria.page.get_by_label("Your name").fill("Maria")
    maria.button("Join").click()
    expect(maria.page.get_by_role("alert").filter(has_text="removed you")).to_be_visible()

    host.page.get_by_role("switch", name=re.compile("Lock the meeting")).check(force=True)
    expect(host.page.get_by_text("Locked", exact=True)).to_be_visible()
    late = person()
    late.join(host.page.url.rsplit("/", 1)[-1], "Late")
    expect(late.page.get_by_role("heading", name="The host has been asked to let you in")).to_be_visible()

    host.button("Close panel").click()
    host.button("Leave").click()
    host.button("End for all").click()
    for participant in (host, tomasz):
        expect(participant.page.get_by_role("heading", name="The meeting has ended")).to_be_visible()


def media_process(app_data: Path) -> psutil.Process:
    """The media process that the app with this data folder has started; other tests have apps of their own."""
    for child in psutil.Process().children(recursive=True):
        if child.cmdline()[-2:] == ["-m", "media"] and child.environ().get("PARLEY_DATA") == str(app_data):
            return child
    raise AssertionError("no media process")


@pytest.mark.promise("P9")
@pytest.mark.skipif(uses_livekit(), reason="the product has no media process of its own")
def test_all_are_back_by_themselves_after_the_media_process_was_killed(
    call: dict[str, Participant], app_data: Path
) -> None:
    host, tomasz, maria = call.values()
    for participant in call.values():
        expect_media_from(participant, 2)
    maria.button("Mute microphone").click()
    tomasz.button("Chat").click()
    tomasz.page.get_by_label("Write to everyone").fill("before")
    tomasz.page.keyboard.press("Enter")
    expect(host.page.get_by_text("Tomasz: before")).to_be_attached()

    os.kill(media_process(app_data).pid, signal.SIGKILL)
    expect(tomasz.page.get_by_text("Reconnecting…").first).to_be_visible()
    tomasz.page.get_by_label("Write to everyone").fill("meanwhile")
    tomasz.page.keyboard.press("Enter")
    host.expect_people("Tomasz", "Maria")
    tomasz.expect_people("Anna Kowalska", "Maria")

    def seen(participant: Participant) -> bool:
        return sum(track["frames"] > 5 for track in participant.received().values()) >= 2

    for participant in call.values():
        until(lambda p=participant: seen(p), participant.page, "pictures after the break")
        expect(participant.page.get_by_text("Reconnecting…")).to_have_count(0)
    expect(maria.button("Unmute microphone")).to_be_visible()
    host.button("Chat").click()
    for text in ("before", "meanwhile"):
        expect(messages(host).get_by_text(text, exact=True)).to_be_visible()


def test_a_guest_waits_and_is_let_in_by_itself(host: Participant, person: Callable[..., Participant]) -> None:
    code = host.create_meeting("Secret plans")
    guest = person()
    guest.join(code, "Tomasz")
    expect(guest.page.get_by_role("heading", name="Anna Kowalska has not opened the room yet")).to_be_visible()
    assert "Secret plans" not in guest.page.content() + guest.page.title()
    host.button("Start meeting").click()
    guest.expect_inside()
    expect(guest.page).to_have_title(re.compile("Secret plans"))


def test_the_lobby_is_never_a_dead_end(host: Participant, person: Callable[..., Participant]) -> None:
    code = host.given_meeting("Plans", is_open=True)
    host.show_link(code)
    for error, words in {
        "NotAllowedError": "Your browser does not let this page use the camera and microphone",
        "NotFoundError": "No camera was found",
        "NotReadableError": "Your camera could not be started",
    }.items():
        guest = person()
        guest.page.add_init_script(NO_DEVICES % error)
        guest.open(code)
        expect(guest.page.get_by_text(words)).to_be_visible()
        guest.page.get_by_label("Your name").fill("Ola")
        guest.button("Join").click()
        guest.expect_inside()
        expect(guest.button("Unmute microphone")).to_be_visible()
        expect(guest.button("Turn camera on")).to_be_visible()
        guest.button("Leave").click()


def test_a_second_tab_takes_the_place_of_the_first(host: Participant, person: Callable[..., Participant]) -> None:
    code = host.given_meeting("Plans", is_open=True)
    host.show_link(code)
    first = person()
    first.join(code, "Tomasz")
    first.expect_inside()
    second = first.in_another_tab()
    second.open(code)
    expect(second.page.get_by_text("You are already in this meeting in another tab")).to_be_visible()
    second.page.get_by_label("Your name").fill("Tomasz")
    second.button("Join here instead").click()
    second.expect_inside()
    expect(first.page.get_by_role("heading", name="You went on in another tab")).to_be_visible()


def test_unknown_meetings_say_what_to_do(person: Callable[..., Participant]) -> None:
    guest = person()
    guest.open("aaaaa-bbbbb-ccccc")
    expect(guest.page.get_by_role("heading", name="No meeting here")).to_be_visible()
    expect(guest.page.get_by_role("link", name="Back to the start")).to_be_visible()


def test_keys_work_but_not_while_typing(call: dict[str, Participant]) -> None:
    host = call["Anna Kowalska"]
    page = host.page
    expect(host.button("Mute microphone")).to_be_visible()
    page.keyboard.press("m")
    expect(host.button("Unmute microphone")).to_be_visible()
    page.locator("main").first.focus()
    page.keyboard.down(" ")
    expect(host.button("Mute microphone")).to_be_visible()
    page.keyboard.up(" ")
    expect(host.button("Unmute microphone")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.type("music? yes")
    expect(page.get_by_label("Write to everyone")).to_have_value("music? yes")
    expect(host.button("Unmute microphone")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("Write to everyone")).to_have_count(0)
    people = host.button("People")
    people.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary", name="3 people")).to_be_focused()
    page.keyboard.press("Escape")
    expect(people).to_be_focused()
    host.button("Chat").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Write to everyone")).to_be_focused()
    page.keyboard.press("Escape")
    expect(host.button("Chat")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    fine(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_news_is_seen_and_two_of_one_name_are_told_apart(
    host: Participant, person: Callable[..., Participant], width: int
) -> None:
    code = host.given_meeting("Plans for the coming year and who takes part in what")
    host.show_link(code)
    host.page.set_viewport_size({"width": width, "height": 800})
    host.button("Join").click()
    host.expect_inside()
    header = host.page.get_by_role("banner")
    anns = [person(), person()]
    anns[0].join(code, "Ann")
    expect(header.get_by_text("Ann joined.")).to_be_visible()
    picture(host.page, "joined")
    anns[1].join(code, "Ann")
    expect(header.get_by_text("Ann (2) joined.")).to_be_visible()
    host.expect_people("Ann", "Ann (2)")
    for ann, said in zip(
        anns, ("Hello, I am the first one", "and I am another, with words enough for lines"), strict=True
    ):
        ann.button("Chat").click()
        ann.page.get_by_label("Write to everyone").fill(said)
        ann.page.keyboard.press("Enter")
        expect(header.get_by_text(said)).to_be_visible()
    picture(host.page, "message")
    header.get_by_text("and I am another").click()
    expect(header.get_by_text("and I am another")).to_have_count(0)
    shown = messages(host).locator("li")
    expect(shown).to_have_count(2)
    assert [text.splitlines()[0] for text in shown.all_inner_texts()] == ["Ann", "Ann (2)"]
    fine(host.page)
    picture(host.page, "chat")


def test_single_keys_can_be_turned_off_and_stay_so(host: Participant) -> None:
    host.start("Plans")
    host.page.keyboard.press("?")
    host.page.get_by_role("switch", name="Use these keys").uncheck()
    picture(host.page, "keys")
    host.page.keyboard.press("Escape")
    host.page.keyboard.press("m")
    host.page.keyboard.press("p")
    expect(host.page.get_by_role("complementary")).to_have_count(0)
    expect(host.button("Mute microphone")).to_have_attribute("title", "Mute microphone")
    host.page.reload()
    host.expect_inside()  # without a click
    expect(host.button("Mute microphone")).to_have_attribute("title", "Mute microphone")
    host.button("More").click()
    expect(host.page.get_by_role("switch", name="Sounds")).to_be_checked()
    picture(host.page, "more")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)], ids=["light", "dark"])
def test_lobby_and_room_have_no_serious_barrier(
    host: Participant, person: Callable[..., Participant], width: int, dark: bool
) -> None:
    code = host.start("Plans")
    guest = person(width, dark=dark)
    guest.open(code)
    expect(guest.button("Join")).to_be_visible()
    fine(guest.page)
    guest.page.get_by_label("Your name").fill("Zofia Brzęczyszczykiewicz-Krzyżanowska z Warszawy i okolic")
    guest.button("Join").click()
    guest.expect_inside()
    guest.expect_people("Anna Kowalska")
    fine(guest.page)
    for key in ("c", "Escape", "p"):
        guest.page.keyboard.press(key)
        fine(guest.page)
    small = guest.page.evaluate(
        """() => [...document.querySelectorAll("[aria-label='Meeting controls'] button")].map((b) => b.getBoundingClientRect())
        .filter((box) => box.width < 44 || box.height < 44).length"""
    )
    assert small == 0


@pytest.mark.promise("P39")
def test_members_are_introduced_under_their_own_name(
    host: Participant, person: Callable[..., Participant], tmp_path: Path
) -> None:
    picture = tmp_path / "me.png"
    Image.new("RGB", (300, 300), "teal").save(picture)
    page = host.page
    page.goto("/account")
    page.get_by_label("Title").fill("Dr")
    page.get_by_label("Company").fill("Acme")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Your changes are saved.")).to_be_visible()
    page.locator("#photo").set_input_files(picture)
    expect(page.get_by_role("img", name="Your photo")).to_be_visible()
    code = host.given_meeting("Plans")
    host.show_link(code)
    expect(page.get_by_text("With it they see your photo and: Dr, Acme.")).to_be_visible()
    page.get_by_label("Your name").fill("The chair")
    expect(page.get_by_text("With it they see")).to_have_count(0)
    page.get_by_label("Your name").fill("Anna Kowalska")
    host.button("Turn camera off").click()
    host.button("Join").click()
    host.expect_inside()
    guest = person(390)
    guest.join(code, "Tomasz")
    guest.expect_inside()
    shown = guest.page.get_by_role("group", name="Anna Kowalska", exact=True).locator("img")
    expect(shown).to_be_visible(timeout=START_S * 1000)
    assert shown.evaluate("async (img) => { await img.decode(); return img.naturalWidth; }") == 256
    guest.page.keyboard.press("p")
    expect(guest.page.get_by_text("Dr, Acme")).to_be_visible()
    fine(guest.page)
    assert [*host.complaints, *guest.complaints] == []
