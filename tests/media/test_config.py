"""The media process's settings: defaults, bounds, and one plain line for each mistake."""

from __future__ import annotations

import pytest

from media.config import load_config
from media.errors import ConfigurationError

PAIR = {"LIVEKIT_API_KEY": "key", "LIVEKIT_API_SECRET": "s" * 32}


def test_defaults_listen_on_loopback_only() -> None:
    config = load_config(PAIR)
    assert (config.http_host, config.http_port) == ("127.0.0.1", 7880)
    assert (config.udp_host, config.udp_port) == ("127.0.0.1", 7882)
    assert not config.test_hooks


def test_every_setting_is_read() -> None:
    config = load_config(
        PAIR
        | {
            "PARLEY_MEDIA_PORT": "1234",
            "PARLEY_MEDIA_HTTP_HOST": "0.0.0.0",  # noqa: S104
            "PARLEY_MEDIA_UDP_PORT": "4321",
            "PARLEY_MEDIA_PUBLIC_IP": "203.0.113.7",
            "PARLEY_MEDIA_MAX_ROOMS": "3",
        }
    )
    assert (config.http_port, config.udp_port, config.limits.max_rooms) == (1234, 4321, 3)
    assert config.public_ip == "203.0.113.7"


def test_secret_is_not_shown() -> None:
    assert "s" * 32 not in repr(load_config(PAIR))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"LIVEKIT_API_KEY": ""}, "LIVEKIT_API_KEY"),
        ({"LIVEKIT_API_SECRET": " "}, "LIVEKIT_API_SECRET"),
        ({"LIVEKIT_API_SECRET": "short"}, "LIVEKIT_API_SECRET"),
        ({"PARLEY_MEDIA_PORT": "65536"}, "PARLEY_MEDIA_PORT"),
        ({"PARLEY_MEDIA_PORT": "x"}, "PARLEY_MEDIA_PORT"),
        ({"PARLEY_MEDIA_MAX_ROOMS": "-1"}, "PARLEY_MEDIA_MAX_ROOMS"),
        ({"PARLEY_MEDIA_BIND_HOST": "localhost"}, "PARLEY_MEDIA_BIND_HOST"),
    ],
)
def test_mistakes_are_named_in_one_line(change: dict[str, str], word: str) -> None:
    with pytest.raises(ConfigurationError, match=word) as caught:
        load_config(PAIR | change)
    assert "\n" not in str(caught.value)
