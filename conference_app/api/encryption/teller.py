"""What the browsers of a room are told, each of them in the group's order and nothing twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from conference_app.api.encryption import frames
from conference_app.api.encryption.connection import Connection
from conference_app.api.encryption.turn_giver import NOT_SOON
from conference_app.services.encryption import cards, commit_log, news
from conference_app.services.encryption.groups import LED
from conference_app.services.encryption.news import News, Welcome

_CARDS_APART = timedelta(milliseconds=200)
"""Where hundreds come at once, their cards are told together."""


class Teller:
    """What one process has told its browsers of a room. `connections` is theirs, by the names of the sockets."""

    def __init__(self, room: str, connections: dict[str, Connection]) -> None:
        self.gone: Sequence[str] = ()
        """Who has to be taken out of the group, as was told last."""
        self._room, self._connections = room, connections
        self._told: News | None = None
        self.card_number: int | None = None
        """The number of the newest card that was told; None before the first news."""
        self._cards_at = datetime.min.replace(tzinfo=UTC)

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

    async def tell(self, found: News, now: datetime) -> datetime:
        """Tell every browser what is new for it, and who has just connected where the group stands.

        Gives when to look again for cards that are held back for a moment.
        """
        self._end_replaced(found)
        gone = found.gone(now)
        is_held = self._tell_cards(found, now)
        self._tell_changes(found, gone)
        self._told, self.gone = found, gone
        await self._welcome(found)
        await self._answer_with_cards(now)
        if found.is_all_ready(now):
            self._tell_ready(found.epoch)
        return self._cards_at if is_held else now + NOT_SOON

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

    def _tell_cards(self, found: News, now: datetime) -> bool:
        """Tell of new cards, many at once where many come; whether some are held back. Before the commits that need them."""
        if self.card_number is None:
            self.card_number = found.card_number
        if not found.cards or (now < self._cards_at and not found.entries):
            return bool(found.cards)
        self.card_number, self._cards_at = found.card_number, now + _CARDS_APART
        pages = frames.cards(found.cards, is_whole=False)
        for one in self._connections.values():
            if one.is_welcome:
                one.send_all(pages)
        return False

    def _tell_changes(self, found: News, gone: Sequence[str]) -> None:
        """Tell the browsers that know where the group stood what has happened since."""
        there = {member.identity for member in found.members}
        left = [frames.gone(one) for one in gone if one not in self.gone]
        came = [frames.back(one) for one in self.gone if one not in gone and one in there]
        written = frames.led_entry if found.driver == LED else frames.entry
        entries = [(entry.epoch, written(entry)) for entry in found.entries]
        for one in self._connections.values():
            if one.is_welcome:
                one.send_all([_for(one, found, *entry) for entry in entries if entry[0] > one.epoch])
                one.send_all([*left, *came])
                one.epoch = max(one.epoch, found.epoch)
                _tell_ticket(one, found)

    async def _welcome(self, found: News) -> None:
        for one in self._connections.values():
            if not one.is_welcome:
                one.is_led = one.wants_cards = found.driver == LED
                one.send(frames.state(self._room, one.identity, found, await self._welcome_of(one, found), self.gone))
                one.is_welcome, one.epoch, one.ticket = True, found.epoch, found.tickets.get(one.identity, "")

    async def _welcome_of(self, one: Connection, found: News) -> Welcome:
        if one.is_led:
            return await news.welcome_to_led(self._room, found.meeting_id, one.identity)
        return await news.welcome(self._room, found.meeting_id, one.since, found.epoch)

    async def _answer_with_cards(self, now: datetime) -> None:
        """Tell all cards to those who want them."""
        asking = [one for one in self._connections.values() if one.wants_cards]
        if not asking:
            return
        pages = frames.cards(await cards.all_shown(self._room, now=now), is_whole=True)
        for one in asking:
            one.wants_cards = False
            one.send_all(pages)

    def _tell_ready(self, epoch: int) -> None:
        for one in self._connections.values():
            if one.is_welcome and one.all_ready < epoch:
                one.send(frames.all_ready(epoch))
                one.all_ready = epoch


def _for(one: Connection, found: News, epoch: int, text: str) -> str:
    """The frame of a commit for one browser; `text` is what it says to all."""
    if found.driver != LED:
        return text
    sealed_in, piece = found.pieces.get(one.identity, (epoch, b""))
    return frames.with_piece(text, piece if sealed_in == epoch else b"")


def _tell_ticket(one: Connection, found: News) -> None:
    ticket = found.tickets.get(one.identity, "")
    if ticket and ticket != one.ticket:
        one.send(frames.ticket(ticket))
    one.ticket = ticket
