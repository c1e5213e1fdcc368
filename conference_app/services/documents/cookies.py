"""Every cookie and every key in the browser's storage, with what it is for and how long it stays.

The page /cookies is made from this list, and a browser test fails on anything that is kept and not in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from conference_app.config import settings
from conference_app.models.sign_in import KNOWN_DAYS
from conference_app.texts import _, n_, plural

Kind = Literal["cookie", "local storage", "session storage", "database"]

KINDS: dict[Kind, str] = {
    "cookie": n_("Cookie"),
    "local storage": n_("In this browser"),
    "session storage": n_("In this tab"),
    "database": n_("In this browser, locked"),
}
"""msgids."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing a browser keeps for us. Texts are msgids."""

    name: str
    kind: Kind
    purpose: str
    life: str
    """msgid; may hold {days}."""
    days: int = 0
    is_necessary: bool = True
    """Whether the service a person asked for cannot work without it (ePrivacy Directive Art. 5(3)): else it needs consent."""
    pattern: str = ""
    """A regular expression, where the name has a part that changes."""

    def matches(self, kind: str, name: str) -> bool:
        """Whether this entry stands for `name` among the browser's things of that kind."""
        return kind == self.kind and re.fullmatch(self.pattern or re.escape(self.name), name) is not None


_UNTIL_DELETED = n_("Until you delete it in your browser")
_UNTIL_CLOSED = n_("Until you close the tab")


_CHOSEN = (
    Kept(
        "parley_language",
        "cookie",
        n_("Remembers the language you chose. It is set only when you choose one."),
        n_("{days}"),
        365,
    ),
    Kept(
        "theme",
        "local storage",
        n_("Remembers whether you chose light, dark or your device's colours."),
        _UNTIL_DELETED,
    ),
    Kept(
        "parley.devices",
        "local storage",
        n_("Remembers which camera, microphone and speaker you chose for meetings."),
        _UNTIL_DELETED,
    ),
    Kept(
        "parley.room",
        "local storage",
        n_("Remembers whether meetings play sounds and listen to single keys, once you change that."),
        _UNTIL_DELETED,
    ),
    Kept(
        "loglevel:livekit, …",
        "local storage",
        n_("How much the call's own parts write into your browser's console. Nothing about you."),
        _UNTIL_DELETED,
        pattern=r"loglevel:(?:livekit|lk-).*|loglevel",
    ),
)
"""What somebody chose, or had set."""
_LOCKED = (
    Kept(
        "parley_keys",
        "database",
        n_("Keeps the keys of your own meetings, so that only your browsers have them."),
        n_("Until you sign out"),
    ),
    Kept(
        "parley_room_keys",
        "database",
        n_("Keeps the key of a tab in a meeting, so that you are back at once after a reload."),
        n_("At most one day after you were last in a meeting"),
    ),
)
_OF_THE_TAB = (
    Kept(
        "parley_leaf",
        "session storage",
        n_("A random number that ties this tab to its key in a meeting."),
        _UNTIL_CLOSED,
    ),
    Kept(
        "parley_call",
        "session storage",
        n_("Remembers which meeting this tab is in, and your name there, so that a reload brings you back into it."),
        n_("Until you leave the meeting or close the tab"),
    ),
    Kept(
        "token",
        "session storage",
        n_("A random number that ties this tab to its page on the server."),
        _UNTIL_CLOSED,
    ),
    Kept(
        "parley_notice",
        "session storage",
        n_("Remembers which short message you have seen already, and on which page."),
        _UNTIL_CLOSED,
    ),
    Kept(
        "reflex_last_reloaded_on_error",
        "session storage",
        n_("Keeps the page from reloading again and again when something is broken."),
        _UNTIL_CLOSED,
    ),
    Kept(
        "react-router-scroll-positions",
        "session storage",
        n_("Remembers how far you had scrolled when you go back."),
        _UNTIL_CLOSED,
    ),
)


def kept() -> tuple[Kept, ...]:
    """The list, for these settings: the names of some cookies depend on https."""
    return (*_for_signing_in(), *_CHOSEN, *_LOCKED, *_OF_THE_TAB)


def _for_signing_in() -> tuple[Kept, ...]:
    prefix = "__Host-" if settings().is_https else ""
    return (
        Kept(
            f"{prefix}parley_session",
            "cookie",
            n_("Keeps you signed in. It holds a random number."),
            n_("{days}, or until you sign out"),
            settings().session_days,
        ),
        Kept(
            f"{prefix}parley_device",
            "cookie",
            n_(
                "Knows this browser again at your next sign-in, so that nobody can keep you out by guessing passwords. "
                "It holds a random number."
            ),
            n_("{days} after your last sign-in"),
            KNOWN_DAYS,
        ),
        Kept(
            "parley_ticket",
            "cookie",
            n_("Carries a sign-in from the page to the server, once."),
            n_("At most one minute"),
        ),
    )


def life(one: Kept) -> str:
    """How long it stays, in words of the current language."""
    if not one.days:
        return _(one.life)
    days = plural("{count} day", "{count} days", one.days)
    return _(one.life, days=days)


def find(kind: str, name: str) -> Kept | None:
    """The entry for something found in a browser; None means that nobody has registered it."""
    return next((one for one in kept() if one.matches(kind, name)), None)
