"""Descriptions: what browsers send, what we answer, and what we refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.errors import InvalidDescription
from media.rtp.extensions import AUDIO_LEVEL, MID
from media.transport import sdp, sdp_lines, sdp_reader, sdp_writer
from tests.media.descriptions import audio_section, data_section, description, video_section

CHROMIUM = (Path(__file__).parent / "data" / "chromium-156-offer.sdp").read_bytes().decode()
FINGERPRINT = ":".join(["AB"] * 32)


def offer(*sections: str, ufrag: str = "abcd", password: str = "p" * 24, setup: str = "actpass") -> str:
    return description(ufrag, password, FINGERPRINT, setup, list(sections))


def test_a_browsers_offer() -> None:
    parsed = sdp_reader.parse(CHROMIUM)
    audio, video, data = parsed.sections
    assert (audio.kind, video.kind, data.kind) == ("audio", "video", "application")
    assert audio.sends
    assert not audio.receives
    assert audio.codec("opus").payload_type == 111  # type: ignore[union-attr]
    assert audio.extensions[AUDIO_LEVEL] == 1
    assert MID in video.extensions
    main = video.codec("vp8")
    assert main is not None
    assert {"nack", "nack pli", "ccm fir", "goog-remb"} <= main.feedback
    repair = video.retransmission_of(main.payload_type)
    assert repair is not None
    assert repair.associated == main.payload_type
    assert len(video.repairs) == 1
    assert video.track_id
    assert data.sctp_port == 5000
    assert parsed.transport.setup == "actpass"
    assert parsed.transport.fingerprints[0][0] == "sha-256"


LOCAL = sdp_writer.LocalTransport("our1", "o" * 24, FINGERPRINT, "passive", ["192.0.2.1"], 7882)


def test_our_answer_reads_back_and_takes_only_what_we_forward() -> None:
    sections = sdp_reader.parse(CHROMIUM).sections
    lines = [
        sdp_writer.answer_media(section, sdp_writer.choose_codecs(section), LOCAL)
        for section in sections
        if section.kind != "application"
    ]
    lines.append(sdp_writer.data_section(sections[2].mid, sections[2].protocol, LOCAL))
    text = sdp_writer.session(1, 1, [section.mid for section in sections], lines)
    assert "a=ice-lite\r\n" in text
    assert text.count("a=candidate:1 1 udp 2130706431 192.0.2.1 7882 typ host\r\n") == 3
    audio, video, data = sdp_reader.parse(text).sections
    assert [codec.name for codec in audio.codecs] == ["opus"]
    assert [codec.name for codec in video.codecs] == ["vp8", "rtx"]
    assert audio.receives
    assert not audio.sends
    assert "transport-cc" not in text
    assert "rid" not in text
    assert data.max_message_size >= 65_535


def test_feedback_that_was_not_offered_is_not_answered() -> None:
    section = sdp_reader.parse(offer(video_section("0", "cam"))).sections[0]
    answer = sdp_writer.answer_media(section, sdp_writer.choose_codecs(section), LOCAL)
    assert "a=rtcp-fb:96 nack pli" in answer
    assert "a=rtcp-fb:96 ccm fir" not in answer


def test_an_inactive_section_is_answered_inactive() -> None:
    section = sdp_reader.parse(offer(audio_section("0", "mic", "inactive"))).sections[0]
    assert "a=inactive" in sdp_writer.answer_media(section, sdp_writer.choose_codecs(section), LOCAL)


def test_a_codec_we_do_not_know_leaves_nothing() -> None:
    text = offer(video_section("0", "cam")).replace("VP8/90000", "H264/90000")
    assert sdp_writer.choose_codecs(sdp_reader.parse(text).sections[0]) == []


def test_simulcast_layers_are_read() -> None:
    text = offer(video_section("0", "cam") + "a=rid:q send\r\na=rid:h send\r\na=simulcast:send q;h\r\n")
    assert sdp_reader.parse(text).sections[0].rids == ("q", "h")


def test_msid_in_source_lines_counts() -> None:
    text = offer(audio_section("0", "mic").replace("a=msid:stream mic\r\n", "a=ssrc:5 msid:stream mic\r\n"))
    section = sdp_reader.parse(text).sections[0]
    assert (section.stream_id, section.track_id) == ("stream", "mic")


def test_a_rejected_section_needs_no_mid_nor_bundle() -> None:
    text = offer(audio_section("0", "mic")) + "m=video 0 UDP/TLS/RTP/SAVPF 0\r\na=inactive\r\n"
    assert sdp_reader.parse(text).sections[1].is_rejected


def test_stopped_and_live_sections_of_ours() -> None:
    live = sdp_writer.OutgoingSection("video", "2", False, "PA|camera", "TR_1", 5, 6)
    stopped = sdp_writer.OutgoingSection("audio", "1", True)
    lines = [sdp_writer.offer_media(stopped, LOCAL), sdp_writer.offer_media(live, LOCAL)]
    first, second = sdp_reader.parse(sdp_writer.session(1, 1, ["2"], lines)).sections
    assert first.is_rejected
    assert second.repairs == {5: 6}
    assert (second.stream_id, second.track_id) == ("PA|camera", "TR_1")


GOOD = offer(audio_section("0", "mic"), video_section("1", "cam"), data_section("2"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("m=audio 9", "m=audio x"),
        ("m=audio 9", "m=audio 99999"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 9"),
        ("SAVPF 111", "SAVPF 300"),
        ("SAVPF 111", "SAVPF " + " ".join(["111"] * 300)),
        ("SAVPF 111", "SAVPF 111 111"),
        ("a=fmtp:97 apt=96", "a=fmtp:97 " + "apt=;" * sdp_lines.MAX_LINE),
        ("a=rtcp-fb:96 nack", "a=rtcp-fb:960 nack"),
        ("a=mid:1", "a=mid:0"),
        ("a=mid:1", "a=mid:a b"),
        ("a=mid:1", "a=mid:" + "x" * 100),
        ("a=mid:1\r\n", ""),
        ("BUNDLE 0 1 2", "BUNDLE 0"),
        ("a=group:BUNDLE 0 1 2\r\n", ""),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:ab"),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:ab cd ef"),
        ("a=ice-ufrag:abcd", "a=ice-ufrag:" + "a" * 300),
        ("a=ice-pwd:", "a=ice-pwd:short\r\na=x:"),
        ("a=fingerprint:sha-256 ", "a=fingerprint:sha-256 zz"),
        ("a=fingerprint:sha-256 ", "a=x:"),
        ("a=setup:actpass", "a=setup:maybe"),
        ("a=ssrc:1001", "a=ssrc:-5"),
        ("a=ssrc:1001", "a=ssrc:99999999999"),
        ("a=sctp-port:5000", "a=sctp-port:0"),
        ("a=rtpmap:111 opus/48000/2", "a=rtpmap:111 opus/fast"),
        ("a=rtpmap:111", "a=rtpmap:xyz"),
        ("a=extmap:4", "a=extmap:0"),
        ("a=msid:stream mic", "a=msid:stream m\x01c"),
    ],
)
def test_hostile_changes_are_refused(old: str, new: str) -> None:
    assert old in GOOD
    with pytest.raises(InvalidDescription):
        sdp_reader.parse(GOOD.replace(old, new))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=0\r\n",
        GOOD + "x" * sdp_lines.MAX_CHARACTERS,
        GOOD + "\n" * sdp_lines.MAX_LINES,
        GOOD + "a=x\r\n" * (sdp_lines.MAX_ATTRIBUTES + 1),
        offer(*(audio_section(str(index), "t", ssrc=index) for index in range(sdp.MAX_SECTIONS + 1))),
        offer(audio_section("0", "mic") + "".join(f"a=ssrc:{index} cname:x\r\n" for index in range(50))),
        offer(video_section("0", "cam") + "".join(f"a=rid:l{index} send\r\n" for index in range(9))),
    ],
)
def test_too_much_or_too_little_is_refused(text: str) -> None:
    with pytest.raises(InvalidDescription):
        sdp_reader.parse(text)


def test_what_the_session_says_holds_for_its_sections() -> None:
    head, _, sections = offer(audio_section("0", "mic"), video_section("1", "cam")).partition("m=audio")
    own = (
        "a=ice-ufrag:abcd\r\na=ice-pwd:" + "p" * 24 + f"\r\na=fingerprint:sha-256 {FINGERPRINT}\r\na=setup:actpass\r\n"
    )
    text = head + own + "a=recvonly\r\nm=audio" + sections.replace(own, "").replace("a=sendonly\r\n", "", 1)
    audio, video = sdp_reader.parse(text).sections
    assert (audio.direction, video.direction) == ("recvonly", "sendonly")
    assert audio.transport == video.transport == sdp.Transport("abcd", "p" * 24, (("sha-256", FINGERPRINT),), "actpass")


def test_feedback_for_every_type_is_kept_only_as_far_as_we_understand_it() -> None:
    lines = "".join(f"a=rtcp-fb:* junk{number}\r\n" for number in range(500))
    text = offer(video_section("0", "cam") + lines + "a=rtcp-fb:* ccm fir\r\n")
    video = sdp_reader.parse(text).sections[0]
    assert [sorted(codec.feedback) for codec in video.codecs] == [
        ["ccm fir", "goog-remb", "nack", "nack pli"],
        ["ccm fir"],
    ]


@settings(max_examples=150)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 60), st.text(max_size=12))
def test_any_change_parses_or_is_refused(position: int, removed: int, added: str) -> None:
    try:
        parsed = sdp_reader.parse(GOOD[:position] + added + GOOD[position + removed :])
    except InvalidDescription:
        return
    assert 0 < len(parsed.sections) <= sdp.MAX_SECTIONS


@given(st.text(max_size=300))
def test_any_text_parses_or_is_refused(text: str) -> None:
    with pytest.raises(InvalidDescription):
        sdp_reader.parse(text)
