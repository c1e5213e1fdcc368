"""The hash of the files whose code seals and opens what is said in a meeting, as the room's sheet shows it (buildHash.ts)."""

from __future__ import annotations

import hashlib
from pathlib import Path

_WORKERS = ("frameWorker-*.js", "worker-*.js")


def room_files(built: Path) -> list[Path]:
    """The two workers, and the one file that starts both; empty when they are not built."""
    assets = built / "assets"
    workers = [path for pattern in _WORKERS for path in assets.glob(pattern)]
    names = [path.name for path in workers]
    rest = (path for path in assets.glob("*.js") if path not in workers)
    starting = [path for path in rest if _names_all(path, names)]
    return [*workers, *starting] if len(workers) == len(_WORKERS) and len(starting) == 1 else []


def _names_all(path: Path, names: list[str]) -> bool:
    text = path.read_text(encoding="utf-8")
    return all(name in text for name in names)


def room_hash(built: Path) -> str:
    """SHA-256, in hexadecimal, of the lines "name hash" in order of their names; empty when they are not built."""
    files = room_files(built)
    lines = sorted(f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest() if lines else ""
