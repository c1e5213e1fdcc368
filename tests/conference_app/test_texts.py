"""Every text of the product is in every catalogue, translated, with its placeholders; and no catalogue holds more.

To bring a catalogue up to date: add or remove what a failing test names in
conference_app/locale/<language>/LC_MESSAGES/messages.po, sorted by msgid.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from conference_app import texts
from conference_app.config import LANGUAGES
from conference_app.errors import ConferenceError

ROOT = Path(__file__).resolve().parents[2] / "conference_app"
KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "n_": None, "plural": (1, 2)}
SLOT = re.compile(r"\{(\w+)\}")
TRANSLATIONS = [code for code in LANGUAGES if code != texts.DEFAULT_LANGUAGE]

MessageId = str | tuple[str, ...]


def used() -> dict[MessageId, str]:
    """Every msgid in the code, singular or (singular, plural), with the first place it stands in."""
    found: dict[MessageId, str] = {}
    for file, line, message, *_rest in extract_from_dir(
        str(ROOT), method_map=[("**.py", "python")], keywords=KEYWORDS, comment_tags=()
    ):
        message_id = tuple(message) if isinstance(message, tuple) else message
        found.setdefault(message_id, f"{file}:{line}")
    return found


def catalogue(code: str) -> Catalog:
    with (texts.LOCALE_DIR / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def entries(code: str) -> dict[MessageId, Message]:
    """The catalogue's messages by msgid, without its header."""
    found = {}
    for message in catalogue(code):
        if message.id:
            key = tuple(message.id) if isinstance(message.id, list | tuple) else message.id
            found[key] = message
    return found


def forms(message: Message) -> list[str]:
    """What the message is in the catalogue's language, each form it has; an empty text for one that is missing."""
    found = message.string if isinstance(message.string, list | tuple) else [message.string]
    return [text or "" for text in found]


def test_the_code_is_read() -> None:
    assert "Create account" in used()
    assert ("Try again in {count} second.", "Try again in {count} seconds.") in used()


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_no_message_is_missing(code: str) -> None:
    known = entries(code)
    assert {key: place for key, place in used().items() if key not in known} == {}


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_no_message_is_unused(code: str) -> None:
    wanted = used()
    assert [key for key in entries(code) if key not in wanted] == []


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_every_message_is_translated_and_none_is_doubtful(code: str) -> None:
    parsed = catalogue(code)
    unfit = [
        message.id
        for message in parsed
        if message.id and (message.fuzzy or not all(text.strip() for text in forms(message)))
    ]
    assert unfit == []
    assert list(parsed.obsolete) == []


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_every_plural_has_all_forms(code: str) -> None:
    count = catalogue(code).num_plurals
    assert count == 3
    assert [
        key for key, message in entries(code).items() if message.pluralizable and len(forms(message)) != count
    ] == []


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_placeholders_are_those_of_the_original(code: str) -> None:
    wrong = []
    for key, message in entries(code).items():
        wanted = {slot for text in ([key] if isinstance(key, str) else key) for slot in SLOT.findall(text)}
        wrong += [(key, text) for text in forms(message) if set(SLOT.findall(text)) != wanted]
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_the_catalogue_is_sorted(code: str) -> None:
    first = [key if isinstance(key, str) else key[0] for key in entries(code)]
    assert first == sorted(first)


def test_no_text_shouts() -> None:
    ids = [text for key in used() for text in ([key] if isinstance(key, str) else key)]
    assert [text for text in ids if "!" in text] == []


@pytest.mark.parametrize(("count", "words"), [(1, "1 minutę"), (3, "3 minuty"), (5, "5 minut"), (22, "22 minuty")])
def test_polish_counts_in_three_forms(count: int, words: str) -> None:
    with texts.language("pl"):
        assert words in texts.plural("Try again in {count} minute.", "Try again in {count} minutes.", count)


def test_an_error_speaks_the_page_s_language() -> None:
    error = ConferenceError("Sign in")
    with texts.language("pl"):
        assert texts.error_text(error) == "Zaloguj się"
    assert texts.error_text(error) == "Sign in"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("pl,en;q=0.8", "pl"),
        ("de-DE, pl-PL;q=0.9, en;q=0.8", "pl"),
        ("en-GB,en;q=0.9", "en"),
        ("pl;q=0", "en"),
        ("pl;q=x", "en"),
        ("", "en"),
        ("," * 5000, "en"),
    ],
)
def test_the_browser_s_language_is_understood(header: str, code: str) -> None:
    assert texts.best_language(header) == code


@pytest.mark.parametrize(
    ("path", "code"), [("/", "en"), ("/register", "en"), ("/pl", "pl"), ("/pl/register", "pl"), ("/plan", "en")]
)
def test_a_path_says_its_language(path: str, code: str) -> None:
    assert texts.language_of_path(path) == code


def test_paths_carry_the_language() -> None:
    with texts.language("pl"):
        assert (texts.localized_path("/"), texts.localized_path("/sign-in")) == ("/pl", "/pl/sign-in")
    assert texts.localized_path("/sign-in") == "/sign-in"


def _text(node: ast.expr) -> str | None:
    """The msgid that `node` translates; None if it does not."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
        return str(node.args[0].value) if isinstance(node.args[0], ast.Constant) else ""
    return None


def _joins(node: ast.AST) -> bool:
    """Whether part of a sentence is put beside something else: its order is then the same in every language."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) is not None or _text(node.right) is not None
    if not isinstance(node, ast.Call):
        return False
    beside = (
        (before, after)
        for before, gap, after in zip(node.args, node.args[1:], node.args[2:], strict=False)
        if isinstance(gap, ast.Constant) and gap.value in (" ", ", ", ". ")
    )
    return any(
        (first := _text(before)) and not first.endswith((".", "?")) or (second := _text(after)) and second[:1].islower()
        for before, after in beside
    )


def test_no_sentence_is_joined_from_pieces() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.expr) and _joins(node)
    ]
    assert found == []
