"""Secrets of this installation: given by the operator, or made on first run and kept in the data folder for its owner."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from conference_app.config import kept_files
from conference_app.config.variables import Variable, long_enough, refuse, set_by, variables
from conference_app.errors import ConfigurationError

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
_PAIR = ("livekit_api_key", "livekit_api_secret")
"""A LiveKit server may have been given short ones; production has its say about that."""


def _make_secret(name: str) -> str:
    if name == "column_key":
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()  # the form of a Fernet key
    if name == "livekit_api_key":
        return "API" + secrets.token_hex(8)
    return secrets.token_hex(32)


def _read_or_make(path: Path, name: str) -> str:
    """The secret kept in `path`, made now if there is none. Two processes starting at once agree on one.

    Raises ConfigurationError when it cannot be read or kept, or is not what was kept: an empty key would still sign.
    """
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            kept_files.create(path, _make_secret(name))
        kept = path.read_text(encoding="ascii").strip()
    except OSError as err:
        raise ConfigurationError(f"The secret {path} cannot be read or kept ({err.strerror}).") from err
    except UnicodeDecodeError:
        kept = ""
    return _checked(path, name, kept)


def _checked(path: Path, name: str, kept: str) -> str:
    """`kept`, if it has the form of the secret `name`."""
    variable = variables(Secrets)[name]
    try:
        if not kept or not kept.isprintable():
            raise ValueError
        return variable.parse(kept)
    except ValueError:
        must = variable.must if name not in _PAIR else "be text"
        raise ConfigurationError(
            f"The secret {path} is damaged: it must {must}. Bring it back from a backup. Removing it has a new one made,"
            " with which nothing that the old one protects can be opened."
        ) from None


def kept_in(data_dir: Path, name: str) -> Path:
    """Where the secret `name` is kept if the operator does not give it."""
    return data_dir / "secrets" / name


def load_secrets(environ: Mapping[str, str], data_dir: Path) -> Secrets:
    """The secrets that `environ` gives, the others from the data folder.

    Raises ConfigurationError with a line for each that cannot be used.
    """
    given = {name: one.read(environ) for name, one in variables(Secrets).items()}
    values, wrong = dict[str, str](), list[str]()
    for name, value in given.items():
        try:
            values[name] = value or _read_or_make(kept_in(data_dir, name), name)
        except ConfigurationError as err:
            wrong.append(str(err))
    refuse(wrong)
    return Secrets(**values)
