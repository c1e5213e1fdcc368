"""Descriptions bent by a hostile client, taken by a whole peer: it answers or refuses, and stays usable."""

from __future__ import annotations

import asyncio
import random

import pytest

from media.errors import InvalidDescription
from media.transport.peer import Peer
from media.transport.publishing import MAX_TRACKS
from media.transport.sdp import MAX_SECTIONS
from tests.media.descriptions import audio_section, data_section, description, video_section
from tests.media.load import MediaClient
from tests.media.transport.calls import RecordingObserver, open_call, open_mux

ROUNDS = 1_500
FINGERPRINT = ":".join(["AB"] * 32)
SIMULCAST = "a=rid:q send\r\na=rid:f send\r\na=simulcast:send q;f\r\n"


def offer(*sections: str) -> str:
    return description("abcd", "p" * 24, FINGERPRINT, "actpass", list(sections))


GOOD = offer(audio_section("0", "mic"), video_section("1", "cam") + SIMULCAST, data_section("2"))


class Bender:
    """Changes descriptions line by line, the same way in every run."""

    def __init__(self) -> None:
        self._random = random.Random(3)  # noqa: S311 - the same descriptions in every run.

    def bend(self, text: str) -> str:
        lines = text.split("\r\n")
        for _ in range(self._random.randint(1, 6)):
            change = self._random.choice([self._drop, self._repeat, self._swap, self._number, self._splice])
            change(lines)
        return "\r\n".join(lines)

    def _at(self, lines: list[str]) -> int:
        return self._random.randrange(len(lines))

    def _drop(self, lines: list[str]) -> None:
        if len(lines) > 1:
            del lines[self._at(lines)]

    def _repeat(self, lines: list[str]) -> None:
        lines[self._at(lines) :] += lines[self._at(lines) :][: self._random.randint(1, 30)]

    def _swap(self, lines: list[str]) -> None:
        one, other = self._at(lines), self._at(lines)
        lines[one], lines[other] = lines[other], lines[one]

    def _number(self, lines: list[str]) -> None:
        """Another number in the place of one that is there."""
        at = self._at(lines)
        digits = [index for index, character in enumerate(lines[at]) if character.isdigit()]
        if digits:
            index = self._random.choice(digits)
            number = self._random.choice(["0", "1", "97", "4294967296", "-1", "٣", "9" * 40])
            lines[at] = lines[at][:index] + number + lines[at][index + 1 :]

    def _splice(self, lines: list[str]) -> None:
        """The head of one line with the tail of another."""
        one, other = lines[self._at(lines)], lines[self._at(lines)]
        lines[self._at(lines)] = one[: self._random.randint(0, len(one))] + other[self._random.randint(0, len(other)) :]


def negotiates(peer: Peer, text: str) -> bool:
    """Whether the peer takes the offer; everything but a refusal of ours fails the test."""
    try:
        answer = peer.answer(text)
    except InvalidDescription:
        return False
    assert answer.startswith("v=0\r\n")
    assert len(peer.up_tracks) <= MAX_TRACKS
    return True


@pytest.mark.timeout(60)
async def test_bent_offers_are_answered_or_refused() -> None:
    bender, taken = Bender(), 0
    async with open_mux() as mux:
        heard = RecordingObserver()
        peer = mux.create_peer(heard)
        for index in range(ROUNDS):
            taken += negotiates(peer, bender.bend(GOOD))
            if index % 50 == 0:
                await asyncio.sleep(0)
        assert 0.02 * ROUNDS < taken < 0.98 * ROUNDS  # Both ways were walked.
        assert negotiates(peer, GOOD)
        assert mux.counters["drop_observer_failed"] == 0
        assert not peer.is_closed


@pytest.mark.timeout(60)
async def test_bent_answers_are_taken_or_refused() -> None:
    bender, taken = Bender(), 0
    async with open_call() as call:
        for _ in range(ROUNDS // 3):
            answer = bender.bend(call.receiver.answer(call.subscriber.offer()))
            try:
                call.subscriber.accept_answer(answer)
            except InvalidDescription:
                continue
            taken += 1
        assert taken
        call.renegotiate()
        assert call.subscriber.is_connected
        assert call.downs["video"].is_bound


async def test_as_many_sections_as_allowed_and_one_more() -> None:
    idle = [audio_section(str(index), f"t{index}", "inactive", ssrc=index) for index in range(MAX_SECTIONS)]
    async with open_mux() as mux:
        peer = mux.create_peer(RecordingObserver())
        assert negotiates(peer, offer(*idle))
        assert not negotiates(peer, offer(*idle, data_section("x")))


async def test_as_many_tracks_as_allowed_and_one_more() -> None:
    live = [audio_section(str(index), f"t{index}", ssrc=100 + index) for index in range(MAX_TRACKS + 1)]
    async with open_mux() as mux:
        heard = RecordingObserver()
        peer = mux.create_peer(heard)
        assert negotiates(peer, offer(*live[:-1]))
        assert not negotiates(peer, offer(*live))
        assert len(peer.up_tracks) == MAX_TRACKS
        assert "removed t0" not in heard.heard  # A refused offer changes nothing.


async def test_the_addresses_of_a_client_are_never_used() -> None:
    """Media goes where authenticated checks come from; what a description or `trickle` names could be a victim."""
    victim = MediaClient()
    host, port = victim.socket.getsockname()
    candidates = [f"a=candidate:{index} 1 udp 2130706431 {host} {port} typ host\r\n" for index in range(300)]
    named = ["a=candidate:x 1 udp 1 f3a8.local 9 typ host\r\n", "a=candidate:y 1 tcp 1 10.0.0.1 9 typ host\r\n"]
    async with open_mux() as mux:
        peer = mux.create_peer(RecordingObserver())
        assert negotiates(peer, offer(audio_section("0", "mic") + "".join([*candidates, *named])))
        await asyncio.sleep(0.05)
        assert (peer.ice.addresses, mux.counters["packets_out"]) == ({}, 0)
    await victim.close()
