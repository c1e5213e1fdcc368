"""The documents a person agrees to: their text, and the fingerprint a consent is recorded with."""

from __future__ import annotations

import hashlib
from typing import Literal

from conference_app.config import settings
from conference_app.texts import _, n_

Document = Literal["terms", "privacy"]
DOCUMENTS: tuple[Document, ...] = ("terms", "privacy")

_PARAGRAPHS: dict[Document, tuple[str, ...]] = {
    "terms": (
        n_("{brand} lets you hold online meetings. You may use it for anything lawful."),
        n_("Do not use it to harm or to watch others, or to record people without their consent."),
        n_("You answer for what you say and show. The host decides who may be in a meeting."),
        n_("The service is run with care, but without a promise that it never fails."),
        n_("You can leave at any time. An account that harms others can be closed."),
    ),
    "privacy": (
        n_("{brand} keeps your name, username, e-mail address and a protected form of your password."),
        n_("It uses them to sign you in, to show your name in meetings and to write to you about them."),
        n_("Names and addresses are encrypted in the database. Nothing is sold or shown to third parties."),
        n_("Calls pass through this server and are not recorded. Guests are asked for a name only."),
        n_("One cookie keeps you signed in and one remembers your language. There are no others."),
        n_("You can ask for a copy of what is kept about you, and to have it erased."),
    ),
}


def paragraphs(document: Document) -> list[str]:
    """The document's paragraphs in the current language."""
    return [_(text, brand=settings().brand_name) for text in _PARAGRAPHS[document]]


def fingerprint(document: Document) -> str:
    """SHA-256, in hex, of the exact text in the current language: its paragraphs with an empty line between."""
    return hashlib.sha256("\n\n".join(paragraphs(document)).encode()).hexdigest()
