"""Recognises what a message asks us to do about mails or data, in English and Polish.

Careful by intent: only a sentence that is the request itself counts, never a question, a quotation or a mention. What
is not recognised is read by a person, so a miss costs a day; a false hit would do something nobody asked for.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Request = Literal["unsubscribe", "erase", "access"]

_PLEASE = r"(?:(?:please|kindly|hello|hi|hey|dzień dobry|cześć|witam|proszę)[, ]+(?:to |o )?)*(?:i (?:want|would like) you to |chcę, żebyście )?"
_THANKS = r"(?:[, ]+(?:please|thanks|thank you|now|immediately|proszę|dziękuję|dzięki|natychmiast))*"
_MAILS = r"(?:(?:the|your|this|all|any) )*(?:mailing list|newsletter|newsletters|mails|e-?mails|list|mailings)"
_PL_MAILS = r"(?:(?:waszego|tego|tej|z|ten|ze|wasz) )*(?:newslettera|newsletter|biuletynu|biuletyn|listy mailingowej|listy|maili|wysyłki)"
_DATA = r"(?:all |all of )?my (?:personal )?(?:data|account|information|details)(?: and (?:my )?(?:data|account))?"
_PL_DATA = r"(?:wszystkie |wszystkich )?(?:(?:moje|mojego|moich|swoje|swoich) )?(?:dane osobowe|danych osobowych|danych|dane|konta|konto)"

_WORDS: dict[Request, tuple[str, ...]] = {
    "unsubscribe": (
        r"unsubscribe(?: me)?(?: from " + _MAILS + r")?",
        r"stop(?: (?:sending(?: me)?|writing|all)(?: " + _MAILS + r")?)?",
        r"(?:remove|take) me (?:from|off) " + _MAILS,
        r"no more " + _MAILS,
        r"(?:wypisz|wypiszcie|wypisać|wypisanie|wypisuję)(?: (?:mnie|się))?(?: z)?(?: " + _PL_MAILS + r")?",
        r"rezygnuję z " + _PL_MAILS,
        r"(?:nie chcę|nie wysyłajcie mi)(?: (?:więcej|już|dostawać))* " + _PL_MAILS,
    ),
    "erase": (
        r"(?:delete|erase|remove) " + _DATA,
        r"forget me",
        r"(?:usuń|usuńcie|usunąć|usunięcie|skasuj|skasujcie|skasować|skasowanie) " + _PL_DATA,
    ),
    "access": (
        r"send me (?:a copy of )?" + _DATA,
        r"(?:przyślij|przyślijcie|prześlijcie)(?: mi)? (?:kopię )?" + _PL_DATA,
    ),
}
_PATTERNS: tuple[tuple[Request, re.Pattern[str]], ...] = tuple(
    (request, re.compile(_PLEASE + f"(?:{word})" + _THANKS))
    for request in ("erase", "access", "unsubscribe")
    for word in _WORDS[request]
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]?")
_QUOTED = re.compile(
    r"\s*(?:>|\|)|.*(?:wrote|napisał|napisała|napisał\(a\)|pisze):\s*$|\s*-{2,}|\s*_{5,}|\s*(?:from|od):\s", re.I
)
_REPLY_MARKS = re.compile(r"^(?:(?:re|fw|fwd|odp|pd)\s*:\s*)+", re.I)
_LOOKED_AT = 2000
"""Characters: who has a request writes it at the beginning."""


def recognise(subject: str, body: str) -> Request | None:
    """The first request of the message's own words; a subject counts alone, a reply's subject does not."""
    own = _own_words(body)
    title = "" if _REPLY_MARKS.match(subject) else subject
    for text in (title, own):
        for sentence in _SENTENCE.findall(text[:_LOOKED_AT]):
            if (request := _of_sentence(sentence)) is not None:
                return request
    return None


def _own_words(body: str) -> str:
    """The text above the first quotation or signature."""
    lines: list[str] = []
    for line in body[: 4 * _LOOKED_AT].splitlines():
        if _QUOTED.match(line):
            break
        lines.append(line)
    return "\n".join(lines)


def _of_sentence(sentence: str) -> Request | None:
    if sentence.rstrip().endswith("?"):
        return None
    plain = " ".join(unicodedata.normalize("NFKC", sentence).casefold().strip(" .!\n\t\"'*„”“").split())
    return next((request for request, pattern in _PATTERNS if pattern.fullmatch(plain)), None)
