"""Acceptance of the terms and the privacy policy: recorded with the exact text, asked for again when that changes."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import ConsentRecord, SignInSession
from conference_app.purposes import ACCEPTANCE
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.documents import registry
from conference_app.services.documents.registry import DOCUMENTS, Document
from conference_app.texts import current_language, language


def texts() -> dict[Document, str]:
    """The SHA-256 of every document as it stands in the current language."""
    return {document: registry.fingerprint(document) for document in DOCUMENTS}


def add_records(db: AsyncSession, account_id: str, code: str, *, now: datetime) -> None:
    """Write down that the account accepts every document as it stands in language `code`, the one it was read in."""
    with language(code):
        for document, fingerprint in texts().items():
            db.add(
                ConsentRecord(
                    account_id=account_id,
                    document=document,
                    language=code,
                    text_sha256=fingerprint,
                    accepted_at=now,
                )
            )


async def _last(db: AsyncSession, account_id: str, document: Document, now: datetime) -> ConsentRecord | None:
    """The newest record; one of the future is from before the clock was set back, and hides none that came after it."""
    query = (
        select(ConsentRecord)
        .where(ConsentRecord.account_id == account_id, ConsentRecord.document == document)
        .order_by(col(ConsentRecord.accepted_at) > now, col(ConsentRecord.accepted_at).desc())
        .limit(1)
    )
    return (await db.exec(query)).first()


async def changed_since(db: AsyncSession, account_id: str, *, now: datetime) -> dict[Document, str]:
    """The documents whose text is no longer the one the account accepted, each with the accepted text's SHA-256.

    A text is compared in the language it was accepted in, so that reading in another asks nobody anything.
    """
    changed: dict[Document, str] = {}
    for document in DOCUMENTS:
        record = await _last(db, account_id, document, now)
        with language(record.language if record else current_language()):
            now_text = registry.fingerprint(document)
        if record is None or record.text_sha256 != now_text:
            changed[document] = record.text_sha256 if record else ""
    return changed


async def waiting(account_id: str, *, now: datetime | None = None) -> dict[Document, str]:
    """`changed_since` in a reading of its own: for the page that asks."""
    async with database.reading(ACCEPTANCE) as db:
        return await changed_since(db, account_id, now=now or datetime.now(UTC))


async def accept(account_id: str, session_hash: str, code: str, *, now: datetime | None = None) -> None:
    """The person has read and accepts the documents in language `code`; their session is open from now on."""
    now = now or datetime.now(UTC)
    async with database.session() as db:
        add_records(db, account_id, code, now=now)
        if session := await db.get(SignInSession, bytes.fromhex(session_hash)):
            session.must_accept = False
        await audit.record(db, AuditTag.DOCUMENTS_ACCEPTED, account_id=account_id, now=now)
