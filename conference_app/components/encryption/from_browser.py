"""What an organizer's browser sends of its vault: lists in JSON, checked in their form here and in their sense by services."""

from __future__ import annotations

import json
from typing import Any

from conference_app.errors import NotAllowed
from conference_app.services.encryption.meeting_keys import PublicKeys
from conference_app.services.sign_in import key_vault
from conference_app.services.sign_in.key_vault import Wrap
from conference_app.texts import n_

MOST_KEYS = 50
"""Meetings in one call."""
_MOST_TEXT = 400
"""Characters of one entry; real ones have some 280."""
_UNFIT = n_("Your browser sent keys that do not fit. Reload the page and try again.")


def wraps_in(text: object) -> list[Wrap]:
    """The wraps in `text`. Raises NotAllowed for another form."""
    return [key_vault.wrap_of(one) for one in _entries(text, most=3)]


def keys_in(text: object) -> list[tuple[str, PublicKeys]]:
    """Meetings, each with its public keys. Raises NotAllowed for another form."""
    return [_keys(one) for one in _entries(text, most=MOST_KEYS)]


def _entries(text: object, *, most: int) -> list[Any]:
    if not isinstance(text, str) or len(text) > most * _MOST_TEXT:
        raise NotAllowed(_UNFIT)
    try:
        entries = json.loads(text)
    except (ValueError, RecursionError):
        raise NotAllowed(_UNFIT) from None
    if not isinstance(entries, list) or len(entries) > most:
        raise NotAllowed(_UNFIT)
    return entries


def _keys(entry: Any) -> tuple[str, PublicKeys]:
    match entry:
        case {"id": str(meeting_id), "root": str(root), "link": str(link), "certificate": str(certificate)}:
            return meeting_id, PublicKeys(root, link, certificate)
        case _:
            raise NotAllowed(_UNFIT)
