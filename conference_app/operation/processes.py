"""Starting child processes that never outlive their parent (Linux)."""

from __future__ import annotations

import ctypes
import signal
import socket

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """Have the kernel send this process SIGTERM when its parent ends, however it ends (prctl(2)).

    Called in the child between fork and exec, or by a worker at its start.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def port_is_free(host: str, port: int, kind: socket.SocketKind) -> bool:
    """Whether `port` can be bound on `host`; `kind` is SOCK_STREAM (TCP) or SOCK_DGRAM (UDP)."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
