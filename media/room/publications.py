"""The publishing side of one participant: announced tracks, arrived media, and how the two find each other.

A client announces a track by `add_track` and negotiates its media by an offer; either may come first. They belong
together when the announcement's cid is the media's msid track id.
"""

from __future__ import annotations

from dataclasses import dataclass

from livekit.protocol import models, rtc

from media.config import Limits
from media.forwarding.ports import Kind
from media.forwarding.up_track import UpTrack
from media.room.identifiers import new_sid

Refusal = rtc.RequestResponse.Reason
MAX_LAYERS = 3
MIME_TYPES: dict[Kind, str] = {"audio": "audio/opus", "video": "video/VP8"}
"""What we forward: one codec a kind."""
_KINDS: dict[models.TrackType, Kind] = {models.AUDIO: "audio", models.VIDEO: "video"}
_SCREEN = (models.SCREEN_SHARE, models.SCREEN_SHARE_AUDIO)


@dataclass(slots=True)
class Publication:
    """A track others can receive."""

    publisher_sid: str
    publisher_identity: str
    info: models.TrackInfo
    up: UpTrack
    has_told_subscribed: bool = False
    """Whether the publisher was told that somebody receives it."""

    @property
    def sid(self) -> str:
        return self.info.sid

    @property
    def stream_id(self) -> str:
        """The msid stream of its copies. Clients keep lips and voice together by it and find the publisher in it."""
        group = self.info.stream or ("screen" if self.info.source in _SCREEN else "camera")
        return f"{self.publisher_sid}|{group}"


class Publications:
    """What one participant publishes or is about to publish."""

    def __init__(self, publisher_sid: str, publisher_identity: str, limits: Limits) -> None:
        self.live: dict[str, Publication] = {}
        """By track sid."""
        self._sid = publisher_sid
        self._identity = publisher_identity
        self._limits = limits
        self._announced: dict[str, models.TrackInfo] = {}
        self._media: dict[str, UpTrack] = {}

    def refusal(self, request: rtc.AddTrackRequest) -> Refusal | None:
        """Why `request` cannot be accepted, permission aside; None when it can."""
        reasons = rtc.RequestResponse.Reason
        texts = (request.cid, request.name, request.stream)
        if not request.cid or any(len(text.encode()) > self._limits.max_name_bytes for text in texts):
            return reasons.LIMIT_EXCEEDED
        if not _is_stream_name(request.stream):
            return reasons.INVALID_REQUEST
        if request.type not in _KINDS or request.sid:
            return reasons.UNSUPPORTED_TYPE  # a sid asks to add a backup codec: we forward one codec
        if request.cid in self._announced:
            return reasons.QUEUED
        if len(self.live) + len(self._announced) >= self._limits.max_tracks:
            return reasons.LIMIT_EXCEEDED
        return None

    def announce(self, request: rtc.AddTrackRequest) -> models.TrackInfo:
        """Takes an announcement that `refusal` found good. The answer is what `track_published` says."""
        info = _track_info(request)
        self._announced[request.cid] = info
        return info

    def find_announced(self, sid: str) -> models.TrackInfo | None:
        """The announced track `sid` whose media has not come."""
        return next((info for info in self._announced.values() if info.sid == sid), None)

    def hold_media(self, up: UpTrack) -> None:
        """Keep media until it is announced; what goes beyond `max_tracks` is left unused."""
        if len(self._media) < self._limits.max_tracks:
            self._media[up.client_track_id] = up

    def match(self) -> list[Publication]:
        """Pair announcements with media that has come; the publications that became complete are live from now on."""
        found: list[Publication] = []
        for up in list(self._media.values()):
            cid = self._cid_for(up)
            if cid is None:
                continue
            info = self._announced.pop(cid)
            del self._media[up.client_track_id]
            info.mid = up.mid
            publication = Publication(self._sid, self._identity, info, up)
            self.live[info.sid] = publication
            found.append(publication)
        return found

    def media_removed(self, up: UpTrack) -> Publication | None:
        """Forgets the media; the publication it carried, if any, is no longer live."""
        if self._media.get(up.client_track_id) is up:
            del self._media[up.client_track_id]
        publication = next((one for one in self.live.values() if one.up is up), None)
        if publication is not None:
            del self.live[publication.sid]
        return publication

    def withdraw(self, sid: str) -> Publication | None:
        """Ends the publication or announcement `sid` by our decision."""
        self._announced = {cid: info for cid, info in self._announced.items() if info.sid != sid}
        return self.live.pop(sid, None)

    def announced(self) -> list[models.TrackInfo]:
        """Tracks that wait for their media."""
        return list(self._announced.values())

    def _cid_for(self, up: UpTrack) -> str | None:
        """The announcement `up` belongs to. Some browsers change the msid: then the only one of its kind is taken."""
        if up.client_track_id in self._announced:
            info = self._announced[up.client_track_id]
            return up.client_track_id if _KINDS[info.type] == up.kind else None
        same_kind = [cid for cid, info in self._announced.items() if _KINDS[info.type] == up.kind]
        return same_kind[0] if len(same_kind) == 1 else None


def _is_stream_name(text: str) -> bool:
    """Whether `text` can be part of an msid: visible ASCII, and nothing clients would take for a track sid."""
    return all("!" <= character <= "~" and character != "|" for character in text) and not text.startswith("TR")


def _layers(request: rtc.AddTrackRequest) -> list[models.VideoLayer]:
    return [
        models.VideoLayer(quality=layer.quality, width=layer.width, height=layer.height, bitrate=layer.bitrate)
        for layer in request.layers[:MAX_LAYERS]
    ]


def _track_info(request: rtc.AddTrackRequest) -> models.TrackInfo:
    kind = _KINDS[request.type]
    info = models.TrackInfo(
        sid=new_sid("TR_"),
        type=request.type,
        name=request.name,
        muted=request.muted,
        width=request.width,
        height=request.height,
        disable_dtx=request.disable_dtx,
        source=request.source,
        layers=_layers(request),
        mime_type=MIME_TYPES[kind],
        stereo=request.stereo,
        disable_red=request.disable_red,
        encryption=request.encryption,
        stream=request.stream,
        audio_features=request.audio_features[:8],
    )
    codec = models.SimulcastCodecInfo(mime_type=info.mime_type, cid=request.cid, layers=info.layers)
    if kind == "video":
        codec.video_layer_mode = models.VideoLayer.Mode.ONE_SPATIAL_LAYER_PER_STREAM
    info.codecs.append(codec)
    return info
