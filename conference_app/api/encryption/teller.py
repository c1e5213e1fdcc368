"""What the browsers of a room are told, each of them in the group's order and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from conference_app.api.encryption import frames
from conference_app.api.encryption.connection import Connection
from conference_app.services.encryption import commit_log, news
from conference_app.services.encryption.news import News


class Teller:
    """What one process has told its browsers of a room. `connections` is theirs, by the names of the sockets."""

    def __init__(self, room: str, connections: dict[str, Connection]) -> None:
        self.gone: Sequence[str] = ()
        """Who has to be taken out of the group, as was told last."""
        self._room, self._connections = room, connections
        self._told: News | None = None

    @property
    def epoch(self) -> int:
        """The group's epoch as it was told last."""
        return commit_log.NO_GROUP if self._told is None else self._told.epoch

    @property
    def changes(self) -> int:
        """The room's counter as it was read last; -1 before that."""
        return -1 if self._told is None else self._told.changes

    @property
    def known(self) -> int | None:
        """The epoch after which commits have yet to be told; None before the first news."""
        return None if self._told is None else self._told.epoch

    async def tell(self, found: News, now: datetime) -> None:
        """Tell every browser what is new for it, and who has just connected where the group stands."""
        self._end_replaced(found)
        gone = found.gone(now)
        self._tell_changes(found, gone)
        self._told, self.gone = found, gone
        await self._welcome(found)
        if found.is_all_ready(now):
            self._tell_ready(found.epoch)

    def end_all(self, reason: frames.EndReason) -> None:
        """End every socket."""
        for one in self._connections.values():
            one.end(reason)
        self._connections.clear()

    def _end_replaced(self, found: News) -> None:
        """End the sockets of who was sent out, and those in whose place there is a newer one."""
        members = {member.identity: member for member in found.members}
        for key, one in list(self._connections.items()):
            member = members.get(one.identity)
            if member is None or member.is_removed or member.socket != key:
                one.end("removed" if member is not None and member.is_removed else "refused")
            if one.is_closing:
                self._connections.pop(key, None)

    def _tell_changes(self, found: News, gone: Sequence[str]) -> None:
        """Tell the browsers that know where the group stood what has happened since."""
        there = {member.identity for member in found.members}
        left = [frames.gone(one) for one in gone if one not in self.gone]
        came = [frames.back(one) for one in self.gone if one not in gone and one in there]
        entries = [(entry.epoch, frames.entry(entry)) for entry in found.entries]
        for one in self._connections.values():
            if one.is_welcome:
                for frame in [*(text for epoch, text in entries if epoch > one.epoch), *left, *came]:
                    one.send(frame)
                one.epoch = max(one.epoch, found.epoch)
                _tell_ticket(one, found)

    async def _welcome(self, found: News) -> None:
        for one in self._connections.values():
            if not one.is_welcome:
                told = await news.welcome(self._room, found.meeting_id, one.since, found.epoch)
                one.send(frames.state(self._room, one.identity, found, told, self.gone))
                one.is_welcome, one.epoch, one.ticket = True, found.epoch, found.tickets.get(one.identity, "")

    def _tell_ready(self, epoch: int) -> None:
        for one in self._connections.values():
            if one.is_welcome and one.all_ready < epoch:
                one.send(frames.all_ready(epoch))
                one.all_ready = epoch


def _tell_ticket(one: Connection, found: News) -> None:
    ticket = found.tickets.get(one.identity, "")
    if ticket and ticket != one.ticket:
        one.send(frames.ticket(ticket))
    one.ticket = ticket
