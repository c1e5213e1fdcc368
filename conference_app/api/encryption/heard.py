"""What browsers and the delivery service say to each other: JSON text frames, read strictly here and written by `frames`.

| from | frame |
|---|---|
| browser | `hello` (v, token, since), `turn`, `commit` (epoch, message, info), `pass`, `ready` (epoch), `bye` |
| us | `state`, `turn`, `accepted`, `refused`, `entry`, `all_ready`, `gone`, `back`, `ticket`, `end` |

Where a leader hands out secrets (driver hpke), also:

| from | frame |
|---|---|
| browser | `card` (card), `cards`; in `commit`: sealed, out |
| us | `cards` (cards, last); in `entry`: sealed, in, out; in `state`: info, sealed |
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from conference_app.services.encryption.cards import CARD_LIMIT
from conference_app.services.encryption.commit_log import NO_GROUP
from conference_app.services.encryption.encoding import unb64
from conference_app.services.encryption.hand_outs import HandOut

VERSION = 1
FRAME_LIMIT = 450_000
"""Characters of a frame: the largest commit and the largest group info in base64url, and a little more."""
_TOKEN_LIMIT = 8192
_MOST_EPOCHS = 2**31 - 1
_IDENTITY_LIMIT = 64
_PIECE_BYTES = 80, 100
"""Of a secret that is sealed for somebody: 80 by today's suite."""
_MOST_PIECES = 1200
"""More than a room has people, also with some who have just left."""


class Nonsense(Exception):
    """No browser of ours says this."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The first word of a browser; `since` is the epoch up to which it knows the group, -1 for none."""

    token: str = field(repr=False)
    since: int


@dataclass(frozen=True, slots=True)
class AskTurn:
    """It wants to commit."""


@dataclass(frozen=True, slots=True)
class Pass:
    """It does not want to commit any more."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Its commit out of `epoch`; empty, and out of -1, when it creates an MLS group."""

    epoch: int
    message: bytes = field(repr=False)
    info: bytes = field(repr=False)
    handed: HandOut | None = field(default=None, repr=False)
    """Of a leader; None with MLS."""


@dataclass(frozen=True, slots=True)
class Ready:
    """It can open what others send under the keys of `epoch`."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Bye:
    """It leaves, and does not come back by itself."""


@dataclass(frozen=True, slots=True)
class ShowCard:
    """Who it is, and by which key a secret reaches it."""

    card: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskCards:
    """It wants all cards again."""


Said = Hello | AskTurn | Pass | Commit | Ready | Bye | ShowCard | AskCards


def parse(text: str) -> Said:
    """What a browser says. Raises Nonsense."""
    if len(text) > FRAME_LIMIT:
        raise Nonsense
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        raise Nonsense from None
    if not isinstance(frame, dict):
        raise Nonsense
    return _said(cast("Mapping[str, Any]", frame))


def _said(frame: Mapping[str, Any]) -> Said:
    match frame.get("type"):
        case "hello" if _number(frame, "v", VERSION, VERSION):
            return Hello(_text(frame, "token", _TOKEN_LIMIT), _number(frame, "since"))
        case "turn":
            return AskTurn()
        case "pass":
            return Pass()
        case "commit":
            return _commit(frame)
        case "card":
            return ShowCard(_bytes(frame, "card", 1, CARD_LIMIT))
        case "cards":
            return AskCards()
        case "ready":
            return Ready(_number(frame, "epoch", 0))
        case "bye":
            return Bye()
        case _:
            raise Nonsense


def _commit(frame: Mapping[str, Any]) -> Commit:
    handed = _handed(frame) if "sealed" in frame else None
    said = Commit(_number(frame, "epoch"), _bytes(frame, "message"), _bytes(frame, "info"), handed)
    if (said.message == b"") != (said.epoch == NO_GROUP and handed is None):
        raise Nonsense
    return said


def _handed(frame: Mapping[str, Any]) -> HandOut:
    sealed = dict[str, bytes]()
    for pair in _list(frame, "sealed"):
        if not isinstance(pair, list) or len(pair := cast("list[Any]", pair)) != 2:
            raise Nonsense
        named = {"identity": pair[0], "piece": pair[1]}
        sealed[_text(named, "identity", _IDENTITY_LIMIT)] = _bytes(named, "piece", *_PIECE_BYTES)
    return HandOut(sealed, [_text({"out": one}, "out", _IDENTITY_LIMIT) for one in _list(frame, "out")])


def _list(frame: Mapping[str, Any], name: str) -> list[Any]:
    value = frame.get(name)
    if not isinstance(value, list) or len(value := cast("list[Any]", value)) > _MOST_PIECES:
        raise Nonsense
    return value


def _number(frame: Mapping[str, Any], name: str, least: int = NO_GROUP, most: int = _MOST_EPOCHS) -> int:
    value = frame.get(name)
    if type(value) is not int or not least <= value <= most:
        raise Nonsense
    return value


def _text(frame: Mapping[str, Any], name: str, most: int) -> str:
    value = frame.get(name)
    if not isinstance(value, str) or len(value) > most:
        raise Nonsense
    return value


def _bytes(frame: Mapping[str, Any], name: str, least: int = 0, most: int = FRAME_LIMIT) -> bytes:
    try:
        found = unb64(_text(frame, name, 2 * most))
    except ValueError:
        raise Nonsense from None
    if not least <= len(found) <= most:
        raise Nonsense
    return found
