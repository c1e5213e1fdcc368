"""The log of legal requests by courts and authorities: noted by staff, decided, counted for everybody to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, cast, get_args

from sqlmodel import col, func, select

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import DocumentVersion, LegalRequest
from conference_app.models.columns import new_id
from conference_app.purposes import LEGAL_REQUESTS
from conference_app.services import audit, paging
from conference_app.services.audit import AuditTag
from conference_app.services.limits import rate_limits
from conference_app.services.paging import Page
from conference_app.services.personal_data import lookup
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.texts import n_

Kind = Literal["subpoena", "court_order", "other"]
Decision = Literal["pending", "refused", "partly", "answered"]
KINDS: dict[Kind, str] = {
    "subpoena": n_("A subpoena"),
    "court_order": n_("A court order"),
    "other": n_("Another request"),
}
"""msgids."""
DECISIONS: dict[Decision, str] = {
    "pending": n_("Not decided yet"),
    "refused": n_("Refused"),
    "partly": n_("Answered in part"),
    "answered": n_("Answered"),
}
"""msgids."""
LENGTHS = {"authority": 200, "reference": 200, "scope": 2000, "handed_out": 2000}
"""Characters of each text at most."""
LONGEST_ORDER = timedelta(days=5 * 365)
YEARS = 5
"""As long as entries are kept, so many years can be counted."""
GONE = n_("This request no longer exists.")


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a member of the staff typed, unchecked."""

    kind: str
    authority: str = field(repr=False)
    reference: str = field(repr=False)
    scope: str = field(repr=False)
    wanted: str = field(repr=False)
    """E-mail address or username of whom it is about; empty if it is about nobody in particular."""
    received_on: str
    """YYYY-MM-DD."""
    hidden_until: str
    """YYYY-MM-DD: the last day on which a law forbids to tell the person; empty if none does."""


@dataclass(frozen=True, slots=True)
class RequestView:
    """An entry of the log, as staff see it."""

    id: str
    kind: Kind
    authority: str = field(repr=False)
    reference: str = field(repr=False)
    scope: str = field(repr=False)
    decision: Decision
    handed_out: str = field(repr=False)
    received_at: datetime
    decided_at: datetime | None
    hidden_until: datetime | None
    about: Literal["account", "address", ""]


@dataclass(frozen=True, slots=True)
class Year:
    """One year's numbers."""

    year: int
    received: int
    decisions: Counter[str]


