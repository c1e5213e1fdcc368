"""Canaries: a name, an address and a password are put in, and nothing on disk or in a log has them in clear."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import ConferenceError
from conference_app.models import Account, SQLModel
from conference_app.pages.accounts.details import AccountState
from conference_app.pages.accounts.register import RegisterState
from conference_app.pages.sign_in.sign_in import SignInState
from conference_app.services.accounts import profiles
from conference_app.services.sign_in import account_passwords, email_proofs, passkeys
from conference_app.services.sign_in.by_password import sign_in
from tests.conference_app.authenticator import Authenticator
from tests.conference_app.people import ADDRESS, confirmed, meeting_of, session_of, session_token
from tests.conference_app.services.sign_in.test_second_factors import with_app
from tests.conference_app.tabs import Tab, name_of, processing
from tests.fakes import LOOKING
from tests.mailing import Mails

pytestmark = pytest.mark.both_databases


PASSWORD = "canarypassword with words"
WORDS = [b"canary"]


def holding(folder: Path, word: bytes) -> list[str]:
    """The files of a folder that hold `word`, whatever its capitals."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if word in path.read_bytes().lower()]


def files_of(folder: Path) -> list[str]:
    """The names of every file under a folder."""
    return [path.name for path in folder.rglob("*")]


def back_up(source: Path, target: Path) -> None:
    """What an operator's backup holds: SQLite's own way to copy a database in use."""
    with closing(sqlite3.connect(source)) as used, closing(sqlite3.connect(target)) as copy:
        used.backup(copy)
        assert copy.execute("SELECT count(*) FROM account").fetchone() == (1,)


async def live_through_everything(mails: Mails) -> None:
    """One person's whole life: registered, confirmed, changed, protected, signed in and out, mailed."""
    ann = await confirmed("canaryuser", email="canary@example.com", first_name="Canary", password=PASSWORD)
    session = await session_of(ann)
    await profiles.update(
        ann.id,
        {"first_name": "Canary", "last_name": "Canarysson", "username": "canaryuser", "company": "Canary Ltd"},
    )
    await meeting_of(ann, "canary subject", pass_phrase="canary phrase")
    device, ceremony = Authenticator(), await passkeys.begin_adding(ann.id)
    await passkeys.finish_adding(ann.id, "canary phone", device.create(ceremony.options), ceremony.challenge)
    await with_app(ann, datetime.now(UTC))
    await account_passwords.ask_reset("canary@example.com", address=ADDRESS)
    await email_proofs.ask_change(ann.id, "canary2@example.com", PASSWORD, address=ADDRESS)
    for email, password in (("canary@example.com", "wrong canary"), ("canary3@example.com", PASSWORD)):
        with pytest.raises(ConferenceError):
            await sign_in(email, password, address=ADDRESS)
    await account_passwords.change_password(
        ann.id, PASSWORD, "canaryother long words", session_hash=session.session_hash, address=ADDRESS
    )
    await mails.deliver()


@pytest.mark.promise("P23")
@pytest.mark.promise("P78")
@pytest.mark.promise("P79")
@pytest.mark.slow
async def test_no_canary_stands_on_the_disk_or_in_a_log(
    own_sqlite: Settings, mails: Mails, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await live_through_everything(mails)
    back_up(tmp_path / "parley.db", tmp_path / "backup.db")
    database_files = holding(tmp_path, b"sqlite format 3")
    found = {
        name for word in WORDS for name in holding(tmp_path, word) if name in database_files or "parley.db" in name
    }
    found |= {name for word in WORDS for name in holding(tmp_path / "data", word)}
    assert {"parley.db", "backup.db"} <= set(database_files)
    assert found == set()
    assert "parley.db-wal" in files_of(tmp_path)  # the log of writes was looked at too
    assert "canary" not in caplog.text.lower()


@pytest.mark.promise("P79")
async def test_no_canary_stands_in_postgres(db: Settings, mails: Mails) -> None:
    await live_through_everything(mails)
    async with database.reading(*LOOKING) as session:
        connection = await session.connection()
        for table in SQLModel.metadata.sorted_tables:
            rows = (await connection.execute(text(f'SELECT * FROM "{table.name}"'))).all()  # noqa: S608
            assert "canary" not in repr(rows).lower(), table.name


@pytest.mark.promise("P23")
@pytest.mark.promise("P78")
async def test_the_kept_password_names_its_scheme_and_has_its_own_salt(db: Settings) -> None:
    for username in ("ann", "bob"):
        await confirmed(username, password=PASSWORD)
    async with database.reading(*LOOKING) as session:
        kept = (await session.exec(select(Account.password_hash))).all()
    assert all(one.startswith("bcrypt-hmac-sha384$$2b$") for one in kept)
    assert len(set(kept)) == 2


@pytest.mark.promise("P23")
@pytest.mark.promise("P79")
async def test_no_password_comes_back_over_the_socket_or_stays_in_a_state(sqlite_db: Settings) -> None:
    async with processing() as processor:
        tab = Tab(processor, path="/register")
        form = {
            "first_name": "Ann",
            "last_name": "Nowak",
            "username": "ann",
            "email": "ann@example.com",
            "password": PASSWORD,
        }
        await tab.send(name_of(RegisterState.submit), form=form)  # refused: nothing accepted
        await tab.send(name_of(RegisterState.submit), form=form | {"accepted": "on"})
        await tab.send(name_of(SignInState.submit), form={"email": "ann@example.com", "password": PASSWORD + "!"})
        await tab.send(name_of(SignInState.submit), form={"email": "ann@example.com", "password": PASSWORD})
        for state in (RegisterState, SignInState):
            assert PASSWORD not in repr(await tab.vars_of(state))
        assert processor.errors == []
        assert PASSWORD not in processor.wire


@pytest.mark.promise("P17")
@pytest.mark.promise("P76")
async def test_a_profile_is_shown_to_its_owner_only(sqlite_db: Settings) -> None:
    ann, eve = await confirmed("ann", last_name="Canary"), await confirmed("eve")
    async with processing() as processor:
        for tab in (
            Tab(processor, path="/account"),
            Tab.signed_in(processor, await session_token(eve), path="/account"),
        ):
            await tab.send(name_of(AccountState.load))
            assert "Canary" not in processor.wire
        hers = Tab.signed_in(processor, await session_token(ann), path="/account")
        await hers.send(name_of(AccountState.load))
        assert "Canary" in processor.wire
