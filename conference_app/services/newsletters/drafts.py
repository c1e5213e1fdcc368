"""Newsletters that are being written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Newsletter
from conference_app.services.emails import secret_requests
from conference_app.services.newsletters import topics
from conference_app.services.newsletters.views import Draft, Stage
from conference_app.texts import n_

SUBJECT_LENGTH = 150
BODY_LENGTH = 20_000


def checked(draft: Draft) -> Draft:
    """The draft, cut to what is stored. Raises InvalidInput for what is too long or asks for a secret."""
    wrong: dict[str, ConferenceError] = {}
    for name, most in (
        ("subject_en", SUBJECT_LENGTH),
        ("subject_pl", SUBJECT_LENGTH),
        ("body_en", BODY_LENGTH),
        ("body_pl", BODY_LENGTH),
    ):
        if len(getattr(draft, name)) > most:
            wrong[name] = ConferenceError(n_("Use at most {most} characters."), most=most)
        elif problem := secret_requests.problem(getattr(draft, name)):
            wrong[name] = problem
    if wrong:
        raise InvalidInput(wrong)
    return Draft(
        " ".join(draft.subject_en.split()),
        " ".join(draft.subject_pl.split()),
        draft.body_en.replace("\r\n", "\n").strip(),
        draft.body_pl.replace("\r\n", "\n").strip(),
        draft.topic_id,
    )


async def save(draft: Draft, newsletter_id: str = "", *, now: datetime | None = None) -> str:
    """Keep a draft, new or known; its identifier. Raises InvalidInput, NotFound for one that left already."""
    draft, now = checked(draft), now or datetime.now(UTC)
    async with database.session() as db:
        if draft.topic_id:
            await topics.require_open(db, draft.topic_id, now)
        if newsletter_id:
            row = await of_id(db, newsletter_id)
        else:
            row = Newsletter(status=Stage.DRAFT, created_at=now, changed_at=now)
        row.subject_en, row.subject_pl = draft.subject_en, draft.subject_pl
        row.body_en, row.body_pl, row.changed_at = draft.body_en, draft.body_pl, now
        row.topic_id = draft.topic_id or None
        db.add(row)
        return row.id


async def of_id(db: AsyncSession, newsletter_id: str) -> Newsletter:
    """The draft, to be changed in the caller's transaction. Raises NotFound for one that left already."""
    return waiting(await db.get(Newsletter, newsletter_id[:32], with_for_update=True))


def waiting(row: Newsletter | None) -> Newsletter:
    """`row`, if it is a draft. Raises NotFound."""
    if row is None or row.status != Stage.DRAFT:
        raise NotFound(n_("This draft no longer exists."))
    return row


async def discard(newsletter_id: str) -> None:
    """Delete a draft. Raises NotFound."""
    async with database.session() as db:
        await db.delete(await of_id(db, newsletter_id))


def require_texts(row: Newsletter, codes: Sequence[str]) -> None:
    """Raises InvalidInput, unless subject and text are written in the languages `codes`."""
    names = [f"{part}_{code}" for code in codes for part in ("subject", "body")]
    missing = {name: ConferenceError(n_("Write this in both languages.")) for name in names if not getattr(row, name)}
    if missing:
        raise InvalidInput(missing)
