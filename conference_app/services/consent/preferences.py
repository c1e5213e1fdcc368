"""What one person lets us do, shown and changed in one place: signed in, or by a link from any of our mails.

A link proves that its holder reads the mails of the address, so it may give as well as take back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database, purposes
from conference_app.config import LANGUAGES
from conference_app.errors import NotAllowed, NotFound
from conference_app.models import Account, Address, MeetingMailGrant, NewsletterTopic
from conference_app.purposes import ACCOUNT_MAIL, LANGUAGE
from conference_app.services.consent import ledger, live_consents, mail_stops, participant_mail
from conference_app.services.people.signed_links import LinkTarget
from conference_app.services.people.subjects import Subject
from conference_app.texts import _, current_language, n_

MEETING = "meeting:"
"""Prefix of the mails of one meeting; a participant asked its host for them, so they can be stopped here, not given."""


@dataclass(frozen=True, slots=True)
class ConsentHolder:
    """Whose consents are shown and changed, by one address."""

    email_key: bytes = field(repr=False)
    subjects: tuple[Subject, ...]
    """Who has the address now; the first is the one that gives."""
    mailed: Subject | None = None
    """Whom the mail with the link was sent to: a stop is meant for them also if their address has changed since."""
    by_link: bool = False
    language: str = ""

    @property
    def is_known(self) -> bool:
        return bool(self.subjects)


@dataclass(frozen=True, slots=True)
class Choice:
    """One switch."""

    purpose: str
    title: str
    words: str
    is_on: bool
    can_be_given: bool = True
    until: datetime | None = None
    """When a topic ends by itself."""


async def of_account(account_id: str) -> ConsentHolder:
    """The person signed in. Raises NotFound when the account is gone.

    What its confirmed address agreed to without the account counts too: before it was confirmed, it has another key.
    """
    async with database.reading(LANGUAGE) as db:
        account = await db.get(Account, account_id)
        if account is None:
            raise NotFound(n_("This account is gone."))
        subjects = await live_consents.subjects_of_key(db, account.email_key)
    return ConsentHolder(account.email_key, tuple(subjects), language=account.language)


async def of_link(target: LinkTarget) -> ConsentHolder:
    """The person a link was made for, known or not."""
    async with database.reading(LANGUAGE) as db:
        subjects = await live_consents.subjects_of_key(db, target.email_key)
        language = await _language(db, subjects[0]) if subjects else ""
    return ConsentHolder(target.email_key, tuple(subjects), target.subject, by_link=True, language=language)


async def _language(db: AsyncSession, subject: Subject) -> str:
    row = await db.get(Account if subject.kind == "account" else Address, subject.id)
    return row.language if row and row.language in LANGUAGES else ""


async def choices(person: ConsentHolder, *, now: datetime | None = None) -> list[Choice]:
    """Every switch of the person, in the current language. Nobody known: nothing to choose."""
    if not person.is_known:
        return []
    async with database.reading() as db:
        live: set[str] = set()
        for subject in person.subjects:
            live |= await live_consents.live_purposes(db, subject)
        stopped = await mail_stops.of_key(db, person.email_key)
        topics = await _topics(db, now or datetime.now(UTC))
        meetings = await _meetings(db, person)
    offered = [*_offered(person), *(f"topic:{topic.id}" for topic in topics)]
    by_purpose = {f"topic:{topic.id}": topic for topic in topics}
    made = [_choice(purpose, purpose in live, stopped, by_purpose.get(purpose)) for purpose in offered]
    return [*made, *meetings]


def _offered(person: ConsentHolder) -> list[str]:
    """The purposes without a detail: by link those that send mail, since the rest needs somebody signed in."""
    plain = [purpose for purpose in purposes.OFFERED.values() if not purpose.has_detail]
    return [one.id for one in plain if one.mail or (not person.by_link and person.subjects[0].kind == "account")]


def _choice(purpose: str, is_live: bool, stopped: set[str], topic: NewsletterTopic | None) -> Choice:
    detail = _topic_name(topic) if topic else ""
    is_on = is_live and not (purposes.find(purpose).mail and stopped & {purpose, mail_stops.ALL})
    title, words = purposes.title(purpose, detail), purposes.words(purpose, detail)
    return Choice(purpose, title, words, is_on, until=topic.ends_at if topic else None)


def _topic_name(topic: NewsletterTopic) -> str:
    return topic.name_pl if current_language() == "pl" else topic.name_en


async def _topics(db: AsyncSession, now: datetime) -> Sequence[NewsletterTopic]:
    query = select(NewsletterTopic).where(col(NewsletterTopic.closed_at).is_(None))
    runs = or_(col(NewsletterTopic.ends_at).is_(None), col(NewsletterTopic.ends_at) > now)
    return (await db.exec(query.where(runs).order_by(col(NewsletterTopic.created_at)))).all()


async def _meetings(db: AsyncSession, person: ConsentHolder) -> list[Choice]:
    """The meetings whose optional mails the person's address gets."""
    ids = [subject.id for subject in person.subjects if subject.kind == "address"]
    wants = or_(col(MeetingMailGrant.wants_reminder).is_(True), col(MeetingMailGrant.wants_follow_up).is_(True))
    query = select(MeetingMailGrant.meeting_id).where(col(MeetingMailGrant.address_id).in_(ids), wants)
    title = _("E-mails about a meeting")
    words = _("A reminder before a meeting you take part in, or an e-mail after it.")
    return [
        Choice(MEETING + meeting_id, title, words, is_on=True, can_be_given=False)
        for meeting_id in (await db.exec(query)).all()
    ]


