"""`make run`: build what changed, migrate the database, serve everything, and end everything.

Prints the address once the product answers. Ctrl-C or SIGTERM ends all processes within three seconds.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from conference_app.config import Settings, settings
from conference_app.errors import ConfigurationError
from conference_app.operation.frontend.build import ROOT, build_if_needed
from conference_app.operation.open_files import connections_for, raise_limit
from conference_app.operation.processes import die_with_parent, port_is_free

STOP_TIMEOUT_S = 2.5
START_TIMEOUT_S = 180.0
"""For the slowest machines: here the first answer takes 3 s, right after a build on a busy single-board computer more
than a minute. A server that ends is noticed at once, so only one that hangs is waited for in vain."""
SLOW_START_S = 15.0
"""After this it is said that the start goes on."""
REQUEST_HEAD_MS = 5000
"""Milliseconds in which a request must have begun and its head have come: also how long an idle connection is kept."""
REQUEST_HEAD_BYTES = 65_536
APP = "conference_app.conference_app:app"


def say(line: str) -> None:
    """A line for the operator, at once even into a pipe."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder while inside: two products on one would share a media process that only one of them reaches.

    Raises ConfigurationError when another holds it; the kernel takes it back from one that ends in any way.
    """
    with (data_dir / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"Parley runs already with the data folder {data_dir}. Stop it first, or set PARLEY_DATA to another folder."
            ) from None
        yield


def check_ports(config: Settings) -> None:
    """Raises ConfigurationError naming the first port that is taken and the variable that moves it."""
    wanted = [(config.bind_host, config.port, socket.SOCK_STREAM, "PORT")]
    if config.media_is_embedded:
        wanted += [
            ("127.0.0.1", config.media_http_port, socket.SOCK_STREAM, "PARLEY_MEDIA_PORT"),
            (config.media_bind_host, config.media_udp_port, socket.SOCK_DGRAM, "PARLEY_MEDIA_UDP_PORT"),
        ]
    for host, port, kind, variable in wanted:
        if not port_is_free(host, port, kind):
            name = "UDP" if kind is socket.SOCK_DGRAM else "TCP"
            raise ConfigurationError(
                f"{name} port {port} on {host} is in use. Choose another: {variable}={port + 1} make run"
            )


def server_environment(config: Settings) -> dict[str, str]:
    """What makes Reflex serve the finished build without compiling it again.

    The names with two leading underscores are Reflex's internal switches (0.10.1): test_run.py notices if they change.
    """
    return {
        **os.environ,
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        "PARLEY_DATA": str(config.data_dir),
        "PORT": str(config.port),
        "PYTHONUNBUFFERED": "1",
    }


def server_command(config: Settings) -> list[str]:
    """granian with one worker, or two and more when Redis shares their state.

    Only HTTP/1: browsers and proxies speak that here, and for the choice between two versions it knows no time limit.
    """
    workers = max(2, (os.cpu_count() or 1) - 1) if config.redis_url else 1
    options = {
        "--interface": "asgi",
        "--host": config.bind_host,
        "--port": config.port,
        "--http": "1",
        "--http1-header-read-timeout": REQUEST_HEAD_MS,
        "--http1-buffer-size": REQUEST_HEAD_BYTES,
        "--backlog": 2048,
        "--backpressure": connections_for(raise_limit()),
        "--workers": workers,
        "--workers-kill-timeout": 2,
        "--log-level": "warning",
    }
    given = [str(part) for option in options.items() for part in option]
    switches = ["--factory", "--respawn-failed-workers", "--no-access-log"]
    return [str(Path(sys.executable).with_name("granian")), *given, *switches, APP]


def start_server(config: Settings) -> subprocess.Popen[bytes]:
    """Start the app server in a session of its own, so that Ctrl-C reaches this process alone."""
    return subprocess.Popen(
        server_command(config),
        cwd=ROOT,
        env=server_environment(config),
        start_new_session=True,
        preexec_fn=die_with_parent,
    )


def answers(config: Settings) -> bool:
    """Whether GET /healthz answers at all."""
    host = "127.0.0.1" if config.bind_host in ("0.0.0.0", "::") else config.bind_host  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(host, config.port, timeout=1.0)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 600
    except OSError:
        return False
    finally:
        connection.close()


def wait_until_up(config: Settings, server: subprocess.Popen[bytes]) -> None:
    """Return at the first answer; raises ConfigurationError if the server ends or stays silent."""
    begun = time.monotonic()
    is_told = False
    while (waited_s := time.monotonic() - begun) < START_TIMEOUT_S:
        if server.poll() is not None:
            raise ConfigurationError("The app server ended at its start; its last lines above say why.")
        if answers(config):
            return
        if waited_s > SLOW_START_S and not is_told:
            say("Still starting …")
            is_told = True
        time.sleep(0.05)
    raise ConfigurationError(f"The app server gave no answer for {START_TIMEOUT_S:.0f} s. Try: make doctor")


def stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and everything it started, gently first."""
    if server.poll() is None:
        server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):  # who does not end gently is killed below
        server.wait(STOP_TIMEOUT_S)
    with contextlib.suppress(ProcessLookupError):  # nothing of its session is left
        os.killpg(server.pid, signal.SIGKILL)


def prepare(config: Settings) -> None:
    """Everything that must be true before the server starts: free ports, a current build, a migrated database of ours."""
    from conference_app.operation import migrations, own_keys  # after the settings are known to be good

    check_ports(config)
    if build_if_needed(config):
        say("Built the pages.")
    migrations.upgrade(config)
    own_keys.check_keys()


def serve(config: Settings) -> int:
    """Serve until told to end; returns the exit status."""
    server = start_server(config)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        wait_until_up(config, server)
        say(f"\n  {config.brand_name} is ready: {config.public_url}\n  Data: {config.data_dir}   Stop: Ctrl-C\n")
        return server.wait()
    except KeyboardInterrupt:
        say("Stopping …")
        return 0
    finally:
        stop(server)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def complain(lines: str) -> None:
    """What is wrong, a line for each."""
    for line in lines.splitlines():
        sys.stderr.write(f"parley: {line}\n")


def main() -> int:
    """Exit status 0 after Ctrl-C, 1 with a line for each thing that is wrong."""
    os.umask(0o077)  # what it writes is for nobody else on this machine, also in a folder that others may look into
    try:
        config = settings()
        with only_one(config.data_dir):
            prepare(config)
            return serve(config)
    except ConfigurationError as err:
        complain(str(err))
        return 1
    except OSError as err:  # a full disk shows anywhere, and a trace would only hide it
        complain(f"{err.filename or 'A file'} cannot be used ({err.strerror}). Try: make doctor")
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
