"""What is collected: what people give themselves, nothing looked up elsewhere, nothing of what is said in meetings."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import conference_app
from conference_app import database
from conference_app.config import Settings
from conference_app.errors import NotFound
from conference_app.models import Account
from conference_app.services.meetings import meetings
from conference_app.services.personal_data import personal_rows
from conference_app.services.personal_data.personal_rows import DataOwner
from tests.conference_app.people import form, meeting_of, registered
from tests.fakes import LOOKING

ROOT = Path(conference_app.__file__).parent
CLIENTS = {"httpx", "aiohttp", "requests", "urllib", "aiosmtplib", "smtplib", "websockets", "socket", "ftplib", "dns"}
MAY_CONNECT = {"services/media_server/room_service.py", "services/mail/smtp.py", "api/room/signalling_relay.py"}
"""The media server, the operator's mail server, and the relay to the media server."""
HARMLESS = {"urllib.parse"}


def connecting() -> set[str]:
    """The product's modules that import something with which one can reach another machine."""
    found: set[str] = set()
    for file in ROOT.rglob("*.py"):
        name = file.relative_to(ROOT).as_posix()
        if name.startswith(("operation/", "embedded/")):
            continue  # starting and checking the product's own processes
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(one.split(".")[0] in CLIENTS and one not in HARMLESS for one in modules):
                found.add(name)
    return found


@pytest.mark.promise("P36")
@pytest.mark.slow
def test_nothing_is_looked_up_elsewhere() -> None:
    assert connecting() == MAY_CONNECT


@pytest.mark.promise("P36")
async def test_an_account_holds_what_was_typed_and_no_more(db: Settings) -> None:
    typed = form("ann")
    account = await registered("ann")
    own = {
        "id",
        "username_key",
        "email_key",
        "claim_key",
        "password_hash",
        "created_at",
        "lapses_at",
        "role",
        "language",
    }
    async with database.reading(*LOOKING) as session:
        row = await session.get(Account, account.id)
    assert row is not None
    kept = {name for name, value in row.model_dump().items() if value is not None} - own
    assert kept == {"first_name", "last_name", "username", "email"}
    assert (row.first_name, row.last_name, row.username, row.email) == (
        typed.first_name,
        typed.last_name,
        typed.username,
        typed.email,
    )


@pytest.mark.promise("P66")
async def test_a_hosts_meetings_and_guests_are_that_hosts_alone(db: Settings) -> None:
    ann, bob = await registered("ann"), await registered("bob")
    made = await meeting_of(ann, "Board")
    for act in (meetings.get_own, meetings.open_room, meetings.delete):
        with pytest.raises(NotFound):
            await act(bob.id, made.code)
    async with database.reading(*LOOKING) as session:
        assert "meeting" not in await personal_rows.count(session, DataOwner(bob.id))


@pytest.mark.promise("P104")
def test_there_is_nothing_of_what_was_said_to_hand_out() -> None:
    """A court gets what exists: when and under which subject people met, never what they said, wrote or showed."""
    known = personal_rows.tables()
    about_meetings = {
        name: set(one.table.columns.keys()) for name, one in known.items() if "meeting_id" in one.table.columns
    }
    words = {"message", "body", "text", "chat", "audio", "video", "recording", "content", "file", "notes", "transcript"}
    assert "admission" in about_meetings
    assert not {name for name, columns in about_meetings.items() if columns & words}
    assert not set(known["meeting"].table.columns.keys()) & words
