"""Our offers: numbered, gathered, one in flight; answers matched to them."""

from __future__ import annotations

import pytest
from livekit.protocol import rtc

from media.errors import InvalidDescription
from media.room.participant import Participant
from media.signalling.negotiation import SubscriberNegotiation, answer_publisher
from tests.media.fakes import FakePeer, Timers
from tests.media.world import World, sink, subscriber


class Side:
    """One client's negotiation over fakes."""

    def __init__(self) -> None:
        self.world = World()
        self.participant: Participant = self.world.enter("ann")
        self.timers = Timers()
        self.timeouts = 0
        peer = self.participant.subscriber_peer
        assert peer is not None
        self.negotiation = SubscriberNegotiation(self.participant, peer, self.timers, self._time_out)

    def _time_out(self) -> None:
        self.timeouts += 1

    @property
    def offers(self) -> list[int]:
        return [offer.id for offer in sink(self.participant).all("offer")]

    def answer(self, number: int, sdp: str = "answer") -> None:
        self.negotiation.answer(rtc.SessionDescription(type="answer", sdp=sdp, id=number))


@pytest.fixture
def side() -> Side:
    return Side()


def test_changes_are_gathered_into_one_offer(side: Side) -> None:
    for _ in range(5):
        side.negotiation.request()
    assert side.offers == []
    side.timers.pass_time(0.03)
    assert side.offers == [1]


def test_next_offer_waits_for_the_answer(side: Side) -> None:
    side.negotiation.request(0.0)
    side.timers.pass_time(0.0)
    side.negotiation.request()
    side.negotiation.request()
    side.timers.pass_time(1.0)
    assert side.offers == [1]
    side.answer(1)
    side.timers.pass_time(0.1)
    assert side.offers == [1, 2]
    side.answer(2)
    side.timers.pass_time(0.1)
    assert side.offers == [1, 2]


def test_number_zero_answers_the_latest_and_older_ones_are_ignored(side: Side) -> None:
    side.negotiation.request(0.0)
    side.timers.pass_time(0.0)
    side.answer(0)
    side.negotiation.request(0.0)
    side.timers.pass_time(0.0)
    side.answer(1, "late")
    side.answer(7, "invented")
    side.answer(2)
    assert subscriber(side.participant).answers == ["answer", "answer"]


def test_answer_without_an_offer_is_ignored(side: Side) -> None:
    side.answer(0)
    assert subscriber(side.participant).answers == []


def test_missing_answer_is_noticed_once(side: Side) -> None:
    side.negotiation.request(0.0)
    side.timers.pass_time(14.9)
    assert side.timeouts == 0
    side.timers.pass_time(30.0)
    assert side.timeouts == 1


def test_answered_offer_never_times_out(side: Side) -> None:
    side.negotiation.request(0.0)
    side.timers.pass_time(1.0)
    side.answer(1)
    side.timers.pass_time(60.0)
    assert side.timeouts == 0


def test_nothing_is_offered_after_the_end(side: Side) -> None:
    side.negotiation.request()
    side.negotiation.close()
    side.negotiation.request()
    side.timers.pass_time(60.0)
    assert side.offers == []


def test_connection_that_ended_is_offered_nothing(side: Side) -> None:
    side.negotiation.request(0.0)
    subscriber(side.participant).close("dtls")
    side.timers.pass_time(60.0)
    assert (side.offers, side.timeouts) == ([], 0)


def test_offer_names_the_track_of_each_section(side: Side) -> None:
    ben = side.world.join("ben")
    sid = side.world.publish(ben)
    side.negotiation.request(0.0)
    side.timers.pass_time(0.0)
    assert dict(sink(side.participant).last("offer").mid_to_track_id) == {"1": sid}


def test_bad_answer_is_raised(side: Side) -> None:
    side.negotiation.request(0.0)
    side.timers.pass_time(0.0)
    with pytest.raises(InvalidDescription):
        side.answer(1, "junk")


@pytest.mark.parametrize("number", [0, 1, 42])
def test_publisher_gets_its_own_number_back(side: Side, number: int) -> None:
    peer = FakePeer(None)
    offer = rtc.SessionDescription(type="offer", sdp="sdp", id=number)
    answer_publisher(side.participant, peer, offer)  # pyright: ignore[reportArgumentType]
    answer = sink(side.participant).last("answer")
    assert (answer.type, answer.sdp, answer.id) == ("answer", "answer to sdp", number)
