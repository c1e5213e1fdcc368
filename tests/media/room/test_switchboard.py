"""Publishing and subscribing: matching, permissions, mute, audience, and what each side is told."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from livekit.protocol import models, rtc

from media.room.subscriptions import audience_of
from tests.media.fakes import FakeUpTrack
from tests.media.world import CONFIG, World, add_track, limits, sink, subscriber

Reason = rtc.RequestResponse


@pytest.fixture
def world() -> World:
    return World()


def test_track_is_told_before_it_is_offered(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann, kind="video", width=640, height=360)
    info = sink(ben).last("update").participants[0].tracks[0]
    assert (info.sid, info.mime_type, info.width, info.height) == (sid, "video/VP8", 640, 360)
    copy = subscriber(ben).downs[0]
    assert (copy.stream_id, copy.track_id) == (f"{ann.sid}|camera", sid)
    assert sink(ben).renegotiations == 1
    assert subscriber(ann).downs == []
    assert sink(ann).last("track_subscribed").track_sid == sid


@pytest.mark.parametrize("first", ["announcement", "media"])
def test_announcement_and_media_come_in_either_order(world: World, first: str) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    up = FakeUpTrack("cid")
    if first == "announcement":
        world.room.switchboard.announce(ann, add_track())
        assert sink(ben).last("update").participants[0].tracks == []
        world.room.switchboard.media_added(ann, up)  # pyright: ignore[reportArgumentType]
    else:
        world.room.switchboard.media_added(ann, up)  # pyright: ignore[reportArgumentType]
        world.room.switchboard.announce(ann, add_track())
    assert len(subscriber(ben).downs) == 1


def test_two_tracks_find_their_own_media(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    for cid, source in (("camera", "CAMERA"), ("screen", "SCREEN_SHARE")):
        world.room.switchboard.announce(ann, add_track(cid, "video", source=source))
    for cid in ("screen", "camera"):
        world.room.switchboard.media_added(ann, FakeUpTrack(cid, "video"))  # pyright: ignore[reportArgumentType]
    streams = {copy.up.client_track_id: copy.stream_id for copy in subscriber(ben).downs}
    assert streams == {"screen": f"{ann.sid}|screen", "camera": f"{ann.sid}|camera"}


def test_media_with_a_changed_name_goes_to_the_only_announcement_of_its_kind(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    world.room.switchboard.announce(ann, add_track("audio-cid"))
    world.room.switchboard.announce(ann, add_track("video-cid", "video"))
    world.room.switchboard.media_added(ann, FakeUpTrack("{other}", "video"))  # pyright: ignore[reportArgumentType]
    assert [publication.info.source for publication in ann.publications.live.values()] == [models.CAMERA]
    assert len(subscriber(ben).downs) == 1


def test_media_of_another_kind_than_announced_is_not_published(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    world.room.switchboard.announce(ann, add_track("cid", "audio"))
    world.room.switchboard.media_added(ann, FakeUpTrack("cid", "video"))  # pyright: ignore[reportArgumentType]
    assert subscriber(ben).downs == []


def test_unannounced_media_reaches_nobody(world: World) -> None:
    ann, ben = world.join("ann", can_publish=False), world.join("ben")
    world.room.switchboard.media_added(ann, FakeUpTrack("cid"))  # pyright: ignore[reportArgumentType]
    world.room.switchboard.announce(ann, add_track())
    assert subscriber(ben).downs == []
    assert sink(ann).last("request_response").reason == Reason.NOT_ALLOWED


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (add_track(""), Reason.LIMIT_EXCEEDED),
        (add_track("x" * 300), Reason.LIMIT_EXCEEDED),
        (add_track(name="x" * 300), Reason.LIMIT_EXCEEDED),
        (add_track(stream="a|b"), Reason.INVALID_REQUEST),
        (add_track(stream="TR_forged"), Reason.INVALID_REQUEST),
        (add_track(stream="a\r\na=x"), Reason.INVALID_REQUEST),
        (add_track(sid="TR_x"), Reason.UNSUPPORTED_TYPE),
        (rtc.AddTrackRequest(cid="c", type=models.DATA, source=models.CAMERA), Reason.UNSUPPORTED_TYPE),
    ],
)
def test_bad_announcement_is_refused(world: World, request_: rtc.AddTrackRequest, reason: int) -> None:
    ann = world.join("ann")
    world.room.switchboard.announce(ann, request_)
    assert sink(ann).last("request_response").reason == reason
    assert sink(ann).all("track_published") == []


def test_same_announcement_twice_is_queued(world: World) -> None:
    ann = world.join("ann")
    world.room.switchboard.announce(ann, add_track())
    world.room.switchboard.announce(ann, add_track())
    assert sink(ann).last("request_response").reason == Reason.QUEUED
    assert len(sink(ann).all("track_published")) == 1


def test_tracks_are_limited() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(max_tracks=2)))
    ann = world.join("ann")
    for number in range(3):
        world.room.switchboard.announce(ann, add_track(str(number)))
    assert len(sink(ann).all("track_published")) == 2
    for number in range(10, 20):
        world.room.switchboard.media_added(ann, FakeUpTrack(str(number), "video"))  # pyright: ignore[reportArgumentType]
    assert len(ann.publications._media) <= 2


@pytest.mark.parametrize(
    ("grants", "source", "allowed"),
    [
        ({}, "CAMERA", True),
        ({"can_publish": False}, "CAMERA", False),
        ({"can_publish_sources": ("microphone",)}, "CAMERA", False),
        ({"can_publish_sources": ("camera",)}, "CAMERA", True),
        ({"can_publish_sources": ("camera",)}, "UNKNOWN", False),
        ({"can_publish": False, "can_publish_sources": ("camera",)}, "CAMERA", False),
        ({"hidden": True}, "CAMERA", False),
    ],
)
def test_permission_decides_who_may_publish(world: World, grants: dict[str, Any], source: str, allowed: bool) -> None:
    ann = world.join("ann", **grants)
    world.room.switchboard.announce(ann, add_track("cid", "video", source=source))
    assert bool(sink(ann).all("track_published")) is allowed


def test_newcomer_receives_what_is_there(world: World) -> None:
    ann = world.join("ann")
    world.publish(ann, "a")
    world.publish(ann, "v", "video")
    ben = world.join("ben")
    assert len(subscriber(ben).downs) == 2
    assert len(world.room.others(ben)[0].tracks) == 2


def test_who_may_not_subscribe_receives_nothing(world: World) -> None:
    ann = world.join("ann")
    ben = world.join("ben", can_subscribe=False)
    world.publish(ann)
    world.room.switchboard.subscribe(ben, [sink(ann).last("track_published").track.sid], True)
    assert subscriber(ben).downs == []


def test_subscribing_by_hand(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben", auto_subscribe=False)
    sid = world.publish(ann)
    assert subscriber(ben).downs == []
    world.room.switchboard.subscribe(ben, [sid, sid], True)
    assert len(subscriber(ben).downs) == 1
    world.room.switchboard.subscribe(ben, [sid], False)
    assert subscriber(ben).downs == []
    assert sink(ben).renegotiations == 2
    world.room.switchboard.subscribe(ben, ["TR_none"], True)
    assert sink(ben).last("subscription_response").err == models.SE_TRACK_NOTFOUND


def test_unused_picture_is_paused_and_resumed_once(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann, kind="video")
    copy = subscriber(ben).downs[0]
    world.room.switchboard.set_enabled(ben, [sid], False)
    assert copy.is_paused
    for _ in range(2):
        world.room.switchboard.set_enabled(ben, [sid], True)
    assert (copy.is_paused, copy.resumed) == (False, 1)


def test_muted_track_is_told_and_not_forwarded(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann)
    world.room.switchboard.set_muted(ann, sid, True)
    assert sink(ben).last("update").participants[0].tracks[0].muted
    assert subscriber(ben).downs[0].is_paused
    late = world.join("late")
    assert subscriber(late).downs[0].is_paused
    world.room.switchboard.set_muted(ann, sid, False)
    assert not subscriber(ben).downs[0].is_paused


def test_nobody_mutes_anothers_track(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann)
    assert world.room.switchboard.set_muted(ben, sid, True) is None
    assert not ann.publications.live[sid].info.muted


def test_track_muted_before_its_media_comes_starts_muted(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    world.room.switchboard.announce(ann, add_track(muted=True))
    world.room.switchboard.media_added(ann, FakeUpTrack("cid"))  # pyright: ignore[reportArgumentType]
    assert subscriber(ben).downs[0].is_paused
    assert subscriber(ben).downs[0].up.is_muted


def test_end_of_media_unpublishes(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann)
    world.room.switchboard.media_removed(ann, ann.publications.live[sid].up)
    assert subscriber(ben).downs == []
    assert sink(ben).last("update").participants[0].tracks == []
    assert ben.subscriptions.by_track == {}


def test_leaving_takes_the_tracks_along(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    world.publish(ann)
    world.room.leave(ann, models.CLIENT_INITIATED)
    assert subscriber(ben).downs == []
    assert sink(ben).renegotiations == 2


def test_audience_decides_who_receives(world: World) -> None:
    ann, ben, cleo = (world.join(name) for name in ("ann", "ben", "cleo"))
    sid = world.publish(ann)
    request = rtc.SubscriptionPermission(
        track_permissions=[rtc.TrackPermission(participant_identity="ben", all_tracks=True)]
    )
    world.room.switchboard.set_audience(ann, audience_of(request))
    assert subscriber(cleo).downs == []
    assert len(subscriber(ben).downs) == 1
    update = sink(cleo).last("subscription_permission_update")
    assert (update.participant_sid, update.track_sid, update.allowed) == (ann.sid, sid, False)
    world.room.switchboard.subscribe(cleo, [sid], True)
    assert subscriber(cleo).downs == []
    world.room.switchboard.set_audience(ann, audience_of(rtc.SubscriptionPermission(all_participants=True)))
    assert sink(cleo).last("subscription_permission_update").allowed
    assert len(subscriber(cleo).downs) == 1


@pytest.mark.parametrize("by", ["sid", "identity"])
def test_audience_by_track(world: World, by: Literal["sid", "identity"]) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    first, second = world.publish(ann, "1"), world.publish(ann, "2")
    entry = rtc.TrackPermission(track_sids=[first])
    setattr(entry, f"participant_{by}", ben.sid if by == "sid" else "ben")
    world.room.switchboard.set_audience(ann, audience_of(rtc.SubscriptionPermission(track_permissions=[entry])))
    assert [copy.track_id for copy in subscriber(ben).downs] == [first]
    assert second != first


def test_entry_that_names_nothing_allows_nothing() -> None:
    request = rtc.SubscriptionPermission(track_permissions=[rtc.TrackPermission(participant_identity="ben")])
    assert not audience_of(request).allows("ben", "PA_x", "TR_x")


def test_permission_taken_away_takes_the_tracks(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    camera, microphone = world.publish(ann, "v", "video"), world.publish(ann, "a")
    ann.permission.can_publish_sources.append(models.MICROPHONE)
    world.room.switchboard.withdraw_forbidden(ann)
    assert sink(ann).last("track_unpublished").track_sid == camera
    assert [copy.track_id for copy in subscriber(ben).downs] == [microphone]


def test_peer_that_takes_no_more_tracks_harms_nobody(world: World) -> None:
    ann, ben, cleo = (world.join(name) for name in ("ann", "ben", "cleo"))
    subscriber(ben).max_downs = 0
    world.publish(ann)
    assert len(subscriber(cleo).downs) == 1
    assert world.registry.counters.total("subscriptions_refused") == 1
