"""The packages of a requirements file as pip's lock holds them: by hand in its first part, brought along in its second."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

BROUGHT_ALONG = "# Brought along by these; written by `make lock`."
_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?P<extras>\[[\w,-]+\])?==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>[^\\]+?))?"
)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of a lock."""

    name: str
    version: str
    extras: str = ""
    """Such as "[binary]"."""
    marker: str = ""
    """For which Pythons it is needed; empty for all of them."""
    hashes: tuple[str, ...] = ()
    """SHA-256 of each of its files that may be installed."""
    is_direct: bool = True

    @property
    def key(self) -> str:
        """The name as indexes compare it (PEP 503)."""
        return normalised(self.name)

    @property
    def text(self) -> str:
        """Its lines in the file."""
        marker = f" ; {self.marker}" if self.marker else ""
        pin = f"{self.name}{self.extras}=={self.version}{marker}"
        return " \\\n".join([pin, *(f"    --hash=sha256:{one}" for one in self.hashes)])


def normalised(name: str) -> str:
    """PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def packages_of(text: str) -> Iterator[Locked]:
    """Every package in the text of a requirements file, in its order. Raises ValueError for a line that pins nothing."""
    is_direct = True
    for line in text.replace("\\\n", " ").splitlines():
        is_direct = is_direct and line != BROUGHT_ALONG
        stated = line.partition(" #")[0].strip()
        if not stated or stated.startswith(("#", "-")):
            continue
        pin = _PIN.fullmatch(stated.partition("--hash")[0].strip())
        if pin is None:
            raise ValueError(f"no pinned package: {stated[:80]}")
        parts = {name: (value or "").strip() for name, value in pin.groupdict().items()}
        yield Locked(**parts, hashes=tuple(_HASH.findall(stated)), is_direct=is_direct)


def head_of(text: str) -> str:
    """The comments and options before the first package."""
    lines = text.splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if line.strip() and not line.startswith(("#", "-")))
    return "".join(lines[:first])
