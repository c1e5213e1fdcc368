"""`make doctor`: checks what the product stands on, and says how to mend what is wrong.

Safe to run beside a running product: it starts and changes nothing.
"""

from __future__ import annotations

import asyncio
import ctypes
import shutil
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from conference_app import database, database_health
from conference_app.config import VERSION, Settings, settings
from conference_app.errors import ConfigurationError
from conference_app.operation.frontend.build import static_dir
from conference_app.operation.frontend.room_hash import room_hash
from conference_app.operation.local_address import is_loopback, second_media_host
from conference_app.operation.open_files import ENOUGH, connections_for, raise_limit
from conference_app.operation.processes import port_is_free
from conference_app.services.limits import redis
from conference_app.services.meetings import open_meetings

RELEASED = datetime(2026, 11, 22, tzinfo=UTC)
"""No right clock is before this."""
NEEDED_SPACE_MB = 500
_STA_UNSYNC = 0x0040
"""adjtimex(2): the kernel's clock follows no time source."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: `mend` is empty when all is well; a warning does not fail the check-up."""

    subject: str
    state: str
    mend: str = ""
    is_warning: bool = False


def check_python(_config: Settings) -> Finding:
    version = sys.version.split()[0]
    return Finding("Python", version, "" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer.")


def check_data(config: Settings) -> Finding:
    mode = config.data_dir.stat().st_mode & 0o777
    free_mb = shutil.disk_usage(config.data_dir).free // 2**20
    state = f"{config.data_dir}, {free_mb} MB free, mode {mode:04o}"
    if free_mb < NEEDED_SPACE_MB:
        return Finding("Data folder", state, f"Make room: at least {NEEDED_SPACE_MB} MB.")
    secrets = config.data_dir / "secrets"
    open_secrets = [file.name for file in secrets.glob("*") if file.stat().st_mode & 0o077]
    if open_secrets:
        return Finding("Data folder", f"{state}; others can read {open_secrets[0]}", f"chmod -R go= {secrets}")
    return Finding("Data folder", state)


def check_open_files(_config: Settings) -> Finding:
    files = raise_limit()
    state = f"{files}: room for {connections_for(files)} requests at a time"
    mend = "Raise the limit of open files: LimitNOFILE=65536 in a systemd unit, or ulimit -Hn as root."
    return Finding("Open files", state, mend if files < ENOUGH else "", is_warning=True)


def check_database(config: Settings) -> Finding:
    kind = config.database_url.split(":", 1)[0]
    if asyncio.run(database_health.healthy()):
        return Finding("Database", f"{kind} answers")
    return Finding("Database", f"{kind} does not answer", "Check PARLEY_DATABASE_URL and that the server runs.")


def check_meetings(config: Settings) -> Finding:
    try:
        count = asyncio.run(_open_meetings())
    except (SQLAlchemyError, OSError):
        return Finding("Meetings", "not counted: the database does not answer or has no tables yet", is_warning=True)
    state = f"{count} of {config.open_meetings} are open"
    if count < config.open_meetings:
        return Finding("Meetings", state)
    mend = "Nobody can open another one. If this machine can carry more: raise PARLEY_OPEN_MEETINGS."
    return Finding("Meetings", state, mend, is_warning=True)


async def _open_meetings() -> int:
    try:
        return await open_meetings.count()
    finally:
        await database.dispose()


def check_redis(config: Settings) -> Finding:
    if not config.redis_url:
        return Finding("Redis", "not used: one app worker")
    if asyncio.run(_redis_answers()):
        return Finding("Redis", "answers")
    return Finding("Redis", "does not answer", "Check PARLEY_REDIS_URL and that the server runs.")


async def _redis_answers() -> bool:
    try:
        return await redis.healthy()
    finally:
        await redis.close()


def _answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def check_page_port(config: Settings) -> Finding:
    where = f"{config.bind_host}:{config.port}"
    if _answers(f"http://{where}/healthz"):
        return Finding("Page, TCP", f"{where}, Parley answers")
    if port_is_free(config.bind_host, config.port, socket.SOCK_STREAM):
        return Finding("Page, TCP", f"{where} is free")
    return Finding("Page, TCP", f"{where} is used by another program", f"Choose another: PORT={config.port + 1}")


def check_media(config: Settings) -> Finding:
    if _answers(f"{config.media_http_url}/"):
        return Finding("Media process", f"{config.media_http_url} answers")
    if not config.media_is_embedded:
        return Finding("Media process", f"{config.media_http_url} is silent", "Check LIVEKIT_URL and that server.")
    if not port_is_free("127.0.0.1", config.media_http_port, socket.SOCK_STREAM):
        mend = f"Choose another: PARLEY_MEDIA_PORT={config.media_http_port + 10}"
        return Finding("Media process", f"TCP port {config.media_http_port} is used by another program", mend)
    return Finding("Media process", "not running; the app starts it", "Start the product: make run", is_warning=True)


def check_media_udp(config: Settings) -> Finding:
    where = f"{config.media_bind_host}:{config.media_udp_port}"
    if port_is_free(config.media_bind_host, config.media_udp_port, socket.SOCK_DGRAM):
        return Finding("Media, UDP", f"{where} is free")
    if _answers(f"{config.media_http_url}/"):
        return Finding("Media, UDP", f"{where}, used by the media process")
    mend = f"Choose another: PARLEY_MEDIA_UDP_PORT={config.media_udp_port + 1}"
    return Finding("Media, UDP", f"{where} is used by another program", mend)


def check_firefox(config: Settings) -> Finding:
    if not (config.media_is_embedded and is_loopback(config.media_bind_host)) or config.media_public_ip:
        return Finding("Firefox", "connects to the media address that you chose")
    address = second_media_host(config)
    if address:
        return Finding("Firefox", f"connects on this machine by {address}")
    mend = "Connect to a network, use Chromium, or set media.peerconnection.ice.loopback in Firefox's about:config."
    return Finding("Firefox", "cannot connect: it refuses loopback, and there is no other address", mend, True)


def check_reach(config: Settings) -> Finding:
    host = urlsplit(config.public_url).hostname or ""
    is_local = host in ("localhost", "127.0.0.1", "::1")
    if not config.is_https and not is_local:
        mend = "Set PARLEY_PUBLIC_HOST and put a TLS proxy in front: browsers give no camera over plain http."
        return Finding("Address", config.public_url, mend)
    if not is_local and config.media_bind_host.startswith("127.") and config.media_is_embedded:
        mend = "Set PARLEY_MEDIA_BIND_HOST=0.0.0.0 and PARLEY_MEDIA_PUBLIC_IP, else nobody outside sees a picture."
        return Finding("Address", f"{config.public_url}, but media listens on loopback", mend)
    return Finding("Address", f"{config.public_url}, cameras allowed there")


def _kernel_clock_follows_a_source() -> bool:
    buffer = ctypes.create_string_buffer(256)  # struct timex, zeroed: modes = 0 only reads
    ctypes.CDLL(None).adjtimex(buffer)
    status = int.from_bytes(buffer.raw[40:44], sys.byteorder)
    return not status & _STA_UNSYNC


def check_clock(_config: Settings) -> Finding:
    now = datetime.fromtimestamp(time.time(), UTC)
    state = f"{now:%Y-%m-%d %H:%M:%S} UTC"
    if now < RELEASED:
        return Finding("Clock", state, "The clock is wrong; sign-in and room tokens would fail. Turn on NTP.")
    if not _kernel_clock_follows_a_source():
        return Finding("Clock", f"{state}, follows no time source", "Turn on NTP (timedatectl set-ntp true).", True)
    return Finding("Clock", state)


def check_build(_config: Settings) -> Finding:
    if (static_dir() / "index.html").exists():
        return Finding("Pages", f"built; hash of the encryption's code: {room_hash(static_dir())}")
    return Finding("Pages", "not built yet", "make run builds them.", is_warning=True)


CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    check_python,
    check_data,
    check_open_files,
    check_database,
    check_meetings,
    check_redis,
    check_build,
    check_page_port,
    check_media,
    check_media_udp,
    check_firefox,
    check_reach,
    check_clock,
)


def report(findings: list[Finding]) -> str:
    """The findings as aligned lines, each mend under its line."""
    lines = [f"Parley {VERSION}"]
    for finding in findings:
        mark = "ok  " if not finding.mend else "note" if finding.is_warning else "BAD "
        lines.append(f"{mark} {finding.subject:<14} {finding.state}")
        if finding.mend:
            lines.append(f"     {'':<14} → {finding.mend}")
    return "\n".join(lines)


def main() -> int:
    """Exit status 1 when something must be mended."""
    try:
        config = settings()
    except ConfigurationError as err:
        sys.stderr.writelines(f"BAD  Settings       {line}\n" for line in str(err).splitlines())
        return 1
    findings = [check(config) for check in CHECKS]
    sys.stdout.write(report(findings) + "\n")
    return 1 if any(finding.mend and not finding.is_warning for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