async def give(
    person: ConsentHolder, wanted: Sequence[str], *, act: str, page: str, now: datetime | None = None
) -> list[str]:
    """Turn on the purposes of `wanted` that the person is offered, with the words shown now; what changed.

    Raises NotAllowed for an account that asks for mail to an address it has not confirmed.
    """
    offered = {choice.purpose: choice for choice in await choices(person, now=now) if choice.can_be_given}
    changed = [purpose for purpose in dict.fromkeys(wanted) if purpose in offered and not offered[purpose].is_on]
    if not changed:
        return []
    async with database.session(ACCOUNT_MAIL) as db:
        if not person.by_link and any(purposes.find(purpose).mail for purpose in changed):
            await _check_address(db, person.subjects[0])
        for purpose in changed:
            words = offered[purpose].words
            await ledger.give(db, person.subjects[0], purpose, act=act, page=page, words=words, now=now)
    return changed


async def _check_address(db: AsyncSession, subject: Subject) -> None:
    """An account's confirmed address needs no second confirmation: the link in our first mail has shown whose it is."""
    account = await db.get(Account, subject.id)
    if account is None or account.email_verified_at is None:
        raise NotAllowed(n_("Confirm your e-mail address first. Until then we send nothing you could stop."))


async def stop(
    person: ConsentHolder,
    unwanted: Sequence[str],
    *,
    act: str,
    page: str,
    reason: str = "",
    now: datetime | None = None,
) -> list[str]:
    """Turn off the purposes of `unwanted` for everybody behind the address, at once; those that were on before."""
    was_on = {choice.purpose for choice in await choices(person, now=now) if choice.is_on}
    async with database.session() as db:
        for purpose in dict.fromkeys(unwanted):
            await _stop_one(db, person, purpose, act=act, page=page, reason=reason, now=now)
    return [purpose for purpose in dict.fromkeys(unwanted) if purpose in was_on]


async def _stop_one(
    db: AsyncSession, person: ConsentHolder, purpose: str, *, act: str, page: str, reason: str, now: datetime | None
) -> None:
    if purpose.startswith(MEETING):
        ids = [one.id for one in _all_subjects(person) if one.kind == "address"]
        for address_id in ids:
            await participant_mail.stop(db, address_id=address_id, meeting_id=purpose.removeprefix(MEETING))
        return
    if purposes.find(purpose).mail:
        await mail_stops.stop(db, person.email_key, purpose, now=now)
    for subject in _all_subjects(person):
        await ledger.withdraw(db, subject, purpose, act=act, page=page, reason=reason, now=now)


async def stop_all(
    person: ConsentHolder, *, act: str, page: str, reason: str = "", now: datetime | None = None
) -> list[str]:
    """Turn off everything that is on; by a link, every mail that needs a consent. What was on before."""
    was_on = [choice.purpose for choice in await choices(person, now=now) if choice.is_on]
    async with database.session() as db:
        await stop_all_within(db, person, act=act, page=page, reason=reason, now=now)
    return was_on


async def stop_all_within(
    db: AsyncSession, person: ConsentHolder, *, act: str, page: str, reason: str = "", now: datetime | None = None
) -> list[str]:
    """`stop_all` in the caller's transaction, with what else it writes: both are kept or neither. What came until now."""
    before = await mail_stops.of_key(db, person.email_key)
    live: set[str] = set()
    for subject in _all_subjects(person):
        live |= await live_consents.live_purposes(db, subject)
    ended = [one for one in sorted(live) if not person.by_link or purposes.find(one).mail]
    meetings = [choice.purpose for choice in await _meetings(db, person)]
    for purpose in [*ended, *meetings]:
        await _stop_one(db, person, purpose, act=act, page=page, reason=reason, now=now)
    await mail_stops.stop(db, person.email_key, now=now)
    return meetings if mail_stops.ALL in before else [*(one for one in ended if one not in before), *meetings]


def _all_subjects(person: ConsentHolder) -> list[Subject]:
    return list(dict.fromkeys([*person.subjects, *([person.mailed] if person.mailed else [])]))


async def say_why(person: ConsentHolder, stopped: Sequence[str], reason: str, *, page: str) -> None:
    """Add a reason, one of `consents.REASONS`, to stops that have none; another text is ignored."""
    if reason not in ledger.REASONS:
        return
    async with database.session() as db:
        for purpose in dict.fromkeys(stopped):
            if not purpose.startswith(MEETING):
                purposes.find(purpose)
                for subject in _all_subjects(person):
                    await ledger.withdraw(db, subject, purpose, act="reason", page=page, reason=reason)
