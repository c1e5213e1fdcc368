"""The text part of emails: the same blocks as the HTML, in lines."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH = 72
"""Columns."""


def as_text(title: str, body: Sequence[Mapping[str, Any]], footer: Sequence[Mapping[str, Any]]) -> str:
    """The text part of an email, from the blocks that its HTML is made of; each has its texts translated."""
    parts = [title, "=" * min(len(title), _WIDTH), *map(_block_text, body), "-- ", *map(_block_text, footer)]
    return "\n\n".join(part for part in parts if part).replace("\n\n=", "\n=").replace("-- \n\n", "-- \n") + "\n"


def _block_text(block: Mapping[str, Any]) -> str:
    match block["kind"]:
        case "button":
            return f"{block['text']}:\n{block['url']}"
        case "code":
            return f"{_wrap(block['text'])}\n\n    {block['value']}".strip("\n")
        case "facts":
            return "\n".join(f"{label}: {text}" for label, text in block["value"])
        case "plain":
            return str(block["value"])
        case "rich":
            return "\n".join(_wrap(line) for line in html.unescape(block["source"]).splitlines())
        case "choices":
            more = f"\n{block['more_label']}: {block['more_url']}" if block["more_url"] else ""
            return f"{_wrap(block['text'])}\n{block['label']}: {block['url']}{more}"
        case _:
            return _wrap(block["text"])


def _wrap(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
