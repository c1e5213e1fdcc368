"""Each message a client may send, and what it does: a table of methods by the field of SignalRequest."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from livekit.protocol import models, rtc

from media.config import MediaConfig
from media.errors import ProtocolViolation
from media.room import profile
from media.room.participant import Participant, encode
from media.room.rate import TokenBucket
from media.room.room import Room
from media.room.subscriptions import audience_of
from media.signalling.negotiation import SubscriberNegotiation, answer_publisher

MAX_TRACKS_NAMED = 4000
"""Track sids one message may name; more than a full room has."""
_TOLD_TO_ALL = frozenset({"add_track", "mute", "update_audio_track", "subscription_permission"})
"""Messages that make us write to everybody in the room; `update_metadata` does too, and can be refused."""
_NEGOTIATION = frozenset({"offer", "answer"})


class Dispatch:
    """The conversation of one participant, one method a message."""

    def __init__(
        self, room: Room, participant: Participant, negotiation: SubscriberNegotiation, config: MediaConfig
    ) -> None:
        self._room = room
        self._participant = participant
        self._negotiation = negotiation
        self._config = config
        limits, now = config.limits, room.clock()
        self._offers = TokenBucket(limits.offers_per_s, limits.offers_per_s * 5, now)
        self._broadcasts = TokenBucket(limits.broadcasts_per_s, limits.broadcasts_per_s * 6, now)
        self._table: Mapping[str, Callable[[rtc.SignalRequest], None]] = {
            "offer": self._offer,
            "answer": self._answer,
            "add_track": self._add_track,
            "mute": self._mute,
            "subscription": self._subscription,
            "track_setting": self._track_setting,
            "subscription_permission": self._subscription_permission,
            "update_metadata": self._update_metadata,
            "update_audio_track": self._update_audio_track,
            "leave": self._leave,
            "ping": self._ping,
            "ping_req": self._ping_req,
            "simulate": self._simulate,
            "publish_data_track_request": self._publish_data_track,
        }

    def handle(self, request: rtc.SignalRequest) -> str:
        """Does what the message asks; answers its name, or `ignored` for those we need not know.

        Ignored are `trickle`, since the address of media is learnt from its packets, what later versions add, and
        descriptions for a connection that has just ended.
        Raises InvalidDescription and ProtocolViolation.
        """
        name = request.WhichOneof("message") or ""
        method = self._table.get(name)
        if method is None or (name in _NEGOTIATION and self._participant.media_lost_at is not None):
            return "ignored"
        if name in _TOLD_TO_ALL and not self._broadcasts.take(1, self._room.clock()):
            raise ProtocolViolation("broadcast_rate")
        method(request)
        return name

    def _offer(self, request: rtc.SignalRequest) -> None:
        if not self._offers.take(1, self._room.clock()):
            raise ProtocolViolation("offer_rate")
        answer_publisher(self._participant, self._room.publisher_peer(self._participant), request.offer)

    def _answer(self, request: rtc.SignalRequest) -> None:
        self._negotiation.answer(request.answer)
        self._room.switchboard.use_free_places(self._participant)

    def _add_track(self, request: rtc.SignalRequest) -> None:
        self._room.switchboard.announce(self._participant, request.add_track)

    def _mute(self, request: rtc.SignalRequest) -> None:
        self._room.switchboard.set_muted(self._participant, request.mute.sid, request.mute.muted)

    def _subscription(self, request: rtc.SignalRequest) -> None:
        """Some clients name tracks flat, some by participant, some both."""
        wish = request.subscription
        sids = [*wish.track_sids, *(sid for one in wish.participant_tracks for sid in one.track_sids)]
        self._room.switchboard.subscribe(self._participant, sids[:MAX_TRACKS_NAMED], wish.subscribe)

    def _track_setting(self, request: rtc.SignalRequest) -> None:
        setting = request.track_setting
        sids = setting.track_sids[:MAX_TRACKS_NAMED]
        self._room.switchboard.set_enabled(self._participant, sids, not setting.disabled)

    def _subscription_permission(self, request: rtc.SignalRequest) -> None:
        self._room.switchboard.set_audience(self._participant, audience_of(request.subscription_permission))

    def _update_metadata(self, request: rtc.SignalRequest) -> None:
        update, participant = request.update_metadata, self._participant
        reason = rtc.RequestResponse.OK
        if not participant.permission.can_update_metadata:
            reason = rtc.RequestResponse.NOT_ALLOWED
        elif not self._broadcasts.take(1, self._room.clock()) or not profile.change(
            participant, self._config.limits, update.name, update.metadata, dict(update.attributes)
        ):
            reason = rtc.RequestResponse.LIMIT_EXCEEDED
        response = rtc.RequestResponse(request_id=update.request_id, reason=reason, update_metadata=update)
        participant.send(request_response=response)
        if reason == rtc.RequestResponse.OK:
            self._room.tell(participant)

    def _update_audio_track(self, request: rtc.SignalRequest) -> None:
        update = request.update_audio_track
        publication = self._participant.publications.live.get(update.track_sid)
        if publication is not None:
            del publication.info.audio_features[:]
            publication.info.audio_features.extend(update.features[:8])
            self._room.tell(self._participant)

    def _leave(self, request: rtc.SignalRequest) -> None:
        self._room.leave(self._participant, models.CLIENT_INITIATED)

    def _ping(self, request: rtc.SignalRequest) -> None:
        self._participant.send(pong=_milliseconds())

    def _ping_req(self, request: rtc.SignalRequest) -> None:
        pong = rtc.Pong(last_ping_timestamp=request.ping_req.timestamp, timestamp=_milliseconds())
        self._participant.send(pong_resp=pong)

    def _publish_data_track(self, request: rtc.SignalRequest) -> None:
        """Data tracks are a channel of their own that we do not forward."""
        wish = request.publish_data_track_request
        response = rtc.RequestResponse(reason=rtc.RequestResponse.NOT_ALLOWED, publish_data_track=wish)
        self._participant.send(request_response=response)

    def _simulate(self, request: rtc.SignalRequest) -> None:
        """Faults on demand, obeyed only where tests are run."""
        if not self._config.test_hooks:
            return
        scenario = request.simulate.WhichOneof("scenario")
        if scenario == "leave_request_full_reconnect":
            self._room.dismiss(self._participant, models.STATE_MISMATCH, rtc.LeaveRequest.RECONNECT)
        elif scenario == "server_leave":
            self._room.dismiss(self._participant, models.SERVER_SHUTDOWN)
        elif scenario == "node_failure":
            self._room.leave(self._participant, models.SIGNAL_CLOSE)
        elif scenario == "speaker_update":
            speaker = models.SpeakerInfo(sid=self._participant.sid, level=1.0, active=True)
            self._room.broadcast(encode(speakers_changed=rtc.SpeakersChanged(speakers=[speaker])))


def _milliseconds() -> int:
    return int(time.time() * 1000)
