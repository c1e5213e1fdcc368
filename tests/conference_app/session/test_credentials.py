"""What Reflex's socket is shown instead of cookies."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from conference_app.services.people.one_time_tokens import new_token
from conference_app.services.sign_in import known_devices
from conference_app.services.sign_in.sessions import session_hash
from conference_app.session import cookie_value, device_cookie, hide_credentials, session_cookie


async def seen_by_reflex(
    headers: list[tuple[bytes, bytes]], path: str = "/_event/", kind: str = "websocket"
) -> dict[str, str]:
    """The headers that reach the application behind the layer."""
    seen: dict[str, str] = {}

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seen.update({name.decode(): value.decode() for name, value in scope["headers"]})

    async def unused(*_args: Any) -> Any:
        raise AssertionError

    scope: Scope = {"type": kind, "path": path, "headers": headers}
    await hide_credentials(application)(scope, unused, unused)
    assert scope["headers"] == headers  # the server's own scope is left alone
    return seen


async def test_the_cookie_turns_into_a_sealed_hash() -> None:
    cookie = f"a=b; {session_cookie()}=secret-token; parley_language=pl".encode()
    headers = [(b"host", b"x"), (b"cookie", cookie), (b"authorization", b"Bearer x"), (b"x-parley-language", b"en")]
    for kind in ("websocket", "http"):
        seen = await seen_by_reflex(headers, kind=kind)
        assert set(seen) == {"host", "authorization", "x-parley-language"}
        assert seen["authorization"].startswith(f"parley-session {session_hash('secret-token')}.")
        assert seen["x-parley-language"] == "pl"
        assert "secret-token" not in repr(seen)


async def test_without_a_session_nothing_is_claimed() -> None:
    forged = [(b"authorization", b"parley-session 00.00"), (b"cookie", b"parley_language=tlh; other=1")]
    assert await seen_by_reflex(forged) == {}


async def test_a_browser_s_secret_turns_into_its_hash() -> None:
    token = new_token()
    headers = [(b"cookie", f"{device_cookie()}={token}".encode()), (b"x-parley-device", b"00" * 32)]
    assert await seen_by_reflex(headers) == {"x-parley-device": known_devices.device_hash(token)}
    for junk in (b"", b"short", b"x" * 44):  # and nobody names a browser by a header of their own
        headers = [(b"cookie", device_cookie().encode() + b"=" + junk), (b"x-parley-device", b"00" * 32)]
        assert await seen_by_reflex(headers) == {}


async def test_other_paths_keep_their_headers() -> None:
    headers = [(b"cookie", b"a=b"), (b"authorization", b"Bearer x")]
    assert await seen_by_reflex(headers, path="/rtc") == {"cookie": "a=b", "authorization": "Bearer x"}


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("name=value", "value"),
        ("a=b; name=value; c=d", "value"),
        ('name="quoted"', "quoted"),
        ("a=b", ""),
        ("", ""),
        ("name", ""),
        (";;;=;name=", ""),
        ("x" * 100_000 + "; name=late", ""),
        ("b\x00d; name=value", "value"),
        ('other={"a": [1, 2]}; name=value', "value"),
    ],
)
def test_reading_cookies(header: str, value: str) -> None:
    assert cookie_value(header, "name") == value
