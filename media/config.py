"""The media process's settings: read once from the environment into one typed, frozen object."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from media.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds on what clients can make this process hold or do. Each is PARLEY_MEDIA_<NAME>."""

    max_rooms: int = 200
    """Rooms at one time."""
    max_participants: int = 100
    """Participants in one room, unless CreateRoom asked for fewer."""
    max_tracks: int = 12
    """Published tracks of one participant, those still waiting for media included."""
    max_signal_bytes: int = 256 * 1024
    """Bytes of one signalling message; a session description of fifty sections has about 60 kB."""
    signal_messages_per_s: int = 60
    """Signalling messages of one client per second, on average."""
    signal_burst: int = 400
    """Signalling messages a client may send at once; auto-subscribing to a full room takes hundreds."""
    signal_work_per_s: int = 64_000
    """Work a client's signalling may make on average, in bytes of session descriptions; eight times as much at once. A
    client that asks for more is read more slowly, and nothing of it is lost."""
    signal_queue: int = 512
    """Messages waiting to be written to one client; a client that reads slower is closed."""
    signal_queue_bytes: int = 1_000_000
    """The same in bytes. A session description for a full room has about 150 kB."""
    offers_per_s: int = 10
    """Offers of one client per second, on average; five times as many at once. Each costs about a millisecond."""
    broadcasts_per_s: int = 10
    """Messages of one client that everybody is told of (mute, metadata, tracks), per second; six times at once."""
    data_packets_per_s: int = 500
    """Data packets of one participant per second, on average; twice as many at once."""
    data_bytes_per_s: int = 500_000
    """Bytes of data packets of one participant per second, on average; eight times as many at once."""
    data_copied_bytes_per_s: int = 5_000_000
    """The same, counted once for each who receives. A core sends about 10 MB/s over data channels."""
    data_copies_per_s: int = 4_000
    """Data packets of one participant, counted once for each who receives, per second; twice as many at once. Each
    costs a tenth of a millisecond, however small it is."""
    max_data_bytes: int = 65_535
    """Bytes of one data packet; clients cap theirs at 64,000."""
    replay_bytes: int = 4_000_000
    """Bytes of reliable packets one room keeps for participants who are joining."""
    replay_packets: int = 2_000
    """The same in packets; sending them to one who joins takes a fifth of a second."""
    max_metadata_bytes: int = 16_384
    """UTF-8 bytes of a participant's or a room's metadata."""
    max_attributes_bytes: int = 16_384
    """UTF-8 bytes of all attribute names and values of one participant."""
    max_name_bytes: int = 256
    """UTF-8 bytes of a participant's, room's or track's name and of an identity."""


@dataclass(frozen=True, slots=True)
class MediaConfig:
    """Everything an operator can set. The variable of each field stands in its description."""

    api_key: str = field(repr=False)
    """LIVEKIT_API_KEY. Issuer of the access tokens."""
    api_secret: str = field(repr=False)
    """LIVEKIT_API_SECRET. Key of their HMAC-SHA256; at least 32 characters."""
    http_host: str = "127.0.0.1"
    """PARLEY_MEDIA_HTTP_HOST. Address of signalling and RoomService."""
    http_port: int = 7880
    """PARLEY_MEDIA_PORT. TCP port of signalling and RoomService."""
    udp_host: str = "127.0.0.1"
    """PARLEY_MEDIA_BIND_HOST. Address of the media socket."""
    udp_port: int = 7882
    """PARLEY_MEDIA_UDP_PORT. UDP port of all media."""
    udp_second_host: str = ""
    """PARLEY_MEDIA_SECOND_HOST. One more address of the media socket, announced after the first; empty for none."""
    public_ip: str = ""
    """PARLEY_MEDIA_PUBLIC_IP. Address announced to clients; empty announces the bind address."""
    empty_timeout_s: int = 300
    """PARLEY_MEDIA_EMPTY_TIMEOUT. Seconds a created room waits for its first participant."""
    departure_timeout_s: int = 20
    """PARLEY_MEDIA_DEPARTURE_TIMEOUT. Seconds a room outlives its last participant."""
    join_timeout_s: int = 60
    """PARLEY_MEDIA_JOIN_TIMEOUT. Seconds a participant may take to connect its media."""
    test_hooks: bool = False
    """PARLEY_MEDIA_TEST_HOOKS=1. Obeys the `simulate` messages of test clients."""
    limits: Limits = Limits()


def _number(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ConfigurationError(f"{name}={text!r} must be a whole number from {low} to {high}.")
    return int(text)


def _address(environ: Mapping[str, str], name: str, default: str) -> str:
    text = environ.get(name, "").strip() or default
    try:
        if text:
            ipaddress.ip_address(text)
    except ValueError as err:
        raise ConfigurationError(f"{name}={text!r} must be an IP address, such as 203.0.113.7.") from err
    return text


def _secret(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "").strip()
    if not text:
        raise ConfigurationError(f"{name} is not set: the media process needs it to check access tokens.")
    return text


def _limits(environ: Mapping[str, str]) -> Limits:
    highest = 1_000_000_000
    return Limits(
        **{
            limit.name: _number(environ, f"PARLEY_MEDIA_{limit.name.upper()}", int(limit.default), 1, highest)  # pyright: ignore[reportArgumentType] - each has one
            for limit in fields(Limits)
        }
    )


def load_config(environ: Mapping[str, str]) -> MediaConfig:
    """The configuration in `environ`. Raises ConfigurationError with one line for the operator."""
    secret = _secret(environ, "LIVEKIT_API_SECRET")
    if len(secret) < 32:
        raise ConfigurationError("LIVEKIT_API_SECRET is too short: at least 32 characters make it hard to guess.")
    return MediaConfig(
        api_key=_secret(environ, "LIVEKIT_API_KEY"),
        api_secret=secret,
        http_host=_address(environ, "PARLEY_MEDIA_HTTP_HOST", "127.0.0.1"),
        http_port=_number(environ, "PARLEY_MEDIA_PORT", 7880, 1, 65535),
        udp_host=_address(environ, "PARLEY_MEDIA_BIND_HOST", "127.0.0.1"),
        udp_port=_number(environ, "PARLEY_MEDIA_UDP_PORT", 7882, 1, 65535),
        udp_second_host=_address(environ, "PARLEY_MEDIA_SECOND_HOST", ""),
        public_ip=_address(environ, "PARLEY_MEDIA_PUBLIC_IP", ""),
        empty_timeout_s=_number(environ, "PARLEY_MEDIA_EMPTY_TIMEOUT", 300, 1, 86400),
        departure_timeout_s=_number(environ, "PARLEY_MEDIA_DEPARTURE_TIMEOUT", 20, 1, 86400),
        join_timeout_s=_number(environ, "PARLEY_MEDIA_JOIN_TIMEOUT", 60, 1, 600),
        test_hooks=environ.get("PARLEY_MEDIA_TEST_HOOKS", "").strip() == "1",
        limits=_limits(environ),
    )
