"""The places in our offers: taken by a subscription, stopped, and taken again (RFC 8829 section 5.2.2)."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from media.errors import InvalidDescription
from media.forwarding.down_track import DownTrack
from media.forwarding.up_track import UpTrack
from media.transport.sdp import MAX_SECTIONS, Section
from media.transport.sdp_writer import LocalTransport, OutgoingSection, offer_media

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One subscription: the copy, what it is a copy of, and the section that carries it."""

    down: DownTrack
    up: UpTrack
    section: OutgoingSection


class _Use(enum.Enum):
    LIVE = "live"
    STOPPING = "stopping"
    """Taken out, but the client does not know yet."""
    FREE = "free"
    """The client agreed that it is stopped: the place can be used again."""


@dataclass(slots=True)
class _Slot:
    section: OutgoingSection
    use: _Use
    outgoing: Outgoing | None
    offered_mid: str = ""
    """Mid when it was last offered live, else empty."""

    def check(self, answered: Section) -> None:
        """Raise InvalidDescription unless `answered` answers what was offered."""
        if self.offered_mid and not answered.is_rejected and answered.mid != self.offered_mid:
            raise InvalidDescription("answer does not fit the offer")

    def accept(self, answered: Section) -> Outgoing | None:
        """Take the answer; what may flow now, if anything. What changed since the offer waits for the next one."""
        if self.use is _Use.STOPPING and not self.offered_mid:
            self.use = _Use.FREE
        if self.use is _Use.LIVE and self.offered_mid == self.section.mid and answered.receives:
            return self.outgoing
        return None


class MidsExhausted(ValueError):
    """This connection has used every mid there is: it can take no further subscription, but a new one can."""


class Slots:
    """The sections of one peer's offers. The data channels' is section 0; ours begin at 1.

    A place of a stopped section is used again under a new mid, since a browser keeps the track id of the first use
    for as long as the mid lives, and clients find their tracks by it.
    """

    def __init__(self) -> None:
        self._slots: list[_Slot] = []
        self._next_mid = 1

    def new_mid(self) -> str:
        """Give out a mid that no section of this peer had; at most three characters, as `rtp.extensions` wants them.

        Raises MidsExhausted when there is none left, and ValueError without a place for it: who waits for a place asks
        after every answer, and would use them up.
        """
        number, mid = self._next_mid, ""
        if self._free() is None and len(self._slots) + 1 >= MAX_SECTIONS:
            raise ValueError("too many subscriptions at a time")
        if number >= len(_DIGITS) ** 3:
            raise MidsExhausted("too many subscriptions in one session")
        while number:
            number, digit = divmod(number, len(_DIGITS))
            mid = _DIGITS[digit] + mid
        self._next_mid += 1
        return mid

    def place(self, outgoing: Outgoing) -> None:
        """Put a subscription, whose mid `new_mid` gave out, into a free place or a new one."""
        slot, free = _Slot(outgoing.section, _Use.LIVE, outgoing), self._free()
        if free is None:
            self._slots.append(slot)
        else:
            self._slots[free] = slot

    def _free(self) -> int | None:
        return next((index for index, slot in enumerate(self._slots) if slot.use is _Use.FREE), None)

    def stop(self, outgoing: Outgoing) -> None:
        """Take a subscription out; the client hears of it in the next offer."""
        slot = next(slot for slot in self._slots if slot.outgoing is outgoing)
        slot.section = OutgoingSection(slot.section.kind, slot.section.mid, True)
        slot.use, slot.outgoing = _Use.STOPPING, None

    def offer(self, transport: LocalTransport) -> tuple[list[str], list[list[str]]]:
        """The live mids, and the lines of each section."""
        for slot in self._slots:
            slot.offered_mid = slot.section.mid if slot.use is _Use.LIVE else ""
        mids = [slot.offered_mid for slot in self._slots if slot.offered_mid]
        return mids, [offer_media(slot.section, transport) for slot in self._slots]

    def accept(self, answered: Sequence[Section]) -> list[tuple[Outgoing, Section]]:
        """The subscriptions whose sections the client took, each with its answer.

        Raises InvalidDescription when the answers do not fit the last offer, then nothing has changed.
        """
        if len(answered) > len(self._slots):
            raise InvalidDescription("answer has more sections than the offer")
        pairs = list(zip(self._slots, answered, strict=False))
        for slot, section in pairs:
            slot.check(section)
        accepted = [(slot.accept(section), section) for slot, section in pairs]
        return [(outgoing, section) for outgoing, section in accepted if outgoing is not None]

    def clear(self) -> None:
        """Forget all places."""
        self._slots.clear()
