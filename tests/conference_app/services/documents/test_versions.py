"""What changed since a text was accepted, read in whatever language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import LANGUAGES, Settings
from conference_app.models import DocumentVersion
from conference_app.services.documents import registry, versions
from conference_app.services.documents.text_changes import Piece
from conference_app.texts import current_language, language
from tests.fakes import LOOKING


def grow(monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    """The terms have one more paragraph from now on, in each language its own."""
    before = registry.full_text
    monkeypatch.setattr(registry, "full_text", lambda name: f"{before(name)}\n\n{words} {current_language()}")


async def parted(milliseconds: int) -> None:
    """As a database that kept one text after the other: the second language is a little younger."""
    async with database.session(*LOOKING) as db:
        for row in (await db.exec(select(DocumentVersion))).all():
            row.since += timedelta(milliseconds=milliseconds * LANGUAGES.index(row.language))


@pytest.mark.promise("P41")
@pytest.mark.parametrize("milliseconds", [0, 17])
@pytest.mark.parametrize(("accepted_in", "read_in"), [("en", "pl"), ("pl", "en")])
async def test_what_is_new_since_a_text_in_another_language(
    sqlite_db: Settings, monkeypatch: pytest.MonkeyPatch, accepted_in: str, read_in: str, milliseconds: int
) -> None:
    assert await versions.keep_current() == 4
    await parted(milliseconds)
    with language(accepted_in):
        first = registry.fingerprint("terms")
    grow(monkeypatch, "One")
    with language(read_in):
        since_first = await versions.changes("terms", first)
    assert [one.pieces for one in since_first if one.kind != "same"] == [(Piece("added", f"One {read_in}"),)]


async def test_the_languages_of_a_version_are_of_one_time(sqlite_db: Settings) -> None:
    await versions.keep_current()
    async with database.reading(*LOOKING) as db:
        assert len({row.since for row in (await db.exec(select(DocumentVersion))).all()}) == 1
