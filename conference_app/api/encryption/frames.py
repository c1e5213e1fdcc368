"""What the delivery service says to browsers: JSON text frames. `heard` has both sides' words in a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from conference_app.api.encryption.heard import FRAME_LIMIT, VERSION
from conference_app.services.encryption import gone_words
from conference_app.services.encryption.cards import Shown
from conference_app.services.encryption.commit_log import NO_GROUP, Entry, Refused
from conference_app.services.encryption.encoding import b64
from conference_app.services.encryption.groups import LED
from conference_app.services.encryption.news import News, Welcome
from conference_app.services.encryption.turns import Turn

_CARDS_A_FRAME = 200
_CARDS_CHARACTERS = FRAME_LIMIT - 50_000
EndReason = Literal["removed", "ended", "refused", "full", "protocol"]


def _frame(kind: str, **fields: object) -> str:
    return json.dumps({"type": kind, **fields}, separators=(",", ":"))


def _entry(entry: Entry) -> dict[str, object]:
    return {"epoch": entry.epoch, "message": b64(entry.message)}


def _led(welcome: Welcome) -> dict[str, object]:
    return {"info": b64(welcome.info), "sealed": b64(welcome.sealed)}


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
        **(_led(welcome) if news.driver == LED else {}),
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


def led_entry(one: Entry) -> str:
    """A leader's commit, for who is to be told `with_piece`."""
    return _frame("entry", **_entry(one), **{"in": list(one.came), "out": list(one.left)})


def with_piece(text: str, piece: bytes) -> str:
    """`text` of `led_entry` with what the leader has sealed in it for one browser; a large one is written only once."""
    return f'{text[:-1]},"sealed":"{b64(piece)}"}}'


def cards(shown: Sequence[Shown], *, is_whole: bool) -> list[str]:
    """Cards, in as many frames as they need. `is_whole`: they are all there are, and the last frame says so."""
    pages, size = [list[list[object]]()], 0
    for one in shown:
        row: list[object] = [one.identity, b64(one.card), one.is_in]
        size += len(one.identity) + 2 * len(one.card)
        if size > _CARDS_CHARACTERS or len(pages[-1]) == _CARDS_A_FRAME:
            pages.append([])
            size = 0
        pages[-1].append(row)
    marks = [{"last": True} if is_whole and page is pages[-1] else {} for page in pages]
    return [_frame("cards", cards=page, **mark) for page, mark in zip(pages, marks, strict=True)]


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
