"""What a room tells everybody at a steady pace: who speaks and how good the connections are."""

from __future__ import annotations

from typing import Protocol

from livekit.protocol import models, rtc

from media.room import quality
from media.room.participant import Participant, encode
from media.room.speakers import WINDOW_S, Speakers


class StatusRoom(Protocol):
    """The part of a room that this needs."""

    members: dict[str, Participant]

    def broadcast(self, message: bytes, except_for: Participant | None = None) -> None: ...


class Status:
    """Speakers every 0.4 s and connection quality every 5 s, told when they change."""

    def __init__(self, room: StatusRoom, now: float) -> None:
        self._room = room
        self._speakers = Speakers()
        self._speakers_at = now + WINDOW_S
        self._quality_at = now + quality.INTERVAL_S
        self._grades: dict[str, models.ConnectionQuality] = {}
        self._told: dict[str, dict[str, models.ConnectionQuality]] = {}

    def tick(self, now: float) -> None:
        """Does what is due at `now`, monotonic seconds."""
        if now >= self._speakers_at:
            self._speakers_at = now + WINDOW_S
            self._tell_speakers()
        if now >= self._quality_at:
            self._quality_at = now + quality.INTERVAL_S
            self._tell_quality()

    def greet(self, participant: Participant) -> None:
        """Tells a newcomer who speaks at the moment."""
        speaking = self._speakers.current()
        if speaking:
            participant.send(speakers_changed=rtc.SpeakersChanged(speakers=speaking))

    def _tell_speakers(self) -> None:
        windows = {member.sid: _levels(member) for member in self._room.members.values() if not member.is_hidden}
        changed = self._speakers.observe(windows)
        if changed:
            self._room.broadcast(encode(speakers_changed=rtc.SpeakersChanged(speakers=changed)))

    def _tell_quality(self) -> None:
        members = self._room.members.values()
        self._grades = {
            member.sid: quality.judge(member) for member in members if member.state == models.ParticipantInfo.ACTIVE
        }
        told, self._told = self._told, {}
        for member in members:
            self._told[member.sid] = self._tell_one(member, told.get(member.sid, {}))

    def _tell_one(
        self, member: Participant, told: dict[str, models.ConnectionQuality]
    ) -> dict[str, models.ConnectionQuality]:
        """Sends `member` the grades that changed for it: its own and those of whom it receives."""
        visible = {
            other.sid
            for other in self._room.members.values()
            if other is member or any(sid in member.subscriptions.by_track for sid in other.publications.live)
        }
        grades = {sid: grade for sid, grade in self._grades.items() if sid in visible}
        updates = [
            rtc.ConnectionQualityInfo(participant_sid=sid, quality=grade, score=quality.score_of(grade))
            for sid, grade in grades.items()
            if told.get(sid) != grade
        ]
        if updates:
            member.send(connection_quality=rtc.ConnectionQualityUpdate(updates=updates))
        return grades


def _levels(member: Participant) -> list[int]:
    """Loudness (0 loudest, 127 silent) of the packets of the member's unmuted audio since the last call."""
    levels: list[int] = []
    for publication in member.publications.live.values():
        if publication.up.kind == "audio":
            taken = publication.up.take_audio_levels()
            if not publication.info.muted:
                levels.extend(-level for _, level in taken)
    return levels
