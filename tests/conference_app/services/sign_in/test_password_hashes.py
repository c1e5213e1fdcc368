"""Passwords: a flood is turned away, and the meter is honest."""

from __future__ import annotations

import asyncio

import pytest

from conference_app.config import Settings, settings
from conference_app.errors import Unavailable
from conference_app.services.sign_in import password_hashes
from conference_app.services.sign_in.password_hashes import check_password, hash_password


async def test_hashing_leaves_the_loop_free_and_a_flood_is_turned_away() -> None:
    results = await asyncio.gather(*(hash_password(f"password {i}") for i in range(100)), return_exceptions=True)
    assert sum(isinstance(one, str) for one in results) == password_hashes._MAX_WAITING
    assert sum(isinstance(one, Unavailable) for one in results) == 100 - password_hashes._MAX_WAITING
    assert await check_password("again", await hash_password("again"))


async def test_the_product_uses_the_cost_it_says() -> None:
    import importlib.util

    spec = importlib.util.find_spec("conference_app.services.sign_in.password_hashes")
    assert spec is not None
    assert spec.loader is not None
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    assert fresh.ROUNDS == 12  # the fixture lowers it for every other test


@pytest.mark.promise("P78")
async def test_the_database_alone_checks_no_password(monkeypatch: pytest.MonkeyPatch, sqlite_db: Settings) -> None:
    kept = await hash_password("a quite long password")
    pepper = sqlite_db.secrets.password_pepper
    assert await check_password("a quite long password", kept)
    assert pepper not in kept
    assert (sqlite_db.data_dir / "secrets" / "password_pepper").read_text() == pepper  # beside the database, not in it
    assert (sqlite_db.data_dir / "secrets" / "password_pepper").stat().st_mode & 0o077 == 0
    monkeypatch.setenv("PARLEY_PASSWORD_PEPPER", "00" * 32)
    settings.cache_clear()
    assert not await check_password("a quite long password", kept)


@pytest.mark.promise("P78")
async def test_all_of_a_long_password_counts() -> None:
    kept = await hash_password("x" * 100 + "a")  # bcrypt alone reads 72 bytes
    assert not await check_password("x" * 100 + "b", kept)
    assert not await check_password("x" * 72, kept)


@pytest.mark.parametrize("kept", [None, "", "plain", "md5$abc"])
async def test_what_is_no_hash_of_ours_fits_nothing(kept: str | None) -> None:
    assert not await check_password("anything", kept)
