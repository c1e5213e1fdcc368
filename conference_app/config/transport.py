"""What goes to a database or Redis on another machine is encrypted on its way, and that machine proves its name."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from conference_app.config.origin import is_loopback

_PROVEN = ("verify-ca", "verify-full")
"""libpq's sslmode values that check the server's certificate; `require` would encrypt for whoever answers."""


def unprotected(database_url: str, redis_url: str) -> Iterator[str]:
    """A line for each connection that leaves this machine in clear. Unix sockets and loopback do not leave it."""
    if database_url.startswith("postgres") and _elsewhere(database_url):
        if _options(database_url).get("sslmode", "") not in _PROVEN:
            yield (
                "PARLEY_DATABASE_URL names a server on another machine, so it must end with ?sslmode=verify-full (and"
                " &sslrootcert=FILE for the certificate of its authority, or &sslrootcert=system)."
            )
    if redis_url and _elsewhere(redis_url):
        if not redis_url.startswith("rediss://"):
            yield "PARLEY_REDIS_URL names a server on another machine, so it must begin with rediss:// (Redis over TLS)."
        elif not _checks_certificate(_options(redis_url)):
            yield "PARLEY_REDIS_URL must let the certificate be checked: take ssl_cert_reqs and ssl_check_hostname out of it."


def _options(url: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(urlsplit(url).query).items()}


def _checks_certificate(options: dict[str, str]) -> bool:
    """redis-py asks for a valid certificate unless the URL says otherwise."""
    is_asked = options.get("ssl_cert_reqs", "required").lower() == "required"
    return is_asked and options.get("ssl_check_hostname", "true").lower() in ("true", "1", "yes")


def _elsewhere(url: str) -> bool:
    """Whether any of the hosts that `url` names, before its path or as the option `host`, is another machine."""
    if url.startswith("unix://"):
        return False
    netloc = urlsplit(url).netloc.rpartition("@")[2]
    named = [*netloc.split(","), *_options(url).get("host", "").split(",")]
    hosts = [_host(unquote(one)) for one in named]
    return any(host and not host.startswith("/") and not is_loopback(host) for host in hosts)


def _host(named: str) -> str:
    """`named` without its port and brackets."""
    if named.startswith("["):
        return named[1:].partition("]")[0]
    return named if named.startswith("/") or named.count(":") > 1 else named.partition(":")[0]
