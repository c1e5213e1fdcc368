"""A call of three people, and what all of them go on to see and read."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser.lying.people import Person
from tests.browser.lying.server import LyingMedia
from tests.browser.participants import messages, until


@dataclass
class Call:
    """Three people in a call."""

    media: LyingMedia
    code: str
    anna: Person
    """The organizer."""
    tomasz: Person
    """Whose camera shows one colour, and whose microphone hears one tone."""
    maria: Person

    @property
    def all(self) -> tuple[Person, Person, Person]:
        return self.anna, self.tomasz, self.maria


def expect_all_well(call: Call) -> None:
    """All locks are closed, and pictures of all go on everywhere."""
    for one in call.all:
        one.expect_lock()
        for other in call.all:
            if other is not one:
                before = one.sees(other)
                until(lambda: one.sees(other) > before, one.at.page, f"{one.name} sees {other.name}")  # noqa: B023


def write(one: Person, text: str) -> None:
    """Say something in the chat, which is open."""
    one.at.page.get_by_label("Write to everyone").fill(text)
    one.at.page.keyboard.press("Enter")
    expect(messages(one.at).get_by_text(text)).to_be_visible()


def expect_read(one: Person, text: str) -> None:
    """It stands in the chat, once."""
    expect(messages(one.at).get_by_text(text, exact=True)).to_have_count(1)
