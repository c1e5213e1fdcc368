"""What personal data may be used for beyond the service itself, each only with a consent. Purposes are data.

A purpose with a detail is written `<id>:<detail>`, such as `topic:` with the identifier of a newsletter topic.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from conference_app.config import settings
from conference_app.services.letters import LetterClass
from conference_app.texts import _, language, n_


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing that needs a consent. Texts are msgids; nothing is on before it is given."""

    id: str
    title: str
    words: str
    """The exact sentence a person agrees to, with {brand} and, for purposes with a detail, {detail}."""
    letters: LetterClass | None
    """The class of mail it allows; None for a use without mail."""
    for_accounts_only: bool = False
    has_detail: bool = False


PURPOSES: dict[str, Purpose] = {
    purpose.id: purpose
    for purpose in (
        Purpose("newsletter", n_("Newsletter"), n_("Send me the newsletter of {brand} by e-mail."), "newsletter"),
        Purpose("promotion", n_("Offers"), n_("Send me offers of {brand} by e-mail."), "promotion"),
        Purpose(
            "topic",
            n_("News about {detail}"),
            n_("Send me news about “{detail}” by e-mail."),
            "newsletter",
            has_detail=True,
        ),
        Purpose(
            "follow_up",
            n_("Mail after a meeting"),
            n_("Send me one mail after the meeting with what the host wants to add."),
            "participant",
            has_detail=True,
        ),
        Purpose(
            "personalisation",
            n_("Pages arranged for you"),
            n_("Remember which pages and settings I use, and arrange the pages of {brand} by that."),
            None,
            for_accounts_only=True,
        ),
        Purpose(
            "visit_merging",
            n_("Your visits before you registered"),
            n_("Join what was counted about my earlier visits with my account."),
            None,
            for_accounts_only=True,
        ),
    )
}


def find(purpose: str) -> Purpose:
    """The registered purpose of `id` or `id:detail`. Raises ValueError for any other text."""
    name, separator, detail = purpose.partition(":")
    found = PURPOSES.get(name)
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
