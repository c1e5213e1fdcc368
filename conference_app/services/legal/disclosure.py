"""What exists about somebody that an authority may be given: who, when and how much. Never what was written or said.

What was said in meetings is not on the server at all. Of what is, texts that people wrote, pictures and what gives access
are left out: an encrypted column is given only if it is named in `METADATA`, so a new one is not given by itself.
"""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import LegalRequest
from conference_app.models.columns import EncryptedBytes, EncryptedText
from conference_app.models.data_map import PersonalTable
from conference_app.purposes import LEGAL_REQUESTS
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.legal import legal_requests
from conference_app.services.personal_data import legal_holds, personal_rows, staff_accesses
from conference_app.services.personal_data.json_values import plain
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.personal_data.table_names import words_of
from conference_app.texts import _, n_

WHAT = n_("What exists about you, for a request from an authority")
METADATA: dict[str, frozenset[str]] = {
    "account": frozenset(
        ("first_name", "last_name", "username", "email", "company", "title", "institution")
        + ("phone", "country", "time_zone")
    ),
    "address": frozenset(("email",)),
    "address_change": frozenset(("old_email", "new_email")),
    "contact_thread": frozenset(("email", "name")),
    "email_change": frozenset(("old_email", "new_email")),
    "known_device": frozenset(("browser", "system")),
    "sign_in_session": frozenset(("browser", "system", "time_zone")),
}
"""Encrypted columns that say who somebody is or what they signed in with."""
_OWN_BUSINESS = frozenset(("legal_request", "non_disclosure_change", "legal_hold", "staff_access", "data_export"))
"""Tables about what we and authorities did, which no other authority is given."""
_WORDS_IN_CLEAR = frozenset((("consent_event", "reason"), ("audit_entry", "detail")))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of rows that can be given."""

    table: str
    title: str
    """A msgid."""


def kinds() -> list[Kind]:
    """Everything that can be given, in the order of the data map."""
    known = personal_rows.tables()
    return [Kind(name, words_of(name).title) for name, one in known.items() if columns_of(one)]


def columns_of(one: PersonalTable) -> list[str]:
    """The columns of a table that are given."""
    name = one.table.name
    if name in _OWN_BUSINESS:
        return []
    return [column for column, tag in one.tags.items() if tag.exported and _is_metadata(one, name, column)]


def _is_metadata(one: PersonalTable, table: str, column: str) -> bool:
    if isinstance(one.table.columns[column].type, EncryptedText | EncryptedBytes):
        return column in METADATA.get(table, ())
    return (table, column) not in _WORDS_IN_CLEAR


async def make(
    request_id: str, tables: Collection[str], reason: str, *, staff_id: str, now: datetime | None = None
) -> bytes:
    """A zip with what `tables` hold of the person whom a legal request is about. That it was made is told to the person.

    Where a law forbids to tell, it is told when that is over. Raises NotFound, and InvalidInput (keys: reason, tables).
    """
    reason, now = legal_holds.check_reason(reason), now or datetime.now(UTC)
    wanted = [kind for kind in kinds() if kind.table in tables]
    if not wanted:
        wrong = {"tables": ConferenceError(n_("Choose what was asked for."))}
        raise InvalidInput(wrong)
    async with database.session(LEGAL_REQUESTS) as db:
        row = await db.get(LegalRequest, request_id, with_for_update=True)
        person = await _person(db, row) if row is not None else None
        if row is None or person is None:
            raise NotFound(legal_requests.GONE)
        await staff_accesses.note(db, person, staff_id=staff_id, what=WHAT, reason=reason, legal_request=row, now=now)
        await audit.record(db, AuditTag.STAFF_DISCLOSED, account_id=staff_id, detail=row.id, now=now)
        found = {kind.table: await _rows(db, kind, person) for kind in wanted}
    return await asyncio.to_thread(_zip, found, now)


async def _person(db: AsyncSession, row: LegalRequest) -> DataOwner | None:
    """Whom it is about; None if that is nobody, or gone."""
    if row.account_id is not None:
        return await personal_rows.of_account(db, row.account_id)
    return personal_rows.of_email(row.email_key) if row.email_key is not None else None


async def _rows(db: AsyncSession, kind: Kind, person: DataOwner) -> dict[str, Any]:
    one = personal_rows.tables()[kind.table]
    columns = columns_of(one)
    return {
        "title": _(kind.title),
        "columns": {name: _(one.tags[name].label) for name in columns},
        "rows": [
            {name: plain(row[name]) for name in columns} async for row in personal_rows.read(db, kind.table, person)
        ],
    }


def _zip(found: dict[str, Any], made_at: datetime) -> bytes:
    about = "\n\n".join(
        (
            _("Made by {name} on {when} UTC.", name=settings().controller.name, when=f"{made_at:%Y-%m-%d %H:%M}"),
            _("This file holds metadata only: who somebody is here, and what happened when."),
            _("What was said, shown or written in meetings is not on this server, so nobody can hand it over."),
        )
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.txt", about)
        archive.writestr("metadata.json", json.dumps(found, ensure_ascii=False, indent=1))
    return out.getvalue()
