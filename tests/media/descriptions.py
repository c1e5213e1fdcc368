"""Session descriptions as a browser writes them, cut to what matters."""

from __future__ import annotations

AUDIO_SSRC, VIDEO_SSRC, VIDEO_RTX_SSRC = 1001, 2001, 2002


OPUS, VP8, RTX = 111, 96, 97


def description(ufrag: str, password: str, fingerprint: str, setup: str, sections: list[str]) -> str:
    """A browser-like description around `sections`, which lack the transport lines."""
    mids = " ".join(line[6:] for section in sections for line in section.splitlines() if line.startswith("a=mid:"))
    transport = (
        f"a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\na=fingerprint:sha-256 {fingerprint}\r\na=setup:{setup}\r\n"
    )
    head = f"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE {mids}\r\n"
    return head + "".join(section + transport for section in sections)


def audio_section(mid: str, track_id: str, direction: str = "sendonly", ssrc: int = AUDIO_SSRC) -> str:
    """A section that publishes Opus."""
    return (
        f"m=audio 9 UDP/TLS/RTP/SAVPF {OPUS}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na={direction}\r\na=rtcp-mux\r\n"
        "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\n"
        f"a=msid:stream {track_id}\r\na=rtpmap:{OPUS} opus/48000/2\r\na=rtcp-fb:{OPUS} nack\r\n"
        f"a=ssrc:{ssrc} cname:x\r\n"
    )


def video_section(mid: str, track_id: str, direction: str = "sendonly", ssrc: int | None = VIDEO_SSRC) -> str:
    """A section that publishes VP8 with RTX; `ssrc` None leaves the sources to be learnt."""
    sources = ""
    if ssrc is not None:
        sources = f"a=ssrc-group:FID {ssrc} {ssrc + 1}\r\na=ssrc:{ssrc} cname:x\r\na=ssrc:{ssrc + 1} cname:x\r\n"
    return (
        f"m=video 9 UDP/TLS/RTP/SAVPF {VP8} {RTX}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na={direction}\r\n"
        "a=rtcp-mux\r\na=rtcp-rsize\r\na=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
        f"a=msid:stream {track_id}\r\na=rtpmap:{VP8} VP8/90000\r\na=rtcp-fb:{VP8} nack\r\na=rtcp-fb:{VP8} nack pli\r\n"
        f"a=rtcp-fb:{VP8} goog-remb\r\na=rtpmap:{RTX} rtx/90000\r\na=fmtp:{RTX} apt={VP8}\r\n" + sources
    )


def data_section(mid: str) -> str:
    """The data channels' section."""
    return (
        f"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\n"
        "a=sctp-port:5000\r\na=max-message-size:262144\r\n"
    )
