"""A room: who is told what about whom, evictions, limits and the end."""

from __future__ import annotations

import pytest
from livekit.protocol import models, rtc

from media.errors import JoinRefused, RoomFull
from tests.media.fakes import FakePeer
from tests.media.world import CONFIG, World, limits, sink, subscriber

INFO = models.ParticipantInfo


@pytest.fixture
def world() -> World:
    return World()


def test_newcomer_is_seen_joined_then_active(world: World) -> None:
    ann = world.join("ann")
    sink(ann).clear()
    ben = world.enter("ben")
    subscriber(ben).connect()
    updates = [update.participants[0] for update in sink(ann).all("update")]
    assert [(one.identity, one.state) for one in updates] == [("ben", INFO.JOINED), ("ben", INFO.ACTIVE)]
    assert updates[0].version < updates[1].version
    assert updates[0].permission.can_publish


def test_who_leaves_is_seen_disconnected_with_the_reason(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    world.room.leave(ben, models.CLIENT_INITIATED)
    gone = sink(ann).last("update").participants[0]
    assert (gone.identity, gone.state, gone.disconnect_reason) == ("ben", INFO.DISCONNECTED, models.CLIENT_INITIATED)
    assert subscriber(ben).closed
    assert sink(ben).is_finished
    assert list(world.room.members) == ["ann"]


def test_leaving_twice_tells_once(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sink(ann).clear()
    world.room.leave(ben, models.CLIENT_INITIATED)
    world.room.leave(ben, models.SIGNAL_CLOSE)
    assert len(sink(ann).all("update")) == 1


def test_same_identity_evicts_the_older_session(world: World) -> None:
    other, first = world.join("ann"), world.join("ben")
    second = world.join("ben")
    leave = sink(first).last("leave")
    assert (leave.reason, leave.action) == (models.DUPLICATE_IDENTITY, rtc.LeaveRequest.DISCONNECT)
    assert world.room.members["ben"] is second
    states = [(update.participants[0].sid, update.participants[0].state) for update in sink(other).all("update")]
    assert states.index((first.sid, INFO.DISCONNECTED)) < states.index((second.sid, INFO.JOINED))


def test_end_of_an_evicted_session_leaves_the_new_one_alone(world: World) -> None:
    first = world.join("ben")
    second = world.join("ben")
    world.room.leave(first, models.SIGNAL_CLOSE)
    assert world.room.members["ben"] is second


def test_full_room_takes_nobody_but_a_returning_identity() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(max_participants=2)))
    world.join("ann")
    world.join("ben")
    with pytest.raises(RoomFull):
        world.join("cleo")
    world.join("ben")
    assert sorted(world.room.members) == ["ann", "ben"]


def test_of_joins_at_one_time_none_goes_beyond_the_seats() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(max_participants=50)))
    refused = 0
    for number in range(60):
        try:
            world.enter(f"guest {number}")
        except RoomFull:
            refused += 1
    assert (len(world.room.members), refused) == (50, 10)
    assert world.room.info().num_participants == 50


def test_a_recorder_takes_no_seat_and_keeps_no_room_open() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(max_participants=1)))
    recorder = world.join("recorder", hidden=True, recorder=True)
    agent = world.join("agent", kind="agent")
    ann = world.join("ann")
    with pytest.raises(RoomFull):
        world.join("ben")
    world.clock.now += 60
    world.room.leave(ann, models.CLIENT_INITIATED)
    expect_to_last(world, CONFIG.departure_timeout_s)
    assert [sink(one).last("leave").reason for one in (recorder, agent)] == [models.ROOM_CLOSED] * 2


def test_hidden_participant_is_seen_by_nobody(world: World) -> None:
    ann = world.join("ann")
    sink(ann).clear()
    ghost = world.join("ghost", hidden=True)
    assert sink(ann).all("update") == []
    assert world.room.others(ann) == []
    assert sink(ghost).last("update").participants[0].identity == "ghost"
    assert world.room.info().num_participants == 1


def test_counts_are_told_with_the_next_tick(world: World) -> None:
    ann = world.join("ann")
    world.join("ben")
    world.room.tick(world.clock())
    assert sink(ann).last("room_update").room.num_participants == 2
    sink(ann).clear()
    world.room.tick(world.clock())
    assert sink(ann).all("room_update") == []


def test_media_that_never_comes_ends_the_session(world: World) -> None:
    ann = world.enter("ann")
    world.room.tick(world.clock() + 59)
    assert not ann.is_gone
    world.room.tick(world.clock() + 61)
    assert ann.is_gone
    assert sink(ann).last("leave").reason == models.CONNECTION_TIMEOUT


