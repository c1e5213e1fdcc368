"""Every text that was ever shown: kept when the app starts, compared when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from conference_app import database
from conference_app.config import LANGUAGES
from conference_app.models import DocumentVersion
from conference_app.models.columns import new_id
from conference_app.services.documents import registry
from conference_app.services.documents.registry import Document
from conference_app.services.documents.text_changes import ParagraphChange, paragraph_changes
from conference_app.texts import current_language, language

_BESIDE = timedelta(minutes=1)
"""Texts of one version that were kept one after the other lie within it."""


@dataclass(frozen=True, slots=True)
class Version:
    """A text, and since when it was shown."""

    text_sha256: str
    since: datetime
    text: str


async def keep_current(*, now: datetime | None = None) -> int:
    """Keep the present texts, where they are new; how many were. Several starting at once keep one each."""
    kept, now = 0, now or datetime.now(UTC)  # one time for all: so the languages of a version are known to be one
    for code in LANGUAGES:
        with language(code):
            for document in registry.DOCUMENTS:
                kept += await _keep(document, code, registry.full_text(document), now)
    return kept


async def _keep(document: Document, code: str, text: str, now: datetime) -> bool:
    newest = await versions(document, code)
    if newest and newest[0].text_sha256 == registry.sha256_of(text):
        return False
    row = DocumentVersion(
        id=new_id(), document=document, language=code, text_sha256=registry.sha256_of(text), text=text, since=now
    )
    try:
        async with database.session() as db:
            db.add(row)
    except IntegrityError:  # another process was first, or an old text is back
        return False
    return True


async def versions(document: Document, code: str = "") -> list[Version]:
    """The document's versions, newest first; at most 100."""
    query = (
        select(DocumentVersion)
        .where(DocumentVersion.document == document, DocumentVersion.language == (code or current_language()))
        .order_by(col(DocumentVersion.since).desc(), col(DocumentVersion.id))
        .limit(100)
    )
    async with database.reading() as db:
        return [Version(row.text_sha256, row.since, row.text) for row in (await db.exec(query)).all()]


async def changes(document: Document, since_sha256: str) -> list[ParagraphChange]:
    """What is new in the current language since the text with that fingerprint, whatever language it was in.

    A text of another language is compared by the version that was shown beside it. Empty if the old text is not kept.
    """
    query = select(DocumentVersion).where(
        DocumentVersion.document == document, DocumentVersion.text_sha256 == since_sha256
    )
    async with database.reading() as db:
        old = (await db.exec(query)).first()
    if old is None:
        return []
    if old.language == current_language():
        return paragraph_changes(old.text, registry.full_text(document))
    before = [one for one in await versions(document) if one.since <= old.since + _BESIDE]
    return paragraph_changes(before[0].text, registry.full_text(document)) if before else []
