"""How many files and connections this process may have open: the kernel's usual 1,024 are soon taken."""

from __future__ import annotations

import resource

WANTED = 65_536
ENOUGH = 4096
"""Open files below which a public service is easily filled up."""


def raise_limit() -> int:
    """Raise the soft limit as far as the hard one lets us; what it is then. Children inherit it (getrlimit(2))."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return WANTED if soft == resource.RLIM_INFINITY else soft


def connections_for(files: int) -> int:
    """How many requests one worker takes at a time: half its files, since sockets of pages and calls need the others.

    With more than that the server would fail to accept, and try again at once for ever.
    """
    return max(128, min(16_384, files // 2))
