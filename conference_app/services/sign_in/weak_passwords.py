"""Passwords that everybody tries first, looked up on this machine: nobody is asked, nothing leaves it.

`common_passwords.bin` holds the first five bytes of the SHA-256 of some ten thousand common passwords (the lists of
zxcvbn, MIT, and Django, BSD-3-Clause, case-folded), sorted. The operator can add the sums of Have I Been Pwned.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import re
from pathlib import Path

from conference_app.config import settings

logger = logging.getLogger(__name__)

_LIST = Path(__file__).with_name("common_passwords.bin")
_WIDTH = 5
_SHA1_HEX = 40
_DECORATION = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@functools.cache
def _common() -> frozenset[bytes]:
    data = _LIST.read_bytes()
    return frozenset(data[at : at + _WIDTH] for at in range(0, len(data), _WIDTH))


def _is_listed(text: str) -> bool:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_WIDTH] in _common()


def _line_at(source: Path, offset: int) -> bytes:
    """The sum of the first whole line that begins at or after `offset`, in capitals; empty at the end."""
    with source.open("rb") as file:
        file.seek(max(0, offset - 1))
        if offset:
            file.readline(200)
        return file.readline(200)[:_SHA1_HEX].upper()


def _in_sorted_file(source: Path, wanted: bytes) -> bool:
    """Binary search by bytes: the file may have many gigabytes, and is never read as a whole."""
    low, high = 0, source.stat().st_size
    while low < high:
        middle = (low + high) // 2
        found = _line_at(source, middle)
        if found and found < wanted:
            low = middle + 1
        else:
            high = middle
    return _line_at(source, low) == wanted


def _in_range_folder(source: Path, wanted: str) -> bool:
    """k-anonymous ranges: the file named by the first five digits holds the other 35 of each sum."""
    for name in (wanted[:5], f"{wanted[:5]}.txt"):
        if (source / name).is_file():
            lines = (source / name).read_text(encoding="ascii", errors="replace").upper().splitlines()
            return any(line.startswith(wanted[5:]) for line in lines)
    return False


def _is_breached(password: str) -> bool:
    if not settings().breached_passwords:
        return False
    source = Path(settings().breached_passwords)
    digest = hashlib.sha1(password.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest().upper()
    try:
        return _in_range_folder(source, digest) if source.is_dir() else _in_sorted_file(source, digest.encode())
    except OSError as err:
        logger.warning("the list of breached passwords cannot be read: %s", type(err).__name__)
        return False


def is_weak(password: str) -> bool:
    """Whether `password` is common, common with digits or signs around it, or in the operator's list. A few ms."""
    folded = password.casefold()
    core = _DECORATION.sub("", folded)
    return _is_listed(folded) or (len(core) >= 5 and _is_listed(core)) or _is_breached(password)
