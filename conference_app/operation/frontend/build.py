"""Builds the frontend when something it is made of has changed, and knows where the result lies."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from conference_app.config import Settings
from conference_app.errors import ConfigurationError
from conference_app.operation.processes import die_with_parent

ROOT = Path(__file__).resolve().parents[3]
_BAKED_SETTINGS = ("environment", "brand_name", "accent_color", "logo_path", "site_url")
_BAKED_SETTINGS += ("controller", "processors", "other_hosts", "erasure_days")
_SOURCES = ("rxconfig.py", "requirements.txt", "conference_app", "assets", "reflex.lock")
_LEFT_OUT = ("__pycache__", "external", "alembic", "api")

CHECKOUT = ROOT
"""What a build locks while it runs."""


def web_dir() -> Path:
    """Reflex's working folder."""
    return ROOT / os.environ.get("REFLEX_WEB_WORKDIR", ".web")


def static_dir() -> Path:
    """The built pages and scripts that are served."""
    return web_dir() / "build" / "client"


def _source_files() -> Iterator[Path]:
    for name in _SOURCES:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in files if file.is_file() and not set(file.parts) & set(_LEFT_OUT))


def fingerprint(settings: Settings) -> str:
    """SHA-256 of all that goes into the build: sources, assets and the settings that pages show."""
    digest = hashlib.sha256()
    for name in _BAKED_SETTINGS:
        digest.update(f"{name}={getattr(settings, name)}\n".encode())
    for file in _source_files():
        digest.update(str(file.relative_to(ROOT)).encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def build_if_needed(settings: Settings) -> bool:
    """Build the frontend unless the last build was of exactly this. Returns whether it built.

    Of several that start at once, one builds and the others wait for it. Raises ConfigurationError with the end of the
    build's output when it fails.
    """
    stamp = web_dir() / "parley.built"
    wanted = fingerprint(settings)
    with _lock():
        if stamp.exists() and stamp.read_text() == wanted and (static_dir() / "index.html").exists():
            return False
        stamp.unlink(missing_ok=True)
        with _unchanged_lock():
            _export()
        stamp.write_text(wanted)
    return True


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    """One build at a time in this checkout: also builds into different folders write reflex.lock/ and assets/."""
    checkout = os.open(CHECKOUT, os.O_RDONLY)
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX)
        yield
    finally:
        os.close(checkout)


@contextlib.contextmanager
def _unchanged_lock() -> Iterator[None]:
    """Put back the committed layout of package.json: Reflex writes the same content in another layout each time."""
    path = ROOT / "reflex.lock" / "package.json"
    before = path.read_text() if path.exists() else ""
    try:
        yield
    finally:
        if before and json.loads(path.read_text()) == json.loads(before):
            path.write_text(before)


def _export() -> None:
    command = [str(Path(sys.executable).with_name("reflex")), "export", "--frontend-only", "--no-zip"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, preexec_fn=die_with_parent)
    if done.returncode != 0 or not (static_dir() / "index.html").exists():
        raise ConfigurationError("The frontend could not be built:\n" + (done.stdout + done.stderr)[-3000:])
