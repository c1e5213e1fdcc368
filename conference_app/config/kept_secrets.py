"""Secrets of this installation: given by the operator, or made on first run and kept in the data folder for its owner."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from conference_app.config.variables import Variable, long_enough, set_by, variables

SECRET_LENGTH = 32
"""Characters that a secret of ours has at least: what is shorter can be guessed."""


def _kept(name: str, at_least: int = SECRET_LENGTH) -> str:
    return set_by(long_enough(name, at_least), repr=False)


def _fernet_keys(typed: str) -> str:
    for key in typed.split(","):
        Fernet(key.strip())
    return typed


_COLUMN_KEY = Variable(
    "PARLEY_COLUMN_KEY", _fernet_keys, "be Fernet keys, comma-separated, newest first", is_secret=True
)


@dataclass(frozen=True, slots=True)
class Secrets:
    """What must never leave this process: no log, page, URL or exception shows a field of it."""

    session_key: str = _kept("PARLEY_SESSION_KEY")
    """Keys the CSRF tokens and signed links; hex, 256 bits."""
    password_pepper: str = _kept("PARLEY_PASSWORD_PEPPER")
    """Keys the HMAC under bcrypt; hex, 256 bits; lost means every password must be reset."""
    column_key: str = set_by(_COLUMN_KEY, repr=False)
    """Encrypts personal columns; comma-separated Fernet keys, newest first."""
    lookup_key: str = _kept("PARLEY_LOOKUP_KEY")
    """Keys the HMAC by which encrypted columns are looked up; hex, 256 bits."""
    livekit_api_key: str = _kept("LIVEKIT_API_KEY", 0)
    livekit_api_secret: str = _kept("LIVEKIT_API_SECRET", 0)
    """The pair that the app and the media server share; production asks for a long one."""


SECRET_NAMES = tuple(variables(Secrets))


def _make_secret(name: str) -> str:
    if name == "column_key":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()  # the form of a Fernet key
    if name == "livekit_api_key":
        return "API" + secrets.token_hex(8)
    return secrets.token_hex(32)


def _read_or_make(path: Path, name: str) -> str:
    """The secret kept in `path`, made now if there is none. Two processes starting at once agree on one."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(_make_secret(name))
    try:
        os.link(draft, path)  # fails if another process was first: then its value holds
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def kept_in(data_dir: Path, name: str) -> Path:
    """Where the secret `name` is kept if the operator does not give it."""
    return data_dir / "secrets" / name


def load_secrets(environ: Mapping[str, str], data_dir: Path) -> Secrets:
    """The secrets that `environ` gives, the others from the data folder."""
    given = {name: one.read(environ) for name, one in variables(Secrets).items()}
    return Secrets(**{name: value or _read_or_make(kept_in(data_dir, name), name) for name, value in given.items()})
