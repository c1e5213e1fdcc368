"""Whether a use of somebody's data has a legal basis at this moment (GDPR Art. 6): asked before each such use.

| basis               | lives                                                                              |
|---------------------|------------------------------------------------------------------------------------|
| legal obligation    | always                                                                             |
| contract            | while the person is known, and the account is not deactivated                       |
| legitimate interest | besides, while the person has not restricted its use (Art. 18) or objected (Art. 21) |
| consent             | besides, while the newest entry of the ledger (or of the meeting) says so           |

    live = await legal_basis.require(db, subject, NEWSLETTER)
    async with database.within(db, live) as own:
        address = await own.get(Address, subject.id)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, exists, or_, true
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.errors import NoConsent, NoLiveBasis
from conference_app.models import Account, Address, MeetingMailGrant, PrivacyState
from conference_app.purposes import PARTICIPANT_MAIL, LiveBasis, Purpose
from conference_app.services.consent import live_consents, person_state
from conference_app.services.people.subjects import Subject, SubjectKind
from conference_app.texts import n_

_NO_CONSENT = n_("This needs a consent that was not given, or was taken back.")
_NO_BASIS = n_("This cannot be done with your data now: you restricted its use, objected, or paused your account.")


async def require(
    db: AsyncSession, subject: Subject, purpose: Purpose, detail: str = "", *, now: datetime | None = None
) -> LiveBasis:
    """What opens a session for `purpose` and this person; `detail` names the topic or meeting of purposes that have one.

    Raises NoConsent where the person must agree and does not, NoLiveBasis where something else stands against it.
    """
    live = await with_basis(db, purpose, [subject], detail, now=now)
    if (subject.kind, subject.id) in live.subjects:
        return live
    if purpose.basis == "consent":
        raise NoConsent(_NO_CONSENT)
    raise NoLiveBasis(_NO_BASIS)


async def with_basis(
    db: AsyncSession, purpose: Purpose, subjects: Iterable[Subject], detail: str = "", *, now: datetime | None = None
) -> LiveBasis:
    """The same for many people, in one statement for each kind: names those of `subjects` whose basis lives."""
    asked, found = list(subjects), set[tuple[str, str]]()
    tables: tuple[tuple[SubjectKind, type[Account] | type[Address]], ...] = (("account", Account), ("address", Address))
    for kind, table in tables:
        ids = [one.id for one in asked if one.kind == kind]
        if ids:
            person = aliased(table)
            lives = _lives(kind, col(person.id), purpose, detail, now or datetime.now(UTC))  # pyright: ignore[reportArgumentType]
            rows = await db.exec(select(person.id).where(col(person.id).in_(ids), lives))
            found |= {(kind, row) for row in rows.all()}
    return LiveBasis(purpose, frozenset(found))


def _lives(
    kind: SubjectKind, person: ColumnElement[str], purpose: Purpose, detail: str, now: datetime
) -> ColumnElement[bool]:
    match purpose.basis:
        case "legal_obligation":
            return true()
        case "contract":
            return ~_is_deactivated(kind, person)
        case "legitimate_interest":
            return and_(person_state.is_free(kind, person), ~_has_objected(kind, person, purpose))
        case "consent" if purpose == PARTICIPANT_MAIL:
            return and_(person_state.is_free(kind, person), _takes_part(person, detail))
        case "consent":
            agreed = f"{purpose.id}:{detail}" if purpose.has_detail else purpose.id
            return and_(person_state.is_free(kind, person), live_consents.agrees(kind, person, agreed, now))


def _is_deactivated(kind: SubjectKind, person: ColumnElement[str]) -> ColumnElement[bool]:
    paused = or_(col(PrivacyState.deactivated_at).is_not(None), col(PrivacyState.erase_due_at).is_not(None))
    if kind == "account":
        return exists().where(col(PrivacyState.account_id) == person, paused)
    key = select(Address.email_key).where(col(Address.id) == person).correlate_except(Address).scalar_subquery()
    return exists().where(col(PrivacyState.email_key) == key, paused)


def _has_objected(kind: SubjectKind, person: ColumnElement[str], purpose: Purpose) -> ColumnElement[bool]:
    """An objection stands until it is taken back: of such a purpose the ledger holds no other entries."""
    return live_consents.objects(kind, person, purpose.id)


def _takes_part(person: ColumnElement[str], meeting_id: str) -> ColumnElement[bool]:
    return exists().where(col(MeetingMailGrant.address_id) == person, col(MeetingMailGrant.meeting_id) == meeting_id)
