"""What personal data is used for: every purpose is a value of this registry, and there is no other.

The data map tags each column with the purposes it may be read for, sessions of the database are opened for a purpose,
emails are sent for one, and the consent ledger and the preference page are about those that need an agreement. A
purpose with a detail is written `<id>:<detail>` there, such as `topic:` with the identifier of a newsletter topic.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from conference_app.config import settings
from conference_app.texts import _, language, n_

Basis = Literal["contract", "consent", "legal_obligation", "legitimate_interest"]
"""GDPR Art. 6(1) b, a, c, f."""
MailClass = Literal["necessary", "service", "newsletter", "promotion", "participant"]
SESSION_PURPOSES = "purposes"
"""Where a session of the database keeps what it was opened for (`Session.info`)."""
SESSION_PEOPLE = "people"
"""Where it keeps whose rows alone it finds, if it was opened with a live basis."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing that personal data is used for. Texts are msgids."""

    id: str
    reason: str
    """Why, as the policy, the forms and the person's copy say it."""
    basis: Basis
    mail: MailClass | None = None
    """The class of mail it allows beside necessary emails."""
    needs_person: bool = False
    """Whether a session cannot be opened for it at large: `legal_basis.with_basis` asks for each person whether a basis lives."""
    title: str = ""
    words: str = ""
    """For what needs an agreement: the exact sentence, with {brand} and, for purposes with a detail, {detail}."""
    has_detail: bool = False
    interest: str = ""
    """For a legitimate interest: whose it is, and why it does not outweigh the person's (GDPR Art. 6(1)(f), 13(1)(d))."""

    @property
    def is_offered(self) -> bool:
        """Whether a person is asked to agree to it, and it is off before."""
        return bool(self.words)


@dataclass(frozen=True, slots=True)
class LiveBasis:
    """That `purpose` may be used for these people at this moment. Made by `consent.legal_basis` alone, never kept."""

    purpose: Purpose
    subjects: frozenset[tuple[str, str]]
    """Kind and number: ("account", …) or ("address", …)."""

    def __bool__(self) -> bool:
        return bool(self.subjects)

    def or_nothing(self) -> tuple[LiveBasis, ...]:
        """For a session that also does without it."""
        return (self,) if self else ()


def _own(name: str, reason: str) -> Purpose:
    return Purpose(name, reason, "contract")


def _duty(name: str, reason: str) -> Purpose:
    return Purpose(name, reason, "legal_obligation")


def _interest(name: str, reason: str, interest: str, *, ends_by_objection: bool = False) -> Purpose:
    """What ends by an objection is asked for each person; the rest keeps the service safe and honest, and is weighed."""
    return Purpose(name, reason, "legitimate_interest", needs_person=ends_by_objection, interest=interest)


ACCOUNT = _own("account", n_("To run your account."))
SIGN_IN = _own("sign_in", n_("To sign you in and keep others out."))
SECOND_FACTOR = _own("second_factor", n_("To sign you in with more than a password, as you asked."))
LINKS = _own("links", n_("To make sure that a link or code we sent is used once, by you."))
EMAIL_CHANGE = _own(
    "email_change", n_("To change your e-mail address safely, and to change it back if it was not you.")
)
INTRODUCE = _own("introduce", n_("To show the people in your meetings who you are, when you join under your own name."))
USERNAME = _own("username", n_("To name your account in our emails, and when you ask us for help."))
ACCOUNT_MAIL = Purpose(
    "account_mail", n_("To write to you about your account and your meetings."), "contract", "service"
)
LANGUAGE = _own("language", n_("To write to you in the language you read."))
LOCAL_TIMES = _own("local_times", n_("To show times right on every device, and in our mails."))
ACCEPTANCE = _own("acceptance", n_("To prove that you agreed to the terms and the privacy policy, and to which text."))
MEETINGS = _own("meetings", n_("To hold the meetings you plan."))
ENCRYPTION = _own("encryption", n_("So that the browsers in a meeting agree on keys that we do not have."))
KEY_VAULT = _own(
    "key_vault", n_("To give the keys of your meetings to your own browsers, locked so that we cannot use them.")
)
CONFIRM_ADDRESS = _own("confirm_address", n_("To make sure that the address is yours before anything is sent to it."))

RIGHTS = _duty("rights", n_("To show, correct, copy and erase what we hold about you, as you may ask."))
"""Every column of the person's copy may be read for it, and only by `personal_rows` and the person's own pages."""
REQUESTS = _duty("requests", n_("To do what you asked for in time, and to show that we did."))
WISHES = _duty("wishes", n_("To do what you asked for about your data, and to know that we did."))
COPIES = _duty("copies", n_("To make the copy of your data that you asked for."))
HOLDS = _duty("holds", n_("To keep what a law or a dispute needs, and to tell you why."))
LEGAL_REQUESTS = _duty(
    "legal_requests", n_("To account for what courts and authorities asked for, and for what was handed out.")
)
ACCESSES = _duty("accesses", n_("To show you who of the staff looked at your data, and why."))
CONSENT_PROOF = _duty("consent_proof", n_("To prove what you agreed to, and that we stopped when you took it back."))
FIND_ADDRESS = _duty("find_address", n_("To find your address again when you stop a mail or ask what we hold."))
KEEP_STOPPED = _duty("keep_stopped", n_("To keep your mails stopped, also when nothing else about you is left."))

