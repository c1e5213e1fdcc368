"""The one place that makes good what people type and paste: what is invisible, other forms of a sign, quoted links."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

_BREAKS = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_BLANK = r"\u115f\u1160\u2800\u3164\uffa0"
"""Drawn as nothing, yet no white space to `str.split`."""
_FORMAT = r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u00ad\u034f\u061c\u17b4\u17b5\u180e\U000e0000-\U000e007f"
"""Draws nothing or turns the text around."""
_AS_SPACE = re.compile(f"[{_BREAKS}{_BLANK}]")
_LINE_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_NOT_IN_LINES = re.compile(rf"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff{_BLANK}]")
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
"""The flags of England, Scotland and Wales: a black flag and what it says, in tags (Unicode TS 51)."""
_INVISIBLE = re.compile(f"({_FLAG})|([\u200c\u200d])|[{_FORMAT}]")
_JOINING_SCRIPTS = (
    "ARABIC", "SYRIAC", "MANDAIC", "NKO", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU",
    "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "MONGOLIAN", "TIBETAN",
)  # fmt: skip
"""In which a joiner changes how a word is written and read (Unicode 16, 23.2)."""
_EMOJI_PARTS = frozenset("\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
_BRACKETED = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>\s*")


def _is_emoji(sign: str) -> bool:
    return sign in _EMOJI_PARTS or unicodedata.category(sign) == "So"


def _joins(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith(_JOINING_SCRIPTS)


def _kept(found: re.Match[str]) -> str:
    """What stays of an invisible sign: a flag, and a joiner between signs that need it."""
    if found.group(1) is not None or found.group(2) is None:
        return found.group(1) or ""
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    is_needed = bool(before and after) and (
        (_joins(before) and _joins(after)) or (found.group(2) == "\u200d" and _is_emoji(before) and _is_emoji(after))
    )
    return found.group(2) if is_needed else ""


def clean_line(text: str) -> str:
    """Make `text` one line: NFC, white space folded, without what draws nothing. Joiners stay where words need them."""
    return " ".join(_INVISIBLE.sub(_kept, _AS_SPACE.sub(" ", unicodedata.normalize("NFC", text))).split())


def clean_lines(text: str) -> str:
    """Make the same of a text of several lines, whose breaks all become \\n; spaces and tabs within a line stay."""
    lines = _NOT_IN_LINES.sub("", _LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", text)))
    return _INVISIBLE.sub(_kept, lines).strip()


def plain_signs(text: str) -> str:
    """Reduce a code to the letters and digits that were meant: casefolded, digits of any script as 0 to 9.

    For codes of meetings, of authenticator apps and for recovery, their percent signs resolved before: whatever people,
    phones and mail programs put between, before and after the signs does not count. At most 100 characters of `text` are read.
    """
    folded = unicodedata.normalize("NFKC", text[:100]).casefold()
    return "".join(_sign(sign) for sign in folded if sign.isalnum())


def _sign(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)


def typed_email(text: str) -> str:
    """Take the address out of what was pasted: mailto: links, `Ann <ann@example.org>`, full-width and invisible signs."""
    line = unicodedata.normalize("NFKC", clean_line(text[:400]))
    if line[:7].casefold() == "mailto:":
        line = unquote(line[7:].partition("?")[0])
    bracketed = _BRACKETED.fullmatch(line)
    return (bracketed.group(1) if bracketed else line).strip()
