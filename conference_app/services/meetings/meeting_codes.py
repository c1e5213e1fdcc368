"""Codes of meetings: unguessable, easy to say and to type."""

from __future__ import annotations

import re
import secrets
from urllib.parse import unquote

from conference_app.models.columns import lookup_key
from conference_app.services.people.typed_text import plain_signs

ALPHABET = "bcdfghjkmnpqrstvwxz23456789"
"""Signs that nobody mistakes for one another; no vowels, so that no words come out."""
CODE_LENGTH = 15
"""15 of 27 signs are 71 bits."""
_GROUP = 5
_IN_LINK = re.compile(r"/m/([^\s/?#]+)")


def new_code() -> str:
    """An unguessable code in readable groups: bcdfg-hjkmn-pqrst."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(signs[at : at + _GROUP] for at in range(0, CODE_LENGTH, _GROUP))


def normalize_code(typed: str) -> str:
    """The signs of a code without what people put between them; "" if it cannot be a code."""
    signs = plain_signs(typed)
    return signs if len(signs) == CODE_LENGTH and set(signs) <= set(ALPHABET) else ""


def code_in(pasted: str) -> str:
    """The code in a link, in an invitation that holds one, or typed alone; "" if there is none."""
    link = _IN_LINK.search(pasted[:5000])
    return normalize_code(unquote(link.group(1) if link else pasted[:5000]))


def code_key(typed: str) -> bytes:
    """The look-up key of a code as somebody typed it."""
    return lookup_key("meeting-code", normalize_code(typed))
