"""Joins the publications of a room to its subscribers: the one place where copies of tracks begin and end."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping

from livekit.protocol import models, rtc

from media.forwarding.down_track import DownTrack
from media.forwarding.up_track import UpTrack
from media.room.counters import Counters
from media.room.participant import Participant
from media.room.permissions import may_publish
from media.room.publications import Publication, Refusal
from media.room.subscriptions import Audience, Subscription

logger = logging.getLogger(__name__)

MAX_ERRORS = 100
"""Errors about unknown tracks that one wish is answered by: hundreds would fill the queue of a client that only fell
behind."""


class Switchboard:
    """Publishing and subscribing within one room.

    `members` is the room's own mapping by identity; `tell` broadcasts a participant's changed info; `clock` gives
    monotonic seconds.
    """

    def __init__(
        self,
        members: Mapping[str, Participant],
        tell: Callable[[Participant], None],
        counters: Counters,
        clock: Callable[[], float],
    ) -> None:
        self._members = members
        self._tell = tell
        self._counters = counters
        self._clock = clock

    def publications(self) -> list[Publication]:
        """Everything that can be received in this room."""
        return [one for member in self._members.values() for one in member.publications.live.values()]

    def announce(self, publisher: Participant, request: rtc.AddTrackRequest) -> None:
        """Answers `add_track`: the new track's info, or why not."""
        refusal = self._refusal(publisher, request)
        if refusal is not None:
            self._counters.add("tracks_refused", rtc.RequestResponse.Reason.Name(refusal).lower())
            publisher.send(request_response=rtc.RequestResponse(reason=refusal, add_track=request))
            return
        info = publisher.publications.announce(request)
        publisher.send(track_published=rtc.TrackPublishedResponse(cid=request.cid, track=info))
        self._publish_matches(publisher)

    def media_added(self, publisher: Participant, up: UpTrack) -> None:
        """A section of the publisher's offer sends `up`."""
        publisher.publications.hold_media(up)
        self._publish_matches(publisher)

    def media_removed(self, publisher: Participant, up: UpTrack) -> None:
        """The section of `up` went silent for good."""
        publication = publisher.publications.media_removed(up)
        if publication is not None:
            self._end(publisher, publication)

    def withdraw(self, publisher: Participant, track_sid: str) -> None:
        """Takes a track away from its publisher, who is told."""
        publication = publisher.publications.withdraw(track_sid)
        publisher.send(track_unpublished=rtc.TrackUnpublishedResponse(track_sid=track_sid))
        if publication is not None:
            self._end(publisher, publication)

    def withdraw_all(self, publisher: Participant) -> None:
        """Drops every copy of a leaving publisher's tracks; nobody is told here."""
        for publication in list(publisher.publications.live.values()):
            publisher.publications.withdraw(publication.sid)
            self._drop_copies(publication)

    def withdraw_forbidden(self, publisher: Participant) -> None:
        """Takes away what the publisher's permission no longer covers."""
        infos = [one.info for one in publisher.publications.live.values()] + publisher.publications.announced()
        for info in infos:
            if not may_publish(publisher.permission, info.source):
                self.withdraw(publisher, info.sid)

    def set_muted(self, publisher: Participant, track_sid: str, muted: bool) -> models.TrackInfo | None:
        """Mutes or unmutes a track. A muted track is not forwarded, whatever its client sends."""
        publication = publisher.publications.live.get(track_sid)
        if publication is None:
            announced = publisher.publications.find_announced(track_sid)
            if announced is not None:
                announced.muted = muted
            return announced
        if publication.info.muted != muted:
            publication.info.muted = publication.up.is_muted = muted
            self._tell(publisher)
            self._switch_copies(publication)
        return publication.info

    def subscribe(self, subscriber: Participant, track_sids: Iterable[str], subscribe: bool) -> None:
        """Take the client's wish; unknown tracks are answered by an error each, MAX_ERRORS at most."""
        live = {publication.sid: publication for publication in self.publications()}
        errors = MAX_ERRORS if subscribe else 0
        for sid in dict.fromkeys(track_sids):
            publication = live.get(sid)
            if publication is None:
                if errors:
                    errors -= 1
                    error = rtc.SubscriptionResponse(track_sid=sid, err=models.SE_TRACK_NOTFOUND)
                    subscriber.send(subscription_response=error)
                continue
            subscriber.subscriptions.of(sid).is_desired = subscribe
            self.reconcile(subscriber, publication)

    def set_enabled(self, subscriber: Participant, track_sids: Iterable[str], enabled: bool) -> None:
        """Stops or resumes copies the client has no use for at the moment."""
        live = {publication.sid: publication for publication in self.publications()}
        for sid in dict.fromkeys(track_sids):
            if sid in live:
                subscription = subscriber.subscriptions.of(sid)
                subscription.is_enabled = enabled
                self._switch(subscription, live[sid])

    def set_audience(self, publisher: Participant, audience: Audience) -> None:
        """Takes the publisher's say in who may receive."""
        publisher.audience = audience
        for publication in publisher.publications.live.values():
            self._offer_to_all(publisher, publication)

    def reconcile_all(self, subscriber: Participant) -> None:
        """Brings one participant's copies in line with everything published."""
        for publication in self.publications():
            self.reconcile(subscriber, publication)

    def use_free_places(self, subscriber: Participant) -> None:
        """Starts the copies that found no place; what the client has just agreed to stop may have left some."""
        for publication in self.publications():
            subscription = subscriber.subscriptions.by_track.get(publication.sid)
            if subscription is not None and subscription.is_refused:
                self.reconcile(subscriber, publication)

    def reconcile(self, subscriber: Participant, publication: Publication) -> None:
        """Starts or ends the copy of `publication` for `subscriber`, as wish, permission and audience say."""
        publisher = self._members.get(publication.publisher_identity)
        if publisher is None or subscriber is publisher or subscriber.is_gone:
            return
        subscription = subscriber.subscriptions.of(publication.sid)
        is_allowed = publisher.audience.allows(subscriber.identity, subscriber.sid, publication.sid)
        self._tell_allowed(subscriber, subscription, publication, is_allowed)
        is_wanted = subscription.is_desired and is_allowed and subscriber.permission.can_subscribe
        if is_wanted and subscription.down is None:
            self._start_copy(publisher, subscriber, subscription, publication)
        elif not is_wanted and subscription.down is not None:
            self._remove(subscriber, subscription.down)
            subscription.down = None

    def _refusal(self, publisher: Participant, request: rtc.AddTrackRequest) -> Refusal | None:
        if publisher.is_hidden or not may_publish(publisher.permission, request.source):
            return rtc.RequestResponse.Reason.NOT_ALLOWED
        return publisher.publications.refusal(request)

    def _publish_matches(self, publisher: Participant) -> None:
        for publication in publisher.publications.match():
            publication.up.is_muted = publication.info.muted
            self._counters.add("tracks_published", publication.up.kind)
            logger.info("%s published %s (%s)", publisher.sid, publication.sid, publication.up.kind)
            self._tell(publisher)
            self._offer_to_all(publisher, publication)

    def _offer_to_all(self, publisher: Participant, publication: Publication) -> None:
        for member in list(self._members.values()):
            if member is not publisher:
                self.reconcile(member, publication)

    def _start_copy(
        self, publisher: Participant, subscriber: Participant, subscription: Subscription, publication: Publication
    ) -> None:
        if subscriber.subscriber_peer is None:
            return
        try:
            subscription.down = subscriber.subscriber_peer.add_down_track(
                publication.up, stream_id=publication.stream_id, track_id=publication.sid, now=self._clock()
            )
        except ValueError:
            subscription.is_refused = True
            self._counters.add("subscriptions_refused", "limit")
            return
        subscription.is_refused = False
        self._switch(subscription, publication)
        subscriber.sink.renegotiate()
        if not publication.has_told_subscribed:
            publication.has_told_subscribed = True
            publisher.send(track_subscribed=rtc.TrackSubscribed(track_sid=publication.sid))

    def _tell_allowed(
        self, subscriber: Participant, subscription: Subscription, publication: Publication, is_allowed: bool
    ) -> None:
        if subscription.is_forbidden != is_allowed:
            return
        subscription.is_forbidden = not is_allowed
        update = rtc.SubscriptionPermissionUpdate(
            participant_sid=publication.publisher_sid, track_sid=publication.sid, allowed=is_allowed
        )
        subscriber.send(subscription_permission_update=update)

    def _switch_copies(self, publication: Publication) -> None:
        for member in list(self._members.values()):
            subscription = member.subscriptions.by_track.get(publication.sid)
            if subscription is not None:
                self._switch(subscription, publication)

    def _switch(self, subscription: Subscription, publication: Publication) -> None:
        """Pauses or resumes a copy. Resuming twice would ask for a needless key frame."""
        down = subscription.down
        if down is None:
            return
        should_pause = publication.info.muted or not subscription.is_enabled
        if should_pause and not down.is_paused:
            down.pause()
        elif not should_pause and down.is_paused:
            down.resume()

    def _end(self, publisher: Participant, publication: Publication) -> None:
        logger.info("%s unpublished %s", publisher.sid, publication.sid)
        self._drop_copies(publication)
        self._tell(publisher)

    def _drop_copies(self, publication: Publication) -> None:
        for member in list(self._members.values()):
            down = member.subscriptions.forget(publication.sid)
            if down is not None:
                self._remove(member, down)

    def _remove(self, subscriber: Participant, down: DownTrack) -> None:
        if subscriber.subscriber_peer is not None and not subscriber.is_gone:
            subscriber.subscriber_peer.remove_down_track(down)
            subscriber.sink.renegotiate()
