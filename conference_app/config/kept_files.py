"""Small files that must survive a power cut whole: written beside their place, flushed to the disk, then put there."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path


def create(path: Path, text: str) -> None:
    """Write the new file `path`, mode 0600; one that is there already stays as it is, also when two create it at once.

    Raises OSError, and then leaves nothing behind.
    """
    with _draft(path, text) as draft, contextlib.suppress(FileExistsError):
        os.link(draft, path)


def replace(path: Path, text: str) -> None:
    """Write `path` anew, mode 0600: whoever reads it finds the old text or the new one. Raises OSError."""
    with _draft(path, text) as draft:
        draft.replace(path)


@contextlib.contextmanager
def _draft(path: Path, text: str) -> Iterator[Path]:
    """A hidden file beside `path` with `text`, on the disk; gone afterwards. What was done inside is on the disk too."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield draft
        _flush_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """Bring the names in `folder` to the disk: without that a file may be there and its name be lost (fsync(2))."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
