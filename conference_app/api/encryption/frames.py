"""What browsers and the delivery service say to each other: JSON text frames, read strictly here.

| from | frame |
|---|---|
| browser | `hello` (v, token, since), `turn`, `commit` (epoch, message, info), `pass`, `ready` (epoch), `bye` |
| us | `state`, `turn`, `accepted`, `refused`, `entry`, `all_ready`, `gone`, `back`, `ticket`, `end` |
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from conference_app.services.encryption import gone_words
from conference_app.services.encryption.commit_log import NO_GROUP, Entry, Refused
from conference_app.services.encryption.encoding import b64, unb64
from conference_app.services.encryption.news import News, Welcome
from conference_app.services.encryption.turns import Turn

VERSION = 1
FRAME_LIMIT = 450_000
"""Characters of a frame: the largest commit and the largest group info in base64url, and a little more."""
_TOKEN_LIMIT = 8192
_MOST_EPOCHS = 2**31 - 1
EndReason = Literal["removed", "ended", "refused", "full", "protocol"]


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
    """Its commit out of `epoch`; empty, and out of -1, when it creates the group."""

    epoch: int
    message: bytes = field(repr=False)
    info: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ready:
    """It can open what others send under the keys of `epoch`."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Bye:
    """It leaves, and does not come back by itself."""


Said = Hello | AskTurn | Pass | Commit | Ready | Bye


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
            said = Commit(_number(frame, "epoch"), _bytes(frame, "message"), _bytes(frame, "info"))
            if (said.epoch == NO_GROUP) != (said.message == b""):
                raise Nonsense
            return said
        case "ready":
            return Ready(_number(frame, "epoch", 0))
        case "bye":
            return Bye()
        case _:
            raise Nonsense


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


def _bytes(frame: Mapping[str, Any], name: str) -> bytes:
    try:
        return unb64(_text(frame, name, FRAME_LIMIT))
    except ValueError:
        raise Nonsense from None


def _frame(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


def _entry(entry: Entry) -> dict[str, object]:
    return {"epoch": entry.epoch, "message": b64(entry.message)}


def state(room: str, identity: str, news: News, welcome: Welcome, gone: Sequence[str]) -> str:
    """Where the group stands, for who has just connected."""
    ticket = news.tickets.get(identity)
    return _frame(
        "state",
        v=VERSION,
        driver=news.driver,
        room=room,
        identity=identity,
        server_key=gone_words.server_key(),
        root=welcome.keys.root_public,
        link_certificate=welcome.keys.link_certificate,
        epoch=news.epoch,
        entries=[_entry(one) for one in welcome.entries],
        restart=welcome.must_restart,
        gone=list(gone),
        ticket=json.loads(ticket) if ticket else None,
    )


def turn(room: str, given: Turn, gone: Sequence[str]) -> str:
    """It is this browser's turn; with a word for each who is gone, good in this epoch."""
    others = [one for one in gone if one != given.identity]
    words = gone_words.words(room, given.epoch, others) if given.epoch != NO_GROUP else []
    return _frame("turn", epoch=given.epoch, info=b64(given.info), gone=words)


def answer(taken: int | Refused) -> str:
    """What became of a commit."""
    if isinstance(taken, Refused):
        return _frame("refused", reason=taken.reason, epoch=taken.epoch)
    return _frame("accepted", epoch=taken)


def entry(one: Entry) -> str:
    """A commit of somebody else's."""
    return _frame("entry", **_entry(one))


def all_ready(epoch: int) -> str:
    """All members have the keys of `epoch`."""
    return _frame("all_ready", epoch=epoch)


def gone(identity: str) -> str:
    """Somebody has left."""
    return _frame("gone", identity=identity)


def back(identity: str) -> str:
    """They are there again."""
    return _frame("back", identity=identity)


def ticket(text: str) -> str:
    """A ticket that a host has signed for this browser."""
    return _frame("ticket", ticket=json.loads(text))


def end(reason: EndReason) -> str:
    """The last word."""
    return _frame("end", reason=reason)