def _day(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None


def _check(form: NewRequest, now: datetime) -> tuple[datetime, datetime | None]:
    """When it came, and until when it may not be told. Raises InvalidInput (keys: the fields of NewDemand)."""
    wrong = _text_problems({name: getattr(form, name) for name in ("authority", "reference", "scope")})
    if form.kind not in get_args(Kind):
        wrong["kind"] = ConferenceError(n_("Choose what it is."))
    received = _day(form.received_on)
    if received is None or received > now:
        wrong["received_on"] = ConferenceError(n_("Choose the day it came, today or earlier."))
    hidden_until = None
    try:
        hidden_until = order_end(form.hidden_until, now)
    except ConferenceError as error:
        wrong["hidden_until"] = error
    if wrong or received is None:
        raise InvalidInput(wrong)
    return received, hidden_until


def order_end(last_day: str, now: datetime) -> datetime | None:
    """From when the person may be told: the day after `last_day`, YYYY-MM-DD; None for no day. Raises ConferenceError."""
    if not last_day.strip():
        return None
    day = _day(last_day)
    if day is None or not now < day <= now + LONGEST_ORDER:
        raise ConferenceError(n_("Choose a day within the next five years, or none."))
    return day + timedelta(days=1)


def _text_problems(texts: dict[str, str]) -> dict[str, ConferenceError]:
    wrong: dict[str, ConferenceError] = {}
    for name, text in texts.items():
        if not text.strip():
            wrong[name] = ConferenceError(n_("This cannot be empty."))
        elif len(text) > LENGTHS[name]:
            wrong[name] = ConferenceError(n_("Use at most {most} characters."), most=LENGTHS[name])
    return wrong


async def note(form: NewRequest, *, staff_id: str, now: datetime | None = None) -> str:
    """Write down a legal request; its number. Whom it is about reads it in the privacy center, unless a law forbids that now.

    Raises InvalidInput (keys: the fields of NewDemand) and TooManyAttempts.
    """
    now = now or datetime.now(UTC)
    received, hidden_until = _check(form, now)
    person = await _about(form.wanted.strip(), staff_id)
    row = LegalRequest(
        id=new_id(),
        kind=form.kind,
        authority=form.authority.strip(),
        reference=form.reference.strip(),
        scope=form.scope.strip(),
        account_id=person.account_id or None,
        email_key=person.email_keys[0] if person.email_keys else None,
        received_at=received,
        hidden_until=hidden_until,
        noted_by=staff_id,
    )
    async with database.session() as db:
        db.add(row)
        await audit.record(db, AuditTag.STAFF_LEGAL_REQUEST_NOTED, account_id=staff_id, detail=row.id, now=now)
    return row.id


async def _about(wanted: str, staff_id: str) -> DataOwner:
    """Whom it is about; nobody for an empty field."""
    if not wanted:
        return DataOwner()
    await rate_limits.count(rate_limits.STAFF_SEARCH, staff_id)
    wanted = lookup.check_wanted(wanted)
    async with database.reading() as db:
        person = await lookup.who_is(db, wanted)
    if person is None:
        raise InvalidInput({"wanted": ConferenceError(lookup.UNKNOWN)})
    return person


async def decide(
    request_id: str, decision: str, handed_out: str, *, staff_id: str, now: datetime | None = None
) -> None:
    """Decide a legal request, once. Raises NotFound and InvalidInput (keys: decision, handed_out)."""
    handed_out = handed_out.strip()
    wrong = {} if decision == "refused" and not handed_out else _text_problems({"handed_out": handed_out})
    if decision not in get_args(Decision) or decision == "pending":
        wrong["decision"] = ConferenceError(n_("Choose what you decided."))
    if wrong:
        raise InvalidInput(wrong)
    async with database.session(LEGAL_REQUESTS) as db:
        row = await db.get(LegalRequest, request_id, with_for_update=True)
        if row is None or row.decided_at is not None:
            raise NotFound(n_("This request no longer exists, or is already decided."))
        row.decision, row.handed_out = decision, handed_out
        row.decided_at, row.decided_by = now or datetime.now(UTC), staff_id
        await audit.record(db, AuditTag.STAFF_LEGAL_REQUEST_DECIDED, account_id=staff_id, detail=row.id, now=now)


def _legal_request(row: LegalRequest) -> RequestView:
    return RequestView(
        id=row.id,
        kind=cast(Kind, row.kind),
        authority=row.authority,
        reference=row.reference,
        scope=row.scope,
        decision=cast(Decision, row.decision),
        handed_out=row.handed_out,
        received_at=row.received_at,
        decided_at=row.decided_at,
        hidden_until=row.hidden_until,
        about="account" if row.account_id else "address" if row.email_key else "",
    )


async def log(number: int = 1) -> Page[RequestView]:
    """A page of the entries, newest first, before them those that wait. For staff."""
    query = select(LegalRequest).order_by(
        col(LegalRequest.decided_at).is_not(None), col(LegalRequest.received_at).desc(), col(LegalRequest.id)
    )
    async with database.reading(LEGAL_REQUESTS) as db:
        return (await paging.page(db, query, number)).of(_legal_request)


async def get(request_id: str) -> RequestView:
    """One entry. Raises NotFound. For staff."""
    async with database.reading(LEGAL_REQUESTS) as db:
        row = await db.get(LegalRequest, request_id)
    if row is None:
        raise NotFound(GONE)
    return _legal_request(row)


async def by_year(*, now: datetime | None = None) -> list[Year]:
    """The numbers of each year, the newest first, also of years with none: from when the server first showed its policy.

    Years whose entries are deleted by now are left out. For everybody: numbers only.
    """
    now = now or datetime.now(UTC)
    async with database.reading(LEGAL_REQUESTS) as db:
        rows = (await db.exec(select(LegalRequest.received_at, LegalRequest.decision))).all()
        began = (await db.exec(select(func.min(col(DocumentVersion.since))))).first()
    first = min([began or now, *(at for at, _decision in rows)]).year
    return [_year(year, rows) for year in range(now.year, max(first, now.year - YEARS + 1) - 1, -1)]


def _year(year: int, rows: Sequence[tuple[datetime, str]]) -> Year:
    decisions = Counter(decision for at, decision in rows if at.year == year)
    return Year(year, decisions.total(), decisions)
