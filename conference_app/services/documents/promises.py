"""The promises of the product, each in our own words, and which of them the last recorded test run proved.

A promise counts as proven only when tests marked with its id ran and every one of them passed; `promises.json` holds
what that run saw (`pytest --record-promises`), and is part of the build.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from conference_app.texts import n_

RECORD = Path(__file__).parents[2] / "promises.json"
NOT_RUN = "not run"
"""Stands in the record for a marked test without an outcome."""
State = Literal["proven", "failing", "unproven", "not_built"]
"""Unproven is what works, without tests that prove it."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise; `words` is a msgid."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """Promises about one thing; `title` is a msgid."""

    title: str
    promises: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the recorded run says about a promise."""

    state: State
    tests: tuple[str, ...] = ()
    """The tests that carry its id."""


@dataclass(frozen=True, slots=True)
class Register:
    """The recorded run: when it was, and the proof of every promise."""

    ran_at: datetime | None
    proofs: dict[str, Proof]

    def count(self, state: State) -> int:
        """How many promises are in that state."""
        return sum(1 for proof in self.proofs.values() if proof.state == state)


def _chapter(title: str, first: int, *words: str) -> Chapter:
    return Chapter(title, tuple(Promise(f"P{first + at}", text) for at, text in enumerate(words)))


CHAPTERS: tuple[Chapter, ...] = (
    _chapter(
        n_("What the service does"),
        1,
        n_("Meetings run in the browser: nobody has to install anything."),
        n_("People see each other by video."),
        n_("People talk, also without a camera."),
        n_("People write documents together."),
        n_("People show presentations, and everybody sees the same slide."),
        n_("People share their screen, with its sound."),
        n_("Files can be shared so that only the people in the room can read them."),
        n_("It works from networks that let little through."),
        n_("Rooms are there at any time, and survive a restart."),
        n_("There is one free trial, with an end."),
        n_("A subscription can follow the trial, and be cancelled."),
        n_("Meetings can be planned with a time, a host and a subject."),
        n_("Guests are invited by e-mail or any other way, and each way lets exactly them in."),
        n_("People can register for a meeting, and only its host learns who did."),
        n_("Your registration for a meeting goes to no other company."),
        n_("Everybody in a meeting can write to everybody else there."),
        n_("Everybody can see and change their own data in one place."),
        n_("Newsletters and offers go only to those who asked for them."),
        n_("Writing to us starts a conversation that is kept together."),
    ),
    _chapter(
        n_("What is asked of you"),
        20,
        n_("An account needs a first and a last name."),
        n_("Usernames are unique, whatever their capitals."),
        n_("You sign in with an e-mail address that you have confirmed."),
        n_("Your password is never kept or logged as you typed it."),
        n_("Billing data is asked for only where it is needed."),
        n_("A phone number is asked for with its reason."),
        n_("A country is asked for with its reason."),
        n_("A postal address is asked for with its reason."),
        n_("Card and billing data are checked before a trial begins."),
        n_("One person has one trial, and a refusal says why."),
        n_("Nothing is charged before you were told when, and a cancelled trial costs nothing."),
        n_("Your company is optional."),
        n_("Your title is optional."),
        n_("Your educational institution is optional."),
        n_("Another company is optional."),
        n_("Further details about you are optional."),
        n_("Only what you give yourself is collected: nothing is looked up elsewhere."),
        n_("Each field says whether it must be filled."),
        n_("Everything kept about you is listed, with its reason, from the database itself."),
        n_("Each value is used only for the reasons it was asked for."),
        n_("Billing data is read for billing alone."),
    ),
    _chapter(
        n_("What you are told"),
        41,
        n_("Nobody registers without accepting the terms and the policy, and the exact text is recorded."),
        n_("You know who answers for your data, by name and address."),
        n_("The policy says which site it is about."),
        n_("The policy can be read from every page, without signing in."),
        n_("Links to other sites are marked, and tell them nothing about you."),
        n_("You know in which country your data lies, and where it goes."),
        n_("You are told what no protection covers."),
        n_("What is kept is encrypted: a stolen disk shows no names or addresses."),
        n_("You are asked now and then whether your data is still right."),
        n_("Before your first message in a meeting you are told that others can copy it."),
        n_("Every page is encrypted on its way, and the room shows how it is protected."),
    ),
    _chapter(
        n_("Consent and mail"),
        52,
        n_("Nothing is shared or sold without your clear consent."),
        n_("Before your data is used for something new, you are asked."),
        n_("Consent needs something you do: no box is ticked for you."),
        n_("E-mails about the service itself reach everybody, without advertising in them."),
        n_("Offers come only if you asked for them."),
        n_("Newsletters come only if you asked, and confirmed it."),
        n_("You can stop any of it at any time, at once."),
        n_("Receipts and confirmations still come after that."),
        n_("Every such e-mail can be stopped with one click, without signing in."),
        n_("Whoever writes to us is thanked once, and the conversation is kept."),
        n_("An address you write to us from is used for nothing else."),
        n_("What you agreed to comes until you say stop."),
        n_("News about a topic end with the topic."),
        n_("No list of addresses leaves the service, and nothing comes unasked."),
    ),
    _chapter(
        n_("Your guests"),
        66,
        n_("What a host knows about guests is that host's alone."),
        n_("What guests enter goes to the host, and they are told so."),
        n_("Guests' data is deleted automatically when it is no longer needed."),
        n_("Guests never get advertising."),
        n_("Guests get only the e-mails they asked for."),
        n_("Guests' data is never shared or sold."),
        n_("Guests can see, take and erase their data without an account."),
    ),
    _chapter(
        n_("In the meeting"),
        73,
        n_("What happens in a meeting is encrypted from person to person."),
        n_("That covers the shared screen and the messages too."),
        n_("Only the host and invited people learn when a meeting is and what it is about."),
    ),
    _chapter(
        n_("Passwords"),
        76,
        n_("Your account opens only to you."),
        n_("You are helped to keep your password safe."),
        n_("Your password is kept so that nobody can read it."),
        n_("No member of the staff can get at your password."),
        n_("Nobody asks you for your password by e-mail."),
    ),
    _chapter(
        n_("Visits and cookies"),
        81,
        n_("Only coarse facts about visits are kept: no addresses of devices."),
        n_("Visits are counted, not followed."),
        n_("Only sums leave the counters, never single visits."),
        n_("Cookies beyond the necessary come only with your consent."),
        n_("Every cookie is listed with its reason."),
        n_("A cookie says nothing about you, and no script can read the one that signs you in."),
        n_("Pages are not arranged by your behaviour unless you ask for it."),
        n_("Earlier visits are not joined with your account unless you ask for it."),
        n_("How people move through the pages is known as sums only."),
        n_("The public pages work without cookies, and say what does not."),
        n_("What visits are used for is a list you can read."),
    ),
    _chapter(
        n_("Seeing, changing, leaving"),
        92,
        n_("You get a copy of everything kept about you, whole and free."),
        n_("You can change your data at any time."),
        n_("You can pause your account, or erase everything, and nothing is left."),
        n_("A request by the contact page is followed up within 30 days."),
    ),
    _chapter(
        n_("Staff, others and the law"),
        96,
        n_("Staff look at data only to help you, and you see when."),
        n_("Only staff who need it can look."),
        n_("The service is built and run by established standards of safety."),
        n_("Each role of the staff sees only its part."),
        n_("Nothing is sold or rented out for advertising."),
        n_("Every other service that handles data is listed."),
        n_("You can read who handles what, why and where."),
        n_("Others get the least that does, and for that use only."),
        n_("A court gets only what exists and what it asks for."),
        n_("Data that a dispute needs is held, and you see the reason."),
        n_("Attacks on the servers are noticed and slowed down."),
    ),
    _chapter(
        n_("Paying"),
        107,
        n_("What you pay with is encrypted on its way."),
        n_("A payment company handles your card: its number never reaches us."),
    ),
    _chapter(
        n_("Reaching us"),
        109,
        n_("You can write to us by e-mail."),
        n_("You can call us."),
        n_("You can write to us by post."),
    ),
)

NOT_BUILT = frozenset(
    f"P{number}" for number in (4, 5, 7, 8, 10, 11, 13, 14, 15, 24, 27, 28, 29, 30, 40, 81, 82, 83, 89, 99, 108)
)
"""What nobody can use yet. Whoever builds it takes its number out; no test may be marked with one."""
PROMISES: dict[str, Promise] = {one.id: one for chapter in CHAPTERS for one in chapter.promises}


def read(path: Path = RECORD) -> Register:
    """The register of the recorded run; without one, nothing is proven."""
    if not path.exists():
        return Register(None, {one: _proof(one, {}) for one in PROMISES})
    recorded = json.loads(path.read_text(encoding="utf-8"))
    outcomes: dict[str, dict[str, str]] = recorded["promises"]
    ran_at = datetime.fromisoformat(recorded["ran_at"]) if recorded["ran_at"] else None
    return Register(ran_at, {one: _proof(one, outcomes.get(one, {})) for one in PROMISES})


def _proof(promise: str, tests: dict[str, str]) -> Proof:
    """`tests` maps a test's name to its outcome: passed, failed, skipped or not run."""
    names = tuple(sorted(tests))
    if not tests:
        return Proof("not_built" if promise in NOT_BUILT else "unproven")
    return Proof("proven" if set(tests.values()) == {"passed"} else "failing", names)
