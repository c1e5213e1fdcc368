"""Whom a plain page takes a request to come from."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from conference_app.api.http.plain_pages import network_address
from conference_app.config import settings

PROXY, CLIENT, MADE_UP = "192.0.2.1", "198.51.100.7", "203.0.113.9"


def came(*forwarded: str) -> str:
    """The address that is counted for a request that came by the proxy with these X-Forwarded-For lines."""
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return network_address(Request({"type": "http", "headers": headers, "client": (PROXY, 4711)}))


@pytest.mark.parametrize(
    ("hops", "lines", "counted"),
    [
        ("0", [MADE_UP], PROXY),
        ("1", [], PROXY),
        ("1", [CLIENT], CLIENT),
        ("1", [f"{MADE_UP}, {CLIENT}"], CLIENT),
        ("1", [MADE_UP, CLIENT], CLIENT),
        ("2", [MADE_UP, f"{CLIENT}, 10.0.0.1"], CLIENT),
        ("2", [MADE_UP, CLIENT, "10.0.0.1"], CLIENT),
        ("2", [CLIENT], PROXY),
    ],
)
def test_nobody_chooses_the_address_they_are_counted_by(
    monkeypatch: pytest.MonkeyPatch, hops: str, lines: list[str], counted: str
) -> None:
    monkeypatch.setenv("PARLEY_TRUSTED_PROXY_HOPS", hops)
    settings.cache_clear()
    assert came(*lines) == counted
