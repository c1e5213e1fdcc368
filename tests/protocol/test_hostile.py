"""A hostile client with a valid token: it is closed or ignored, the call beside it stays whole, memory stays flat."""

from __future__ import annotations

import contextlib
import random

import aiohttp
import psutil
import pytest
from livekit.protocol import models
from livekit.protocol import rtc as messages

from tests.protocol.people import PATIENCE_S, People, Person, token, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(120)]

OFFER = """v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=sendonly
a=msid:stream cid
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=ssrc:1234 cname:x
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:1
a=sctp-port:5000
""".replace("\n", "\r\n").format(fingerprint=":".join(["AB"] * 32))


ENDS = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED)


class Attacker:
    """Speaks raw signalling."""

    def __init__(self, people: People, client: aiohttp.ClientSession) -> None:
        self._people = people
        self._client = client
        self._random = random.Random(7)  # noqa: S311

    async def enter(self, identity: str = "eve") -> aiohttp.ClientWebSocketResponse:
        text = token(identity, self._people.room_name, can_update_own_metadata=True)
        socket = await self._client.ws_connect(
            f"{self._people.media.url}/rtc", params={"access_token": text}, max_msg_size=0
        )
        await socket.receive(timeout=PATIENCE_S)
        return socket

    async def say(self, *requests: messages.SignalRequest | bytes | str) -> None:
        """Enters, says everything, and waits for the server's answer or close."""
        socket = await self.enter()
        leave = messages.SignalRequest(leave=messages.LeaveRequest())
        with contextlib.suppress(ConnectionError):  # closed while we were speaking, as is seen below
            for request in (*requests, leave):
                if isinstance(request, str):
                    await socket.send_str(request)
                else:
                    data = request if isinstance(request, bytes) else request.SerializeToString()
                    await socket.send_bytes(data)
        while (answer := await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.BINARY:
            pass
        assert answer.type in ENDS, answer
        await socket.close()

    def mutated(self, text: str) -> str:
        """The text with a few bytes, lines or words changed."""
        lines = text.split("\r\n")
        for _ in range(self._random.randint(1, 4)):
            at = self._random.randrange(len(lines))
            match self._random.randrange(4):
                case 0:
                    del lines[at]
                case 1:
                    lines.insert(at, lines[self._random.randrange(len(lines))])
                case 2:
                    lines[at] = lines[at][: len(lines[at]) // 2] + "\x00ÿ" + "9" * self._random.randrange(40)
                case _:
                    lines[at] = lines[at].replace(":", " ", 1)
            lines = lines or ["v=0"]
        return "\r\n".join(lines)

    def junk(self, size: int) -> bytes:
        return self._random.randbytes(size)


def offer(sdp: str) -> messages.SignalRequest:
    return messages.SignalRequest(offer=messages.SessionDescription(type="offer", sdp=sdp, id=1))


async def attack(attacker: Attacker) -> None:
    """Everything we could think of, a session each."""
    await attacker.say(*[attacker.junk(size) for size in (1, 50, 1000)])
    await attacker.say(b"x" * 300_000)
    await attacker.say("{}")
    for _ in range(60):
        await attacker.say(offer(attacker.mutated(OFFER)))
    for sdp in ("", "v=0", "m=audio\r\n" * 5000, OFFER + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n" * 2000):
        await attacker.say(offer(sdp), messages.SignalRequest(answer=messages.SessionDescription(sdp=sdp)))
    await attacker.say(*[offer(OFFER) for _ in range(100)])
    announcements = [messages.AddTrackRequest(cid=str(number), type=models.AUDIO) for number in range(300)]
    await attacker.say(*[messages.SignalRequest(add_track=one) for one in announcements])
    wild = ["TR_" + "x" * 50] * 5000
    await attacker.say(
        messages.SignalRequest(subscription=messages.UpdateSubscription(track_sids=wild, subscribe=True)),
        messages.SignalRequest(track_setting=messages.UpdateTrackSettings(track_sids=wild)),
        messages.SignalRequest(mute=messages.MuteTrackRequest(sid="TR_none", muted=True)),
    )
    big = messages.UpdateParticipantMetadata(metadata="x" * 200_000)
    await attacker.say(*[messages.SignalRequest(update_metadata=big) for _ in range(2)])
    await attacker.say(*[messages.SignalRequest(ping=number) for number in range(2000)])


async def hears(person: Person, sender: str) -> None:
    person.loudness.clear()
    await until(lambda: person.loudness[sender] > 3000, "sound")


async def test_call_survives_a_hostile_participant(people: People) -> None:
    ann, ben = await people.join("ann"), await people.join("ben")
    await ann.speak()
    await hears(ben, "ann")
    process = psutil.Process(people.media.process.pid)
    async with aiohttp.ClientSession() as client:
        attacker = Attacker(people, client)
        await attack(attacker)
        before = process.memory_info().rss
        await attack(attacker)
        async with client.get(f"{people.media.http_url}/metrics") as response:
            counted = await response.text()
    after = process.memory_info().rss
    await hears(ben, "ann")
    assert not ann.saw("disconnected")
    assert not ben.saw("reconnecting")
    assert list(ben.room.remote_participants) == ["ann"]
    assert after - before < 20_000_000
    for reason in (
        "malformed_signal",
        "text_frame",
        "invalid_description",
        "signal_rate",
        "broadcast_rate",
        "offer_rate",
    ):
        assert f'clients_closed_total{{reason="{reason}"}}' in counted
