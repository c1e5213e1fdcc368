"""The blocks that an email's body is made of, in words of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of an email's body: a template under templates/blocks/ and what fills it.

    `text` is a msgid whose {placeholders} come from the email's values; `value` names the value the block shows.
    """

    kind: Literal["heading", "paragraph", "button", "code", "facts", "note", "plain", "rich"]
    text: str = ""
    value: str = ""
    when: str = ""
    """Name of a value; the block stands in the email only if that is true."""


def heading(text: str, *, when: str = "") -> Block:
    """A heading inside the email."""
    return Block("heading", text, when=when)


def paragraph(text: str, *, when: str = "") -> Block:
    """A paragraph; `text` is a msgid with {placeholders}."""
    return Block("paragraph", text, when=when)


def button(text: str, link: str = "link", *, when: str = "") -> Block:
    """The one thing to do. `link` names a value: a path of this site, such as /verify/…, made absolute in the mail."""
    return Block("button", text, link, when)


def code(value: str, text: str = "", *, when: str = "") -> Block:
    """A code to copy, in large figures, with `text` above it."""
    return Block("code", text, value, when)


def facts(value: str, *, when: str = "") -> Block:
    """A list of (label, text) pairs in the words of the page; `value` names it."""
    return Block("facts", value=value, when=when)


def note(text: str, *, when: str = "") -> Block:
    """Small print: what to do if the email is a surprise."""
    return Block("note", text, when=when)


def plain(value: str, *, when: str = "") -> Block:
    """Text that a person wrote, as it is, with its line breaks; `value` names it."""
    return Block("plain", value=value, when=when)


def rich(value: str) -> Block:
    """Markdown written by staff; `value` names it. Only newsletters, promotions and their test copies have one."""
    return Block("rich", value=value)
