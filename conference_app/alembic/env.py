"""Runs migrations on the connection `operation.migrations` gives, or on the settings' database from the command line."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, create_engine
from sqlmodel import AutoString

from conference_app.config import settings
from conference_app.database import driver_url
from conference_app.models import SQLModel
from conference_app.models.columns import EncryptedBytes, EncryptedText, UTCDateTime


def _render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our types as the plain types under them, since a migration never imports the models."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, (EncryptedText, EncryptedBytes)):
        return "sa.LargeBinary()"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String(length={item.length})"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=_render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    _run(given)
else:
    with create_engine(driver_url(settings().database_url, sync=True)).connect() as own:
        _run(own)
        own.commit()
