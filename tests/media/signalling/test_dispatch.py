"""Each message a client may send does what it should, and nothing for those without the right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from livekit.protocol import models, rtc

from media.config import MediaConfig
from media.errors import InvalidDescription, ProtocolViolation
from media.room.participant import Participant
from media.signalling.dispatch import Dispatch
from media.signalling.negotiation import SubscriberNegotiation
from tests.media.fakes import Timers
from tests.media.world import CONFIG, World, add_track, sink, subscriber


@pytest.fixture
def world() -> World:
    return World()


def dispatch_of(world: World, participant: Participant, config: MediaConfig = CONFIG) -> Dispatch:
    peer = participant.subscriber_peer
    assert peer is not None
    negotiation = SubscriberNegotiation(participant, peer, Timers(), lambda: None)
    return Dispatch(world.room, participant, negotiation, config)


def say(world: World, participant: Participant, **message: Any) -> str:
    return dispatch_of(world, participant).handle(rtc.SignalRequest(**message))


def test_pings_are_answered_in_milliseconds(world: World) -> None:
    ann = world.join("ann")
    say(world, ann, ping=5)
    assert 1.6e12 < sink(ann).last("pong") < 1e13
    say(world, ann, ping_req=rtc.Ping(timestamp=123, rtt=4))
    assert sink(ann).last("pong_resp").last_ping_timestamp == 123


def test_publishing_by_messages(world: World) -> None:
    ann = world.join("ann")
    say(world, ann, add_track=add_track())
    say(world, ann, offer=rtc.SessionDescription(type="offer", sdp="sdp", id=3))
    assert sink(ann).last("track_published").cid == "cid"
    assert sink(ann).last("answer").id == 3
    with pytest.raises(InvalidDescription):
        say(world, ann, offer=rtc.SessionDescription(type="offer", sdp="junk", id=3))


def test_description_for_a_connection_that_ended_is_ignored(world: World) -> None:
    ann = world.join("ann")
    subscriber(ann).close("dtls")
    assert say(world, ann, offer=rtc.SessionDescription(type="offer", sdp="junk")) == "ignored"


def test_a_copy_without_a_place_begins_when_the_client_agreed_to_stop_another(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    peer = subscriber(ben)
    peer.max_downs = 1
    first, second = (world.publish(ann, cid) for cid in ("a", "b"))
    assert [down.track_id for down in peer.downs] == [first]
    world.room.switchboard.withdraw(ann, first)
    assert peer.downs == []
    say(world, ben, answer=rtc.SessionDescription(sdp="answer"))
    assert [down.track_id for down in peer.downs] == [second]
    say(world, ben, answer=rtc.SessionDescription(sdp="answer"))
    assert len(peer.downs) == 1


@pytest.mark.parametrize("shape", ["flat", "by participant"])
def test_subscription_in_both_shapes(world: World, shape: str) -> None:
    ann, ben = world.join("ann"), world.join("ben", auto_subscribe=False)
    sid = world.publish(ann)
    wish = rtc.UpdateSubscription(subscribe=True)
    if shape == "flat":
        wish.track_sids.append(sid)
    else:
        wish.participant_tracks.append(models.ParticipantTracks(participant_sid=ann.sid, track_sids=[sid]))
    say(world, ben, subscription=wish)
    assert len(subscriber(ben).downs) == 1


def test_track_setting_pauses(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann, kind="video")
    say(world, ben, track_setting=rtc.UpdateTrackSettings(track_sids=[sid, "TR_none"], disabled=True))
    assert subscriber(ben).downs[0].is_paused


def test_mute_and_audio_features(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann)
    say(world, ann, mute=rtc.MuteTrackRequest(sid=sid, muted=True))
    update = rtc.UpdateLocalAudioTrack(track_sid=sid, features=[models.TF_STEREO])
    say(world, ann, update_audio_track=update)
    track = sink(ben).last("update").participants[0].tracks[0]
    assert (track.muted, list(track.audio_features)) == (True, [models.TF_STEREO])


def test_audience_by_message(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    world.publish(ann)
    say(world, ann, subscription_permission=rtc.SubscriptionPermission())
    assert subscriber(ben).downs == []


def test_own_metadata_needs_the_grant(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben", can_update_own_metadata=True)
    update = rtc.UpdateParticipantMetadata(request_id=7, name="New", metadata="m", attributes={"a": "b"})
    say(world, ann, update_metadata=update)
    refusal = sink(ann).last("request_response")
    assert (refusal.request_id, refusal.reason) == (7, rtc.RequestResponse.NOT_ALLOWED)
    assert ann.name == ""
    say(world, ben, update_metadata=update)
    assert sink(ben).last("request_response").reason == rtc.RequestResponse.OK
    info = sink(ann).last("update").participants[0]
    assert (info.name, info.metadata, dict(info.attributes)) == ("New", "m", {"a": "b"})


def test_empty_attribute_deletes_and_limits_hold(world: World) -> None:
    ann = world.join("ann", can_update_own_metadata=True, attributes={"a": "1", "b": "2"})
    say(world, ann, update_metadata=rtc.UpdateParticipantMetadata(attributes={"a": ""}))
    assert ann.attributes == {"b": "2"}
    say(world, ann, update_metadata=rtc.UpdateParticipantMetadata(metadata="x" * 20_000))
    assert sink(ann).last("request_response").reason == rtc.RequestResponse.LIMIT_EXCEEDED
    say(world, ann, update_metadata=rtc.UpdateParticipantMetadata(attributes={"c": "x" * 20_000}))
    assert ann.attributes == {"b": "2"}
    assert ann.metadata == ""


def test_leave_ends_the_session(world: World) -> None:
    ann = world.join("ann")
    say(world, ann, leave=rtc.LeaveRequest())
    assert ann.is_gone
    assert ann.disconnect_reason == models.CLIENT_INITIATED


def test_data_tracks_are_refused(world: World) -> None:
    ann = world.join("ann")
    say(world, ann, publish_data_track_request=rtc.PublishDataTrackRequest(pub_handle=9))
    response = sink(ann).last("request_response")
    assert (response.reason, response.publish_data_track.pub_handle) == (rtc.RequestResponse.NOT_ALLOWED, 9)


def _repeat(dispatch: Dispatch, message: rtc.SignalRequest, times: int) -> None:
    for _ in range(times):
        dispatch.handle(message)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (rtc.SignalRequest(mute=rtc.MuteTrackRequest(sid="TR_x")), "broadcast_rate"),
        (rtc.SignalRequest(offer=rtc.SessionDescription(sdp="sdp")), "offer_rate"),
    ],
)
def test_costly_messages_have_limits_of_their_own(world: World, message: rtc.SignalRequest, code: str) -> None:
    dispatch = dispatch_of(world, world.join("ann"))
    with pytest.raises(ProtocolViolation, match=code):
        _repeat(dispatch, message, 100)
    world.clock.now += 1.0
    dispatch.handle(message)


def test_metadata_beyond_the_rate_is_refused(world: World) -> None:
    ann = world.join("ann", can_update_own_metadata=True)
    dispatch = dispatch_of(world, ann)
    for number in range(100):
        dispatch.handle(rtc.SignalRequest(update_metadata=rtc.UpdateParticipantMetadata(metadata=str(number))))
    assert ann.metadata == "59"
    assert sink(ann).last("request_response").reason == rtc.RequestResponse.LIMIT_EXCEEDED


def test_faults_on_demand_only_where_tests_run(world: World) -> None:
    ann = world.join("ann")
    message = rtc.SignalRequest(simulate=rtc.SimulateScenario(leave_request_full_reconnect=True))
    dispatch_of(world, ann).handle(message)
    assert not ann.is_gone
    hooked = MediaConfig(api_key="k", api_secret="s", test_hooks=True)
    dispatch_of(world, ann, hooked).handle(message)
    assert sink(ann).last("leave").action == rtc.LeaveRequest.RECONNECT


@pytest.mark.parametrize(
    "message", [rtc.SignalRequest(), rtc.SignalRequest(trickle=rtc.TrickleRequest(candidateInit="{not json"))]
)
def test_what_we_need_not_know_is_ignored(world: World, message: rtc.SignalRequest) -> None:
    ann = world.join("ann")
    sink(ann).clear()
    assert dispatch_of(world, ann).handle(message) == "ignored"
    assert sink(ann).messages == []


TRACK_SIDS = st.lists(st.text(max_size=20), max_size=5)
WILD = st.one_of(
    st.builds(lambda cid, kind: {"add_track": rtc.AddTrackRequest(cid=cid, type=kind)}, st.text(), st.integers(0, 9)),
    st.builds(lambda sid: {"mute": rtc.MuteTrackRequest(sid=sid, muted=True)}, st.text()),
    st.builds(lambda sids: {"subscription": rtc.UpdateSubscription(track_sids=sids, subscribe=True)}, TRACK_SIDS),
    st.builds(lambda sids: {"track_setting": rtc.UpdateTrackSettings(track_sids=sids)}, TRACK_SIDS),
    st.builds(lambda text: {"update_metadata": rtc.UpdateParticipantMetadata(name=text)}, st.text()),
    st.builds(lambda text: {"answer": rtc.SessionDescription(sdp=text)}, st.text()),
    st.builds(lambda sid: {"update_audio_track": rtc.UpdateLocalAudioTrack(track_sid=sid)}, st.text()),
)


@settings(max_examples=60, deadline=None)  # a busy machine is no failure
@given(st.lists(WILD, max_size=12))
def test_no_order_of_messages_breaks_the_room(messages: list[dict[str, Any]]) -> None:
    world = World()
    ann, ben = world.join("ann", can_update_own_metadata=True), world.join("ben")
    for message in messages:
        say(world, ann, **message)
    world.publish(ben)
    assert len(subscriber(ann).downs) == 1
