"""Lies about who is in the room: replaces what the media process says of participants, and that it removes them."""

from __future__ import annotations

from collections.abc import Callable

from livekit.protocol import models
from livekit.protocol import room as api

from media.room.participant import Participant
from media.service.room_service import RoomService
from tests.browser.lying.lies import Lies


def lie_about_people(lies: Lies) -> None:
    """Have participants described, and removed, as `lies` say."""
    Participant.info = _describing(lies, Participant.info)  # type: ignore[method-assign]
    RoomService.remove_participant = _keeping(lies, RoomService.remove_participant)  # type: ignore[method-assign]


def _describing(
    lies: Lies, truth: Callable[[Participant], models.ParticipantInfo]
) -> Callable[[Participant], models.ParticipantInfo]:
    def info(self: Participant) -> models.ParticipantInfo:
        told = truth(self)
        told.identity = lies.called.get(self.identity, self.identity)
        claim = lies.claims.get(self.identity, {})
        told.name = claim.get("name", told.name)
        told.metadata = claim.get("metadata", told.metadata)
        told.attributes.update(claim.get("attributes", {}))
        if lies.marks_clear:
            for track in told.tracks:
                track.encryption = models.Encryption.NONE
        return told

    return info


def _keeping(lies: Lies, truth: Callable[..., api.RemoveParticipantResponse]) -> Callable[..., object]:
    def remove_participant(self: RoomService, *given: object) -> api.RemoveParticipantResponse:
        return api.RemoveParticipantResponse() if lies.keeps_removed else truth(self, *given)

    return remove_participant
