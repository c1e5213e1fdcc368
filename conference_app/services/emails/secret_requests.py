"""Whether a text for our readers asks them for a password, a PIN or a code: we promise never to.

Words are all there is to go by: who asks in a roundabout way gets through. Texts that say not to send a password, or to
type one in on a page, ask for none.
"""

from __future__ import annotations

import re

from conference_app.errors import ConferenceError
from conference_app.texts import n_

_SENTENCE = re.compile(r"[^.!?\n]+")
_DENIES = re.compile(r"(?i)\b(?:never|not|cannot|nobody|nie|nigdy|nikt|nikomu)\b|n['’]t\b")
_BETWEEN = r"[^\w,;]+(?:(?!no\b|bez\b)\w+[^\w,;]+){0,4}?"
_ASKS = (
    re.compile(
        r"(?i)(?<!we )(?<!will )(?<!['’]ll )"
        r"\b(?:send|tell|give|share|provide|reply with|e-?mail|write(?! down)|confirm|verify|we need|what is|what['’]s)"
        rf"{_BETWEEN}"
        r"(?:passwords?|(?-i:PINs?)|cv[vc]2?|(?:card|security|recovery|one-time|verification|sign-in) (?:code|number)s?)\b"
    ),
    re.compile(
        r"(?i)\b(?:(?:(?:prze|wy)ślij|podaj|napisz|przekaż|odpisz|zdradź|potwierdź)(?:cie)?"
        r"|podać|podanie|przesłać|przesłanie|wysłać|wysłanie|potrzebujemy|jakie jest)"
        rf"{_BETWEEN}"
        r"(?:hasł(?:o|a|em)(?! spotkania)|(?-i:PIN)(?:-?u)?|cv[vc]2?|numeru? karty"
        r"|kod(?:u|y|ów)? (?:karty|pin|cv[vc]|jednorazow\w+|weryfikacyjn\w+|zapasow\w+|logowania))\b"
    ),
)
"""English and Polish: a word that asks, and in reach of it a secret."""


def asks(text: str) -> bool:
    """Whether a sentence of `text` asks for a secret."""
    wanting = (sentence for sentence in _SENTENCE.findall(text) if not _DENIES.search(sentence))
    return any(one.search(sentence) for sentence in wanting for one in _ASKS)


def problem(text: str) -> ConferenceError | None:
    """What to tell who wrote `text`, if it asks for a secret."""
    if not asks(text):
        return None
    return ConferenceError(
        n_(
            "This reads as if we asked for a password, PIN or code, which we promise never to do. Take it out; for what "
            "people enter on a page themselves, write “type in”."
        )
    )
