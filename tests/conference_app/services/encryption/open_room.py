"""An open room and browsers that are connected to its delivery service, for tests of it."""

from __future__ import annotations

from datetime import datetime

from conference_app.services.encryption import commit_log, presence, turns
from tests.conference_app.joined import opened, room_of
from tests.conference_app.people import confirmed
from tests.fakes import NOON

MOST = 50


def socket_of(identity: str) -> str:
    """The name of somebody's socket."""
    return f"socket of {identity}"[-32:]


async def open_room() -> str:
    """The room of a meeting of Ann's that is open."""
    return await room_of((await opened(await confirmed())).code)


async def connected(room: str, *identities: str, now: datetime = NOON) -> None:
    """Browsers of these are connected, each by a socket of its name."""
    for one in identities:
        await presence.enter(room, one, socket_of(one), most=MOST, now=now)


async def given(room: str, *identities: str, now: datetime = NOON) -> turns.Turn | None:
    """The turn that a process with the sockets of these gives."""
    return await turns.give(room, {socket_of(one) for one in identities}, now=now)


async def committed(room: str, identity: str, epoch: int, now: datetime = NOON) -> int | commit_log.Refused:
    """`identity` asks for the turn, is given it, and commits out of `epoch`."""
    assert await turns.ask(room, identity, socket_of(identity))
    assert await given(room, identity, now=now)
    message = b"" if epoch == commit_log.NO_GROUP else b"commit %d" % epoch
    return await commit_log.append(room, identity, epoch, message, b"info %d" % (epoch + 1), now=now)
