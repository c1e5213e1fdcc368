"""The one origin as browsers write it (RFC 6454 section 6.2): what is compared with their Origin header must be the same."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

import idna

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")


def origin_of(url: str) -> str:
    """Scheme, host in lower case, and the port unless it is the scheme's own. ValueError for anything more, or less."""
    parts = urlsplit(url)
    host = _host(parts)
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
        raise ValueError("no address of a site")
    if "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("more than an origin")
    is_own_port = parts.port in (None, _DEFAULT_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}" + ("" if is_own_port else f":{parts.port}")


def host_of(name: str) -> str:
    """`name`, perhaps with a port, as it stands in an https origin. ValueError as above."""
    return origin_of(f"https://{name}").removeprefix("https://")


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        return f"[{host}]"
    return host if host.isascii() else idna.encode(host, uts46=True).decode()


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an IP address, is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