def test_lost_connection_asks_the_client_to_come_afresh(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    subscriber(ann).close("consent")
    world.room.tick(world.clock())
    assert not ann.is_gone
    world.room.tick(world.clock() + 1.1)
    assert (sink(ann).last("leave").action, ann.is_gone) == (rtc.LeaveRequest.RECONNECT, True)
    assert not ben.is_gone


def test_client_that_says_goodbye_after_its_connection_has_left_on_its_own(world: World) -> None:
    ann = world.join("ann")
    subscriber(ann).close("dtls")
    world.room.leave(ann, models.CLIENT_INITIATED)
    world.room.tick(world.clock() + 1.1)
    assert sink(ann).all("leave") == []
    assert ann.disconnect_reason == models.CLIENT_INITIATED


def test_receiver_too_slow_for_its_messages_stays(world: World) -> None:
    ann = world.join("ann")
    subscriber(ann).observer.peer_overflow(subscriber(ann))
    assert not ann.is_gone


def test_publisher_connection_is_made_once_and_closed_with_the_session(world: World) -> None:
    ann = world.join("ann")
    peer = world.room.publisher_peer(ann)
    assert world.room.publisher_peer(ann) is peer
    world.room.leave(ann, models.CLIENT_INITIATED)
    assert isinstance(peer, FakePeer)
    assert peer.closed


def expect_to_last(world: World, seconds: float) -> None:
    """The room is there a second before that time is over, and no longer a second after."""
    room = world.room
    world.clock.now += seconds - 1
    world.registry.tick(world.clock())
    assert world.registry.find("room") is room
    world.clock.now += 2
    world.registry.tick(world.clock())
    assert world.registry.find("room") is None


def test_room_outlives_its_last_participant_for_a_while(world: World) -> None:
    world.room.leave(world.join("ann"), models.CLIENT_INITIATED)
    expect_to_last(world, 20)


def test_created_room_waits_longer_for_the_first(world: World) -> None:
    expect_to_last(world, 300)


def test_times_that_the_application_asked_for_are_kept(world: World) -> None:
    world.room.departure_timeout_s = 600
    world.room.leave(world.join("ann"), models.CLIENT_INITIATED)
    expect_to_last(world, 600)
    world.room.empty_timeout_s = 40
    expect_to_last(world, 40)


def test_who_comes_back_in_time_keeps_the_room(world: World) -> None:
    room = world.room
    world.room.leave(world.join("ann"), models.CLIENT_INITIATED)
    world.clock.now += 19
    ann = world.join("ann")
    world.clock.now += 3600
    world.registry.tick(world.clock())
    assert world.registry.find("room") is room
    world.room.leave(ann, models.CLIENT_INITIATED)
    expect_to_last(world, 20)


def test_rooms_are_limited() -> None:
    world = World(type(CONFIG)(api_key="k", api_secret="s", limits=limits(max_rooms=1)))
    world.registry.get_or_create("one")
    world.registry.check("one")
    with pytest.raises(JoinRefused) as caught:
        world.registry.get_or_create("two")
    assert caught.value.status == 503


def test_closing_asks_everybody_to_come_back_later(world: World) -> None:
    ann = world.join("ann")
    world.registry.close()
    assert sink(ann).last("leave").action == rtc.LeaveRequest.RECONNECT
    with pytest.raises(JoinRefused):
        world.registry.check("room")


def test_speakers_are_told_to_everybody_and_to_newcomers(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann)
    up = ann.publications.live[sid].up
    up.levels = [(0.0, -20)] * 20  # pyright: ignore[reportAttributeAccessIssue]
    world.room.tick(world.clock() + 0.5)
    assert [one.sid for one in sink(ben).last("speakers_changed").speakers] == [ann.sid]
    cleo = world.join("cleo")
    assert [one.sid for one in sink(cleo).last("speakers_changed").speakers] == [ann.sid]


def test_muted_microphone_never_speaks(world: World) -> None:
    ann, ben = world.join("ann"), world.join("ben")
    sid = world.publish(ann)
    world.room.switchboard.set_muted(ann, sid, True)
    ann.publications.live[sid].up.levels = [(0.0, 0)] * 20  # pyright: ignore[reportAttributeAccessIssue]
    world.room.tick(world.clock() + 0.5)
    assert sink(ben).all("speakers_changed") == []


def test_quality_is_told_when_it_changes_to_those_concerned(world: World) -> None:
    ann, ben, cleo = world.join("ann"), world.join("ben"), world.join("cleo", auto_subscribe=False)
    world.publish(ann)
    world.room.tick(world.clock() + 5.1)
    first = {one.participant_sid: one.quality for one in sink(ben).last("connection_quality").updates}
    assert first == {ann.sid: models.EXCELLENT, ben.sid: models.EXCELLENT}
    assert ben.sid not in {one.participant_sid for one in sink(ann).last("connection_quality").updates}
    for member in (ann, ben, cleo):
        sink(member).clear()
    subscriber(ann).loss_down = 0.2
    world.room.tick(world.clock() + 10.3)
    changed = sink(ben).last("connection_quality").updates
    assert [(one.participant_sid, one.quality) for one in changed] == [(ann.sid, models.POOR)]
    sink(ben).clear()
    world.room.tick(world.clock() + 15.5)
    assert sink(ben).all("connection_quality") == []
