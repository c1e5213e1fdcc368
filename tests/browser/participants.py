"""People in the room: browsers with made-up cameras, and what arrives in them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.members import Members
from tests.browser.visitors import NewContext, Visitor

# The product shows its connections to nobody: the test looks through a wrapped constructor.
WATCH = """(() => {
  const Real = window.RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Real {
    constructor(...given) { super(...given); window.connections.push(this); }
  };
})()"""
RECEIVED = """async () => {
  const received = {};
  for (const connection of window.connections) {
    if (connection.connectionState === "closed") continue;
    for (const report of (await connection.getStats()).values()) {
      if (report.type !== "inbound-rtp") continue;
      received[report.trackIdentifier] = { kind: report.kind, frames: report.framesDecoded ?? 0, energy: report.totalAudioEnergy ?? 0 };
    }
  }
  return JSON.stringify(received);
}"""
STATES = "window.connections.map((one) => `${one.connectionState} ${one.signalingState}`)"
START_S = 60.0
LINKS: dict[str, str] = {}
"""The ends of meetings' links, by code, as their hosts' browsers have shown them."""


class Participant(Visitor):
    """A visitor with a name who goes into a room."""

    def __init__(self, context: BrowserContext, app_data: Path, members: Members) -> None:
        super().__init__(context, app_data, members)
        self.page.add_init_script(WATCH)

    def in_another_tab(self) -> Participant:
        """The same person at a second page of the same browser."""
        return Participant(self.page.context, self.mails.parent, self._members)

    def start(self, subject: str) -> str:
        """Be inside the room of a new meeting of one's own, which is open to guests; its code."""
        code = self.given_meeting(subject, is_open=True)
        self.show_link(code)
        self.button("Join").click()
        self.expect_inside()
        return code

    def create_meeting(self, subject: str, prefix: str = "") -> str:
        """A new meeting by the form; its page shows the whole link, and others here may know it from now on."""
        code = super().create_meeting(subject, prefix)
        field = self.page.locator("#invitation")
        expect(field).to_have_value(re.compile("#v1[.]"))
        LINKS[code] = "#" + field.input_value().partition("#")[2]
        return code

    def show_link(self, code: str) -> None:
        """Open one's own meeting: its whole link stands in the address from now on, and others here may know it."""
        self.open(code)
        expect(self.page).to_have_url(re.compile("#v1[.]"))
        LINKS[code] = "#" + self.page.url.partition("#")[2]

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def open(self, code: str) -> None:
        self.page.goto(f"/m/{code}{LINKS.get(code, '')}")

    def join(self, code: str, name: str = "") -> None:
        self.open(code)
        if name:
            self.page.get_by_label("Your name").fill(name)
        self.button("Join").click()

    def expect_inside(self) -> None:
        expect(self.button("Leave")).to_be_visible(timeout=START_S * 1000)

    def received(self) -> dict[str, dict[str, float]]:
        return json.loads(self.page.evaluate(RECEIVED))

    def expect_people(self, *names: str) -> None:
        for name in names:
            expect(self.page.get_by_role("group", name=name, exact=True)).to_be_visible(timeout=START_S * 1000)


def until(
    condition: Callable[[], bool], page: Page, what: str, seconds: float = START_S, seen: Callable[[], object] = str
) -> None:
    """Wait in the browser's time, so that its events go on. `seen` tells at the end what there is instead."""
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline, f"{what}: {seen()}"
        page.wait_for_timeout(200)


def messages(participant: Participant) -> Locator:
    """The open chat."""
    return participant.page.get_by_role("log", name="Messages")


def expect_media_from(participant: Participant, count: int) -> None:
    """`count` others are seen and heard: frames grow, energy is above zero."""

    def moving() -> bool:
        before = participant.received()
        participant.page.wait_for_timeout(600)
        after = participant.received()
        frames = [track for track, now in after.items() if now["frames"] > before.get(track, now)["frames"] > 0]
        heard = [track for track, now in after.items() if now["kind"] == "audio" and now["energy"] > 0]
        return len(frames) >= count and len(heard) >= count

    def told() -> object:
        words = participant.page.locator("header").all_inner_texts()
        return participant.received(), participant.page.evaluate(STATES), words

    until(moving, participant.page, f"media of {count} others", seen=told)


@pytest.fixture
def person(new_context: NewContext, app_data: Path, members: Members) -> Callable[..., Participant]:
    """Make people at fresh profiles, camera and microphone allowed."""
    allowed = ["camera", "microphone", "clipboard-read", "clipboard-write"]

    def make(width: int = 1280, permissions: list[str] | None = None, **options: object) -> Participant:
        given = allowed if permissions is None else permissions
        return Participant(new_context(width, permissions=given, **options), app_data, members)

    return make


_serial = iter(range(10_000))


@pytest.fixture
def host(person: Callable[..., Participant]) -> Participant:
    """Somebody signed in to an account."""
    made = person()
    made.given_account(f"host{os.getpid()}x{next(_serial)}")
    return made
