"""How much of a client's traffic is taken: what is beyond the budgets is dropped and counted, the rest still works."""

from __future__ import annotations

import pytest

from media.rtp import rtcp
from media.transport import intake
from media.transport.intake import MAX_CHECKS_PER_S
from tests.media.descriptions import VIDEO_SSRC, VP8
from tests.media.transport.calls import Call, open_call, until

KEY = b"\x90\x80\x80\x01\x00key"


async def test_a_flood_of_checks_is_not_answered() -> None:
    async with open_call() as call:
        for _ in range(2 * MAX_CHECKS_PER_S):
            call.sender.check()
        await until(lambda: call.mux.counters["drop_stun_rate"] > 0)
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.received("video") == 1)
        assert call.publisher_heard.closed == []


async def test_a_flood_of_reports_is_taken_up_to_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_RTCP_BYTES_PER_S", 5_000)
    async with open_call() as call:
        renew(call)
        blocks = [rtcp.ReportBlock(ssrc, 0.0, 0, 0, 0, 0, 0) for ssrc in range(31)]
        for _ in range(12):
            call.receiver.send_rtcp(rtcp.receiver_report(1, blocks))
        await until(lambda: call.mux.counters["drop_rtcp_rate"] > 0)
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.received("video") == 1)
        assert call.subscriber_heard.closed == []


async def test_a_flood_of_small_messages_in_few_bytes_is_taken_up_to_their_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "MAX_RTCP_MESSAGES_PER_S", 100)
    async with open_call() as call:
        renew(call)
        storm = rtcp.picture_loss(1, call.downs["video"].ssrc) * 60
        for _ in range(5):
            call.receiver.send_rtcp(storm)
        await until(lambda: call.mux.counters["drop_rtcp_rate"] == 3)
        assert call.subscriber_heard.closed == []


async def test_media_is_taken_up_to_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_MEDIA_BYTES_PER_S", 5_000)
    async with open_call() as call:
        call.publisher._intake.renew(call.mux.clock() + 1.0)
        for _ in range(10):
            call.sender.send_media(VP8, VIDEO_SSRC, KEY.ljust(1_000, b"x"))
        await until(lambda: call.mux.counters["drop_rtp_rate"] == 5)
        await until(lambda: call.received("video") == 5)


async def test_asking_for_everything_again_is_refused_but_not_what_else_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "MAX_NACKED_PER_S", 100)
    async with open_call() as call:
        renew(call)
        down = call.downs["video"]
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.received("video") == 1)
        call.sender.rtcp.clear()
        storm = b"".join(rtcp.nack(1, down.ssrc, range(start, start + 60)) for start in range(0, 600, 60))
        call.receiver.send_rtcp(storm + rtcp.picture_loss(1, down.ssrc))
        await until(lambda: call.mux.counters["drop_nack_rate"] == 1)
        await until(lambda: any(rtcp.KeyframeRequest((VIDEO_SSRC,)) in rtcp.parse(one) for one in call.sender.rtcp))
        assert call.receiver.received[down.rtx_ssrc] <= 1  # of the one packet there was, however often it was asked for


def renew(call: Call) -> None:
    """Put the budgets that the test changed into force."""
    call.subscriber._intake.renew(call.mux.clock() + 1.0)


async def test_a_flood_of_dtls_is_taken_up_to_its_budget_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_DTLS_PER_S", 50)
    async with open_call() as call:
        call.publisher._intake.renew(call.mux.clock() + 1.0)
        for _ in range(100):
            call.sender.send_raw(b"\x17\xfe\xfd" + bytes(60))
        await until(lambda: call.mux.counters["drop_dtls_rate"] >= 40)
        call.sender.send_media(VP8, VIDEO_SSRC, KEY)
        await until(lambda: call.received("video") == 1)
        assert call.publisher_heard.closed == []
