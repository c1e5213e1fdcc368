"""Recognises what a message asks us to do about mails or data, in English and Polish.

Careful by intent: only a sentence that is the request itself counts, never a question, a quotation or a mention, and
nothing where another sentence says not to do it. What is not recognised is read by a person, so a miss costs a day; a
false hit would do something nobody asked for.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import Literal

Request = Literal["unsubscribe", "erase", "access"]

_PLEASE = (
    r"(?:(?:please|kindly|hello|hi|hey|dzień dobry|cześć|witam|proszę)[, ]+(?:to |o |mnie )?)*"
    r"(?:i(?: want| would like|'d like) (?:you )?to |chcę, żebyście |(?:chcę|chciałbym|chciałabym|żądam|wnoszę o)(?: się)? )?"
)
_THANKS = r"(?:[, ]+(?:please|thanks|thank you|now|immediately|proszę|dziękuję|dzięki|natychmiast))*"
_MAILS = r"(?:(?:the|your|this|all|any) )*(?:mailing list|newsletter|newsletters|mails|e-?mails|list|mailings)"
_PL_MAILS = r"(?:(?:waszego|tego|tej|z|ten|ze|wasz) )*(?:newslettera|newsletter|biuletynu|biuletyn|listy mailingowej|listy|maili|wysyłki)"
_DATA = r"(?:all |all of )?my (?:personal )?(?:data|account|information|details)(?: and (?:my )?(?:data|account))?"
_PL_DATA = r"(?:wszystkie |wszystkich )?(?:(?:moje|mojego|moich|swoje|swoich) )?(?:dane osobowe|danych osobowych|danych|dane|konta|konto)(?: i (?:(?:moich|mojego|moje) )?(?:danych|dane|konta|konto))?"

_WORDS: dict[Request, tuple[str, ...]] = {
    "unsubscribe": (
        r"unsubscribe(?: me)?(?: from " + _MAILS + r")?",
        r"stop(?: (?:sending(?: me)?|writing|all)(?: " + _MAILS + r")?)?",
        r"(?:remove|take) me (?:from|off) " + _MAILS,
        r"no more " + _MAILS,
        r"(?:wypisz|wypiszcie|wypisać|wypisanie|wypisania|wypisuję)(?: (?:mnie|się))?(?: z)?(?: " + _PL_MAILS + r")?",
        r"rezygnuję z " + _PL_MAILS,
        r"(?:nie chcę|nie wysyłajcie mi)(?: (?:więcej|już|dostawać))* " + _PL_MAILS,
    ),
    "erase": (
        r"(?:delete|erase|remove) " + _DATA,
        r"forget me",
        r"(?:usuń|usuńcie|usunąć|usunięcie|usunięcia|skasuj|skasujcie|skasować|skasowanie|skasowania) " + _PL_DATA,
    ),
    "access": (
        r"send me (?:a copy of )?" + _DATA,
        r"(?:przyślij|przyślijcie|prześlijcie)(?: mi)? (?:kopię )?" + _PL_DATA,
        r"(?:kopię|kopii) " + _PL_DATA,
    ),
}


def _folded(text: str) -> str:
    """Small letters without accents, as many people type Polish; one kind of apostrophe."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("ł", "l").replace("’", "'"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


_PATTERNS: tuple[tuple[Request, re.Pattern[str]], ...] = tuple(
    (request, re.compile(_folded(_PLEASE + f"(?:{word})" + _THANKS)))
    for request in ("erase", "access", "unsubscribe")
    for word in _WORDS[request]
)
_SENTENCE = re.compile(r"(?:[^.!?\n]|(?<=\d)\.)+[.!?\n]?")
_GREETING = re.compile(_folded(r"\s*(?:hello|hi|hey|dear|good|dzień|witam|cześć|szanown)\b.{0,40}"), re.I)
_DENIED = re.compile(
    r"\b(?:not|don't|never|nie)\b[^.!?,;\n]{0,25}"
    r"\b(?:unsubscribe|delete|erase|remove|forget|stop|wypis\w+|usu\w+|skas\w+)"
)
_QUOTED = re.compile(
    r"\s*(?:>|\|)|.*(?:wrote|napisał|napisała|napisał\(a\)|pisze):\s*$|\s*-{2,}|\s*_{5,}|\s*(?:from|od):\s", re.I
)
_REPLY_MARKS = re.compile(r"^(?:(?:re|fw|fwd|odp|pd)\s*:\s*)+", re.I)
_LOOKED_AT = 2000
"""Characters: who has a request writes it at the beginning."""


def recognise(subject: str, body: str) -> Request | None:
    """The first request of the message's own words; a subject counts alone, a reply's subject does not."""
    title = "" if _REPLY_MARKS.match(subject) else subject
    texts = [_folded(_unwrapped(text[:_LOOKED_AT])) for text in (title, _own_words(body))]
    if any(_DENIED.search(text) for text in texts):
        return None
    sentences = [sentence for text in texts for sentence in _SENTENCE.findall(text)]
    return next((request for sentence in sentences if (request := _of_sentence(sentence)) is not None), None)


def _unwrapped(text: str) -> str:
    """`text` with line ends only where a sentence may end: mail programs wrap lines anywhere.

    A line goes on in the next one unless it is empty, ends with a mark, greets, or is a request above a signature.
    """
    made = ""
    for line, following in itertools.pairwise([*text.splitlines(), ""]):
        is_whole = made[-1:] in ("", "\n") and following[:1].isupper() and _of_sentence(_folded(line)) is not None
        ends = not line.strip() or not following.strip() or line.rstrip()[-1] in ".!?" or _GREETING.match(_folded(line))
        made += line + ("\n" if ends or is_whole else " ")
    return made


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
    plain = " ".join(sentence.strip(" .!\n\t\"'*„”“").split())
    return next((request for request, pattern in _PATTERNS if pattern.fullmatch(plain)), None)