DELIVERY = _interest(
    "delivery",
    n_("To know which mails went out, to whom, and whether they arrived."),
    n_("A mail that did not come can be looked into. Whether you read it is not seen, and the record goes by itself."),
)
BOUNCES = _interest(
    "bounces",
    n_("To stop writing to an address that does not exist; a keyed hash, not the address."),
    n_("Mail services refuse whoever goes on writing to dead addresses. A keyed hash says nothing else about you."),
)
ANSWER = _interest(
    "answer",
    n_("To answer what you wrote to us, and for nothing else."),
    n_("Whoever writes to us expects an answer. What you wrote is used for nothing else, and goes by itself."),
)
HISTORY = _interest(
    "history",
    n_("To show you what was changed about your account, and when."),
    n_("Only so can you and we find out who changed an account. It holds kinds of events, not what was written."),
)
ADMISSIONS = _interest(
    "admissions",
    n_("To know who was let into a room, and who was sent out of it."),
    n_("Whom the host sends out must not come back at once. Keyed hashes do for that: names are not kept with it."),
)
DEVICES = _interest(
    "devices",
    n_("So that you can tell your own sign-ins from a stranger's."),
    n_("Nobody but you can tell a stranger's sign-in. Kinds of browsers do for that: no address is kept."),
    ends_by_objection=True,
)
CALL_BACK = _interest(
    "call_back",
    n_("So that we can call you back when you write to us. Nobody else sees it."),
    n_("Some things are sooner said than written. You need give no number, and can take it out at any time."),
    ends_by_objection=True,
)
DIALLING = _interest(
    "dialling",
    n_("To read your phone number the way it is written in your country."),
    n_("A number that is read wrong reaches a stranger. You need give no country, and can take it out at any time."),
)

PARTICIPANT_MAIL = Purpose(
    "participant_mail",
    n_("To send a participant of a meeting the mails they asked for, and no others."),
    "consent",
    "participant",
    needs_person=True,
    has_detail=True,
)
NEWSLETTER = Purpose(
    "newsletter",
    n_("To send you the newsletter, once you agree."),
    "consent",
    "newsletter",
    needs_person=True,
    title=n_("Newsletter"),
    words=n_("Send me the newsletter of {brand} by e-mail."),
)
PROMOTION = Purpose(
    "promotion",
    n_("To send you offers, once you agree."),
    "consent",
    "promotion",
    needs_person=True,
    title=n_("Offers"),
    words=n_("Send me offers of {brand} by e-mail."),
)
TOPIC = Purpose(
    "topic",
    n_("To send you news about a topic, once you agree."),
    "consent",
    "newsletter",
    needs_person=True,
    title=n_("News about {detail}"),
    words=n_("Send me news about “{detail}” by e-mail."),
    has_detail=True,
)
FOLLOW_UP = Purpose(
    "follow_up",
    n_("To send you one mail after a meeting, once you agree."),
    "consent",
    "participant",
    needs_person=True,
    title=n_("Mail after a meeting"),
    words=n_("Send me one mail after the meeting with what the host wants to add."),
    has_detail=True,
)
PERSONALISATION = Purpose(
    "personalisation",
    n_("To fill in a new meeting the way you made your last one, once you agree."),
    "consent",
    needs_person=True,
    title=n_("New meetings like your last one"),
    words=n_("Fill in a new meeting the way I made my last one."),
)

PURPOSES: dict[str, Purpose] = {one.id: one for one in list(globals().values()) if isinstance(one, Purpose)}
OFFERED: dict[str, Purpose] = {name: one for name, one in PURPOSES.items() if one.is_offered}
"""Those that a person is asked to agree to."""
OPPOSABLE = tuple(name for name, one in PURPOSES.items() if one.basis == "legitimate_interest" and one.needs_person)
"""Those that end when a person objects to them (GDPR Art. 21); what keeps the service safe and honest goes on."""


def find(purpose: str) -> Purpose:
    """The offered purpose of `id` or `id:detail`. Raises ValueError for any other text."""
    name, separator, detail = purpose.partition(":")
    found = OFFERED.get(name)
    if found is None or found.has_detail != bool(separator and detail) or len(purpose) > 64:
        raise ValueError("unknown purpose")
    return found


def title(purpose: str, detail: str = "") -> str:
    """The name of the purpose in the current language; `detail` is the name of the topic."""
    return _(find(purpose).title, detail=detail)


def words(purpose: str, detail: str = "") -> str:
    """The exact words of the purpose in the current language."""
    return _(find(purpose).words, brand=settings().brand_name, detail=detail)


def words_in(code: str, purpose: str, detail: str = "") -> str:
    """`words` in the language `code`."""
    with language(code):
        return words(purpose, detail)


def fingerprint(shown: str) -> str:
    """SHA-256, in hex, of words exactly as they were shown."""
    return hashlib.sha256(shown.encode()).hexdigest()
