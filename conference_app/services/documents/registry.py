"""The documents a person agrees to: their text, and the fingerprint a consent is recorded with.

One source: the pages show these sections, the consent's fingerprint is made of them, and every text that was ever shown
is kept by `versions`. What they say stands in `terms` and `privacy_policy`.
"""

from __future__ import annotations

import functools
import hashlib
from typing import Literal

from conference_app.config import Settings, settings
from conference_app.services.documents import privacy_policy, terms
from conference_app.services.documents.section import Section
from conference_app.texts import current_language, language, n_

Document = Literal["terms", "privacy"]
DOCUMENTS: tuple[Document, ...] = ("terms", "privacy")
DOCUMENT_TITLES: dict[Document, str] = {"terms": n_("Terms"), "privacy": n_("Privacy policy")}


def sections(document: Document) -> tuple[Section, ...]:
    """The document's parts in the current language."""
    return _sections(document, current_language(), settings())


@functools.cache
def _sections(document: Document, code: str, shown: Settings) -> tuple[Section, ...]:
    with language(code):
        return tuple((terms if document == "terms" else privacy_policy).sections(shown))


def paragraphs(document: Document) -> list[str]:
    """The whole text in the current language, a heading, a paragraph or a point at a time."""
    parts = [text for part in sections(document) for text in (part.title, *part.paragraphs, *part.points)]
    return [str(text) for text in parts if text]


def fingerprint(document: Document) -> str:
    """SHA-256, in hex, of the exact text in the current language: its paragraphs with an empty line between."""
    return sha256_of(full_text(document))


def full_text(document: Document) -> str:
    """The text as it is kept and fingerprinted."""
    return "\n\n".join(paragraphs(document))


def sha256_of(text: str) -> str:
    """The fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()
