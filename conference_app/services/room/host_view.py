"""What the host's page is told while it is open: who waits, and whether the meeting is locked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from conference_app import database
from conference_app.purposes import ADMISSIONS, MEETINGS
from conference_app.services.jobs import wake_ups
from conference_app.services.room import waiting
from conference_app.services.room.hosts import Caller, hosted
from conference_app.services.room.waiting import Waiting

LOOK_S = 25.0
"""How long the page waits for news before it asks again: so nobody looks for a tab that is gone."""
_READ_AGAIN_S = 10.0
"""Who closed their tab goes from the list without anybody saying so."""


@dataclass(frozen=True, slots=True)
class HostView:
    """What there is for the host to know."""

    is_locked: bool = False
    waiting: tuple[Waiting, ...] = field(default=(), repr=False)


async def look(caller: Caller, code: str, *, now: datetime | None = None) -> HostView:
    """What `caller` may know of the meeting as its host. Raises NotFound for everybody else."""
    return (await _seen(caller, code, now))[0]


async def _seen(caller: Caller, code: str, now: datetime | None) -> tuple[HostView, str]:
    async with database.reading(MEETINGS, ADMISSIONS) as db:
        meeting = await hosted(db, caller, code)
        listed = await waiting.listed(db, meeting.id, now or datetime.now(UTC))
    return HostView(meeting.is_locked, tuple(listed)), waiting.list_topic(meeting)


async def news(caller: Caller, code: str, known: HostView | None, *, timeout_s: float = LOOK_S) -> HostView:
    """Sleep until there is something that is not in `known`, or `timeout_s` is over; what there is then.

    Call it in a background handler. Raises NotFound for who is not the host, Unavailable when too many listen.
    """
    deadline = asyncio.get_running_loop().time() + timeout_s
    found, topic = await _seen(caller, code, None)
    with wake_ups.listening(topic) as changed:
        while True:
            changed.clear()
            found, _topic = await _seen(caller, code, None)
            left_s = deadline - asyncio.get_running_loop().time()
            if found != known or left_s <= 0:
                return found
            try:
                await asyncio.wait_for(changed.wait(), min(left_s, wake_ups.look_again_s(), _READ_AGAIN_S))
            except TimeoutError:
                continue
