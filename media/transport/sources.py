"""Which SSRC of a publisher belongs to which of its sections, and how many there may be (RFC 9143 section 9.2)."""

from __future__ import annotations

from dataclasses import dataclass

from media.forwarding.up_track import UpTrack
from media.rtp import extensions
from media.rtp.packet import RTPPacket
from media.transport.srtp import SRTPReceiver

MAX_SSRCS = 96
"""Sources one peer may use at a time; libsrtp keeps about a kilobyte for each."""
MAX_STRAYS = 48
"""Of them, so many that belong to no section are remembered from one negotiation to the next. A source that comes
back needs its old roll-over counter, without which nothing of it can be decrypted."""
SOURCE_CHANGE_S = 1.0
"""A section whose SSRC is not in the description may change it after so long a silence."""


@dataclass(slots=True, eq=False)
class Published:
    """One sending section and how its packets are told apart."""

    track: UpTrack
    payload_type: int
    rtx_payload_type: int
    """-1 without retransmission."""
    declared: frozenset[int]
    """The SSRCs its description names, empty when they are to be learnt."""
    primary: int
    """The one SSRC taken of several declared (an old form of simulcast), 0 to learn it."""
    repair: int
    """The SSRC of its retransmissions, 0 to learn it."""

    def carries(self, payload_type: int) -> bool:
        """Whether packets of that type can be this section's."""
        return payload_type in (self.payload_type, self.rtx_payload_type)

    def may_change_source(self, now: float) -> bool:
        """Whether its media, silent for a while, may come from another SSRC at `now`, monotonic seconds."""
        return not self.track.layers or now - self.track.last_packet_at >= SOURCE_CHANGE_S


class Sources:
    """The sources of one peer: who owns them, and which of them libsrtp keeps."""

    def __init__(self, receiver: SRTPReceiver) -> None:
        self.mid_id = 0
        """Id of the mid header extension, the same in all bundled sections; 0 without."""
        self._receiver = receiver
        self._sections: dict[str, Published] = {}
        self._owners: dict[int, Published] = {}
        self._opened: dict[int, None] = {}

    def declare(self, mid: str, published: Published) -> None:
        """Take `published` for the section `mid`. The sources it names are its own, and no others if it names any."""
        if published.declared:
            self.release(mid)
            self._owners.update(dict.fromkeys(published.declared, published))
        else:
            before = self._sections.get(mid)
            learnt = [ssrc for ssrc, owner in self._owners.items() if owner is before]
            self._owners.update(dict.fromkeys(learnt, published))
        self._sections[mid] = published

    def release(self, mid: str) -> None:
        """Forget the section `mid`, which ended: its sources belong to nobody."""
        published = self._sections.pop(mid, None)
        self._owners = {ssrc: owner for ssrc, owner in self._owners.items() if owner is not published}

    def forget_strays(self) -> None:
        """Let libsrtp forget the oldest sources that belong to nobody, beyond MAX_STRAYS."""
        strays = [ssrc for ssrc in self._opened if ssrc not in self._owners]
        for ssrc in strays[: max(0, len(strays) - MAX_STRAYS)]:
            del self._opened[ssrc]
            self._receiver.forget(ssrc)

    def may_open(self, ssrc: int) -> bool:
        """Tell whether a packet of `ssrc` is worth decrypting: known, or still within the number of sources."""
        return ssrc in self._opened or len(self._opened) < MAX_SSRCS

    def opened(self, ssrc: int) -> None:
        """Note that a packet of `ssrc` was authentic, so that libsrtp keeps that source from now on."""
        self._opened[ssrc] = None

    def owner(self, ssrc: int) -> Published | None:
        """The section of `ssrc`."""
        return self._owners.get(ssrc)

    def learn(self, packet: RTPPacket, now: float) -> Published | None:
        """Find the section of a source that no description named: by mid, else by a payload type only one has."""
        published = self._by_mid(packet) or self._by_payload_type(packet.payload_type)
        if published is None or published.declared or not published.carries(packet.payload_type):
            return None
        if packet.payload_type == published.payload_type and not published.may_change_source(now):
            return None
        self._owners[packet.ssrc] = published
        return published

    def _by_mid(self, packet: RTPPacket) -> Published | None:
        value = extensions.find(packet.profile, packet.extensions, self.mid_id) if self.mid_id else None
        return self._sections.get(value.decode("ascii", "replace")) if value else None

    def _by_payload_type(self, payload_type: int) -> Published | None:
        matching = [published for published in self._sections.values() if published.carries(payload_type)]
        return matching[0] if len(matching) == 1 else None
