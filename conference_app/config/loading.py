"""Reads the settings: each variable as the table says, then what depends on more than one of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from conference_app.config.kept_secrets import Secrets, kept_in, load_secrets
from conference_app.config.production import missing_for_production
from conference_app.config.schema import Controller, Mail, Settings
from conference_app.config.transport import unprotected
from conference_app.config.variables import check_values, read, refuse, variables
from conference_app.errors import ConfigurationError


def _writable(path: Path) -> Path:
    """The data folder, made if it is missing."""
    path = path.resolve()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as err:
        reason = err.strerror or "unknown error"
        raise ConfigurationError(
            f"The data folder {path} cannot be written ({reason}). Set PARLEY_DATA to a folder you own."
        ) from err
    return path


def _public_url(given: Settings) -> str:
    named = f"https://{given.public_host}" if given.public_host else f"http://localhost:{given.port}"
    return given.public_url or named


def _mail(given: Mail, public_url: str) -> Mail:
    return dataclasses.replace(
        given,
        port=given.port or (465 if given.tls == "tls" else 587),
        sender=given.sender or f"no-reply@{urlsplit(public_url).hostname}",
    )


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from `environ`, with secrets made where missing.

    Raises ConfigurationError with a line for each thing to set right: first every value that cannot be read, and when
    all can, everything that the whole of them lacks.
    """
    check_values((Settings, Secrets, Controller, Mail), environ)
    data_dir = _writable(variables(Settings)["data_dir"].read(environ) or Path(".data"))
    given = read(
        Settings,
        environ,
        secrets=load_secrets(environ, data_dir),
        data_dir=data_dir,
        column_key_file=None if environ.get("PARLEY_COLUMN_KEY", "").strip() else kept_in(data_dir, "column_key"),
        controller=read(Controller, environ),
    )
    public_url = _public_url(given)
    settings = dataclasses.replace(
        given,
        public_url=public_url,
        database_url=given.database_url or f"sqlite+aiosqlite:///{data_dir}/parley.db",
        mail=_mail(read(Mail, environ), public_url),
    )
    lacks = [*unprotected(settings.database_url, settings.redis_url)]
    refuse(lacks + (missing_for_production(settings) if settings.is_production else []))
    return settings
