"""Loss and jitter as receiver reports tell them."""

from __future__ import annotations

import pytest

from media.forwarding.reception import ReceptionStatistics
from media.rtp.rtcp import SenderReport


def test_no_loss_and_even_spacing() -> None:
    statistics = ReceptionStatistics(48_000)
    for index in range(100):
        statistics.received(index, 960 * index, 100, index * 0.02)
    block = statistics.report(7, 99, 2.0)
    assert (block.ssrc, block.fraction_lost, block.packets_lost, block.highest_sequence) == (7, 0.0, 0, 99)
    assert block.jitter == 0
    assert block.last_sr == 0
    assert statistics.octets == 10_000


def test_loss_is_counted_per_interval_and_in_total() -> None:
    statistics = ReceptionStatistics(90_000)
    for index in (0, 1, 3, 4):
        statistics.received(index, 0, 1, 0.0)
    assert statistics.report(7, 4, 1.0).fraction_lost == pytest.approx(0.2)
    for index in (5, 6):
        statistics.received(index, 0, 1, 1.0)
    block = statistics.report(7, 6, 2.0)
    assert block.fraction_lost == 0.0
    assert block.packets_lost == statistics.packets_lost == 1


def test_an_interval_without_packets_has_no_loss() -> None:
    statistics = ReceptionStatistics(90_000)
    statistics.received(0, 0, 1, 0.0)
    statistics.report(7, 0, 1.0)
    assert statistics.report(7, 0, 2.0).fraction_lost == 0.0


def test_late_arrivals_make_jitter_and_a_new_clock_does_not() -> None:
    statistics = ReceptionStatistics(90_000)
    for index in range(50):
        statistics.received(index, 3000 * index, 1, index / 30 + (0.01 if index % 2 else 0.0))
    assert 0.005 < statistics.jitter_s < 0.011
    before = statistics.jitter_s
    statistics.received(50, 123_456_789, 1, 50 / 30)
    assert statistics.jitter_s == before


def test_the_report_refers_to_the_last_sender_report() -> None:
    statistics = ReceptionStatistics(90_000)
    statistics.received(0, 0, 1, 10.0)
    statistics.sender_reported(SenderReport(7, 0x1122334455667788, 0, 0, 0), 10.0)
    block = statistics.report(7, 0, 10.5)
    assert block.last_sr == 0x33445566
    assert block.delay_since_sr == 32_768
