"""A database or Redis on another machine is spoken to over TLS, with its certificate checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from conference_app.config import load_settings
from conference_app.errors import ConfigurationError
from tests.conference_app.config.environments import environment

CLEAR = [
    ("PARLEY_DATABASE_URL", "postgresql://me:canary@db.real-company.org/parley"),
    ("PARLEY_DATABASE_URL", "postgresql+psycopg://me:canary@10.0.0.7:5432/parley?sslmode=require"),
    ("PARLEY_DATABASE_URL", "postgresql://me:canary@localhost,db2.real-company.org/parley"),
    ("PARLEY_DATABASE_URL", "postgresql:///parley?user=me&password=canary&host=db.real-company.org"),
    ("PARLEY_DATABASE_URL", "postgresql://me:canary@[2001:db8::7]/parley"),
    ("PARLEY_REDIS_URL", "redis://:canary@redis.real-company.org:6379/0"),
    ("PARLEY_REDIS_URL", "rediss://:canary@redis.real-company.org?ssl_cert_reqs=none"),
    ("PARLEY_REDIS_URL", "rediss://:canary@redis.real-company.org?ssl_check_hostname=false"),
]
PROTECTED = [
    ("PARLEY_DATABASE_URL", "postgresql://me@db.real-company.org/parley?sslmode=verify-full&sslrootcert=system"),
    ("PARLEY_DATABASE_URL", "postgresql://me@localhost:5433/parley"),
    ("PARLEY_DATABASE_URL", "postgresql://me@[::1]/parley"),
    ("PARLEY_DATABASE_URL", "postgresql:///parley?host=/var/run/postgresql"),
    ("PARLEY_DATABASE_URL", "postgresql://%2Fvar%2Frun%2Fpostgresql/parley"),
    ("PARLEY_REDIS_URL", "rediss://redis.real-company.org:6380/0"),
    ("PARLEY_REDIS_URL", "redis://127.0.0.1:6379/0"),
    ("PARLEY_REDIS_URL", "unix:///run/redis/redis.sock"),
]


@pytest.mark.parametrize(("name", "url"), CLEAR)
def test_a_connection_in_clear_is_refused_in_one_line_without_its_password(tmp_path: Path, name: str, url: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} [^\n]*$") as caught:
        load_settings(environment(tmp_path, **{name: url}))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(("name", "url"), PROTECTED)
def test_a_protected_or_local_connection_is_taken(tmp_path: Path, name: str, url: str) -> None:
    made = load_settings(environment(tmp_path, **{name: url}))
    assert url in (made.database_url, made.redis_url)
