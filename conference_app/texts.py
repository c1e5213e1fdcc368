"""Every text a person reads, in the language of the page.

English msgids stand in the code inside `_()`, `n_()` or `plural()`; other languages come from
`locale/<language>/LC_MESSAGES/messages.po`. The language is a context variable: a page is built once per language
inside `language(...)`, and a handler or route answers inside `language(...)` of the page it serves.
"""

from __future__ import annotations

import functools
import gettext
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from conference_app.config import LANGUAGES
from conference_app.errors import ConferenceError, InvalidInput, TooManyAttempts

LOCALE_DIR = Path(__file__).parent / "locale"
DEFAULT_LANGUAGE = LANGUAGES[0]

_current: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


@functools.cache
def _catalogue(code: str) -> gettext.NullTranslations:
    path = LOCALE_DIR / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@contextmanager
def language(code: str) -> Iterator[None]:
    """Answer in `code` inside the block; an unknown code means the default language."""
    token = _current.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _current.reset(token)


def answer_in(code: str) -> None:
    """Answer in `code` until this task ends; an unknown code means the default language."""
    _current.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)


def current_language() -> str:
    """The language texts are in now: one of `config.LANGUAGES`."""
    return _current.get()


def _(message: str, **values: object) -> str:
    """`message` in the current language, its `{placeholders}` filled from `values`."""
    text = _catalogue(_current.get()).gettext(message)
    return text.format(**values) if values else text


def plural(one: str, many: str, count: int, **values: object) -> str:
    """The form that fits `count`, which fills `{count}`; Polish has three forms."""
    return _catalogue(_current.get()).ngettext(one, many, count).format(count=count, **values)


def n_(message: str) -> str:
    """Marks `message` for the catalogue without translating it yet."""
    return message


def error_text(error: ConferenceError) -> str:
    """What `error` says to the person, in the current language, with the wait in words where there is one."""
    if isinstance(error, InvalidInput):
        return _("Some fields need another look.")
    text = _(error.message, **error.values)
    return f"{text} {_wait(error.wait_s)}" if isinstance(error, TooManyAttempts) else text


def _wait(seconds: int) -> str:
    if seconds < 90:
        return plural("Try again in {count} second.", "Try again in {count} seconds.", max(seconds, 1))
    return plural("Try again in {count} minute.", "Try again in {count} minutes.", -(-seconds // 60))


def localized_path(path: str, code: str | None = None) -> str:
    """`path` (beginning with /, in the default language) as served in language `code`: /register → /pl/register."""
    code = code or _current.get()
    if code == DEFAULT_LANGUAGE:
        return path
    return f"/{code}" if path == "/" else f"/{code}{path}"


def unlocalized_path(path: str) -> str:
    """`path` as served in the default language: /pl/register → /register."""
    code = language_of_path(path)
    return path if code == DEFAULT_LANGUAGE else path.removeprefix(f"/{code}") or "/"


def language_of_path(path: str) -> str:
    """The language a page path is served in: /pl/register → pl."""
    first = path.lstrip("/").split("/", 1)[0]
    return first if first in LANGUAGES[1:] else DEFAULT_LANGUAGE


def best_language(accept_language: str) -> str:
    """The first of our languages in an Accept-Language header (RFC 9110 section 12.5.4), else the default."""
    offers: list[tuple[float, str]] = []
    for part in accept_language[:500].split(","):
        tag, _sep, quality = part.strip().partition(";q=")
        code = tag.split("-", 1)[0].lower()
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        if code in LANGUAGES and weight > 0:
            offers.append((-weight, code))
    return min(offers, key=lambda offer: offer[0])[1] if offers else DEFAULT_LANGUAGE
