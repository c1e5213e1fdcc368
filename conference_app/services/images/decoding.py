"""Has a stranger's picture decoded by a child process, and stops the child when it costs too much.

A decoder in this process could not be stopped: it would keep a processor, hold up everybody else's pictures, and take
the product with it where it breaks.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from weakref import WeakValueDictionary

from conference_app.errors import ConferenceError
from conference_app.texts import n_

CPU_S = 5
"""Seconds of a processor for one picture; the largest one we take needs one on a slow machine."""
WALL_S = 30.0
"""Seconds until a child is stopped that waits rather than computes, or gets too little of a busy machine."""
MEMORY_BYTES = 768 * 2**20
"""Address space of the child; a progressive JPEG of 40 million pixels needs half of it."""
NICENESS = 5
"""Sound and picture of those who talk come first."""
AT_ONCE = 2
"""Children at the same time; of one owner there is one, so that nobody holds up the others."""
MAX_RESULT_BYTES = 2**20
_CHILD = Path(__file__).with_name("child.py")
_NEEDED = ("LD_LIBRARY_PATH",)
"""Variables without which some Pythons cannot start."""
_NO_PICTURE = 3
_STOPPED = -9
_places = asyncio.Semaphore(AT_ONCE)
_turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
"""Whose picture is being read or waits; forgotten with the last of them."""


async def square(data: bytes, side: int, *, owner: str) -> bytes:
    """The picture `data` (JPEG, PNG or WebP) as a WebP square of `side` pixels, upright, without metadata.

    `owner` is whoever sent it: theirs are read one after the other. Raises ConferenceError for what is no picture and
    for one that costs too much.
    """
    turn = _turns.setdefault(owner, asyncio.Lock())
    async with turn, _places:
        status, made = await _run(data, side)
    if status == 0 and made:
        return made
    if status == _NO_PICTURE:
        raise ConferenceError(n_("This is not a picture we can read. Use JPEG, PNG or WebP."))
    raise ConferenceError(
        n_("This picture is too large or too complex to read. Save it as a smaller JPEG and try again.")
    )


async def _run(data: bytes, side: int) -> tuple[int, bytes]:
    """The child's exit status (negative: the signal that ended it) and what it wrote."""
    async with _child(side) as process:
        try:
            async with asyncio.timeout(WALL_S):
                made = await _answer(process, data)
                return (await process.wait() if len(made) <= MAX_RESULT_BYTES else _STOPPED), made
        except TimeoutError:
            return _STOPPED, b""


@contextlib.asynccontextmanager
async def _child(side: int) -> AsyncGenerator[asyncio.subprocess.Process]:
    """A limited child, which is gone afterwards whatever happens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",  # it sees Pillow and the standard library, and no variable of ours
        str(_CHILD),
        str(side),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # what it says may quote the file
        env={name: os.environ[name] for name in _NEEDED if name in os.environ},
    )
    try:
        _limit(process.pid)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()  # reads what is left, without which asyncio would not notice the end


def _limit(pid: int) -> None:
    """Set the child's limits from here, before it has been given any byte to decode."""
    with contextlib.suppress(ProcessLookupError):
        resource.prlimit(pid, resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.prlimit(pid, resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, 0))
        resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)


async def _answer(process: asyncio.subprocess.Process, data: bytes) -> bytes:
    """Give it the picture, and read what it writes, no further than a result may be long."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the child was started without pipes")
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended before it had read all
        process.stdin.write(data)
        await process.stdin.drain()
        process.stdin.close()
    made = bytearray()
    while len(made) <= MAX_RESULT_BYTES and (part := await process.stdout.read(2**16)):
        made += part
    return bytes(made)
