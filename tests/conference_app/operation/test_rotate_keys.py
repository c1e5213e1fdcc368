"""New keys for the encrypted columns: every value is renewed, nothing is lost, a broken-off run goes on."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import text
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings, settings
from conference_app.errors import ConfigurationError
from conference_app.models import Account, Meeting, SQLModel
from conference_app.models.columns import EncryptedBytes, EncryptedText
from conference_app.operation import rotate_keys
from conference_app.operation.rotate_keys import rotate
from conference_app.services.accounts import photos
from tests.conference_app.people import meeting_of, registered
from tests.conference_app.services.accounts.test_profiles import picture
from tests.fakes import LOOKING

pytestmark = pytest.mark.both_databases


SAID: list[str] = []


def keys() -> list[str]:
    """The keys in force, newest first."""
    path = settings().column_key_file
    assert path is not None
    return path.read_text().strip().split(",")


async def raw_values() -> list[bytes]:
    """Every encrypted value of the database, as it stands there."""
    found: list[bytes] = []
    async with database.reading(*LOOKING) as db:
        connection = await db.connection()
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, EncryptedText | EncryptedBytes):
                    rows = await connection.execute(text(f'SELECT "{column.name}" FROM "{table.name}"'))  # noqa: S608
                    found += [bytes(value) for (value,) in rows if value is not None]
    return found


def readable(values: list[bytes], key: str) -> int:
    """How many of the values `key` alone can read."""
    good = 0
    for value in values:
        try:
            Fernet(key).decrypt(value)
        except InvalidToken:
            continue
        good += 1
    return good


@pytest.mark.slow
async def test_every_value_is_renewed_and_reads_as_before(db: Settings) -> None:
    people = [await registered(f"ann{number}", optional={"company": "Acme"}) for number in range(5)]
    for one in people:
        await meeting_of(one, "Plans")
    ann = people[0]
    await photos.store(ann.id, picture())
    before, old = await raw_values(), keys()[0]
    await rotate(drop_old=False, say=SAID.append, settle_s=0)
    new, values = keys()[0], await raw_values()
    assert keys() == [new, old]
    assert len(values) == len(before) > 30
    assert readable(values, new) == len(values)
    await rotate(drop_old=True, say=SAID.append, settle_s=0)
    assert keys() == [new]
    assert await photos.load(ann.id) is not None
    async with database.reading(*LOOKING) as session:
        kept = (await session.exec(select(Account))).all()
        assert {one.company for one in kept} == {"Acme"}
        assert {one.subject for one in (await session.exec(select(Meeting))).all()} == {"Plans"}
    assert any(line.startswith("account: done") for line in SAID)


async def test_a_running_product_writes_with_the_new_key_at_once(db: Settings) -> None:
    await registered("ann")
    rotate_keys.add_key()
    await registered("bob")
    assert 0 < readable(await raw_values(), keys()[0]) < len(await raw_values())


@pytest.mark.slow
async def test_a_run_that_broke_off_goes_on_with_its_key(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotate_keys, "BATCH", 2)
    for number in range(7):
        await registered(f"ann{number}")
    renew, calls = rotate_keys._renew, 0

    async def breaks_off(*arguments: object) -> int:
        nonlocal calls
        calls += 1
        if calls > 5:
            raise KeyboardInterrupt
        return await renew(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(rotate_keys, "_renew", breaks_off)
        with pytest.raises(KeyboardInterrupt):
            await rotate(drop_old=False, say=SAID.append, settle_s=0)
    begun = keys()
    assert 0 < readable(await raw_values(), begun[0]) < len(await raw_values())
    await rotate(drop_old=False, say=SAID.append, settle_s=0)
    new_keys, values = keys(), await raw_values()
    assert readable(values, new_keys[0]) == len(values)
    assert begun[0] in new_keys


async def test_keys_of_the_operator_are_not_touched(db: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await registered("ann")
    old, new = keys()[0], Fernet.generate_key().decode()
    monkeypatch.setenv("PARLEY_COLUMN_KEY", f"{new},{old}")
    settings.cache_clear()
    await rotate(drop_old=False, say=SAID.append, settle_s=0)
    values = await raw_values()
    assert readable(values, new) == len(values)
    with pytest.raises(ConfigurationError):
        await rotate(drop_old=True, say=SAID.append, settle_s=0)
    async with database.reading(*LOOKING) as session:
        assert (await session.get(Account, ann.id)).first_name == "Ann"  # type: ignore[union-attr]
