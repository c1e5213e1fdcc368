"""The address of this machine on which the embedded media process listens beside loopback."""

from __future__ import annotations

import ipaddress
import socket

from conference_app.config import Settings

ELSEWHERE = ((socket.AF_INET, "203.0.113.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that no machine has (RFC 5737, RFC 3849)."""
_DISCARD_PORT = 9


def second_media_host(settings: Settings) -> str:
    """Find the address that media is offered on after the loopback one; empty when none is needed or there is none.

    Firefox pairs no loopback address (its preference `media.peerconnection.ice.loopback`), so without this nobody could
    try the product with it on one machine. Addresses that an operator chose stay the only ones.
    """
    if settings.media_public_ip or not is_loopback(settings.media_bind_host):
        return ""
    return next((address for address in map(_route_source, ELSEWHERE) if address), "")


def is_loopback(address: str) -> bool:
    """Tell whether `address` is an IP address that only this machine reaches."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _route_source(destination: tuple[socket.AddressFamily, str]) -> str:
    """Ask the kernel from which address it would send to `destination`; connecting a datagram socket sends nothing."""
    family, host = destination
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((host, _DISCARD_PORT))
            address = str(probe.getsockname()[0])
    except OSError:
        return ""
    return "" if is_loopback(address) else address
