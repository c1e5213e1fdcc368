"""Signing up for the newsletter with an address alone: nothing is sent to it before its owner has confirmed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database, purposes
from conference_app.errors import NotFound, TooManyAttempts
from conference_app.models import Address, PendingConsent
from conference_app.purposes import CONFIRM_ADDRESS
from conference_app.services.consent import ledger, live_consents
from conference_app.services.emails.blocks import button, note, paragraph
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import AddressRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.limits import even_answers, rate_limits
from conference_app.services.mail import outbox
from conference_app.services.people import email_addresses
from conference_app.services.people.one_time_tokens import new_token, token_hash
from conference_app.texts import n_

LIFE = timedelta(hours=48)
"""How long the link in our mail works."""
PURPOSE = "newsletter"


async def ask(email: str, *, page: str, language: str, address: str, now: datetime | None = None) -> None:
    """Have the address confirmed by mail. Whoever asks learns nothing about it: known or not, the answer is the same, and as late.

    `address` is the caller's network address. Raises ConferenceError for what is no e-mail address, TooManyAttempts
    for a caller who asks too often; an address that was asked too often gets no further mail, silently.
    """
    normalized = email_addresses.check_email(email)
    network = rate_limits.network_of(address)
    await rate_limits.count(rate_limits.NEWSLETTER_PER_ADDRESS, network)
    async with even_answers.evened():
        try:
            key = email_addresses.email_key(normalized).hex()
            await rate_limits.count_about(rate_limits.NEWSLETTER_PER_EMAIL, key, network)
        except TooManyAttempts:
            return
        await _have_confirmed(normalized, page, language, now or datetime.now(UTC))


async def _have_confirmed(email: str, page: str, language: str, now: datetime) -> None:
    async with database.session(CONFIRM_ADDRESS) as db:
        await database.lock(db, "newsletter", email_addresses.email_key(email).hex())
        if await _has_it(db, email_addresses.email_key(email)):
            return
        row = await email_addresses.find_or_add(db, email, language=language, now=now)
        await db.exec(delete(PendingConsent).where(col(PendingConsent.address_id) == row.id))
        pending = PendingConsent(
            address_id=row.id,
            purpose=PURPOSE,
            control="newsletter form, confirmed by mail",
            page=page,
            words_sha256=purposes.fingerprint(purposes.words_in(language, PURPOSE)),
            language=language,
            asked_at=now,
            expires_at=now + LIFE,
        )
        db.add(pending)
        await db.flush()
        message = _CONFIRM.message(AddressRecipient(row.id), language=language, pending=pending.id)
        await outbox.send(db, message, key=f"newsletter-confirm:{pending.id}")


async def _has_it(db: AsyncSession, key: bytes) -> bool:
    found = await live_consents.subjects_of_key(db, key)
    return any([await live_consents.has_live(db, subject, PURPOSE) for subject in found])


async def _pending(db: AsyncSession, token: str, now: datetime) -> PendingConsent:
    query = select(PendingConsent).where(PendingConsent.token_hash == token_hash(token[:200])).with_for_update()
    row = (await db.exec(query)).first()
    if row is None or row.expires_at <= now:
        raise NotFound(n_("This link doesn't work. It may be cut off, or too old."))
    return row


async def waits(token: str, *, now: datetime | None = None) -> bool:
    """Whether `token` would confirm something; changes nothing, since programs open links too."""
    async with database.reading(CONFIRM_ADDRESS) as db:
        try:
            await _pending(db, token, now or datetime.now(UTC))
        except NotFound:
            return False
    return True


async def confirm(token: str, *, now: datetime | None = None) -> None:
    """Give the consent that waits for `token`, once. Raises NotFound."""
    now = now or datetime.now(UTC)
    async with database.session(CONFIRM_ADDRESS) as db:
        row = await _pending(db, token, now)
        address = await db.get(Address, row.address_id)
        assert address is not None  # noqa: S101 - the foreign key says so
        [subject, *_others] = await live_consents.subjects_of_key(db, address.email_key)
        await db.delete(row)
        await ledger.give(
            db,
            subject,
            row.purpose,
            act=row.control,
            page=row.page,
            words_sha256=row.words_sha256,
            language=row.language,
            now=now,
        )


async def _compose(db: AsyncSession, context: Context) -> Values | None:
    """The link's token exists in this mail alone."""
    row = await db.get(PendingConsent, str(context.refs["pending"]))
    if row is None or row.expires_at <= context.now:
        return None
    token = new_token()
    row.token_hash = token_hash(token)
    await db.flush()
    return {"link": f"/newsletter/confirm/{token}"}


_CONFIRM = register(
    NecessaryTemplate(
        "newsletter_confirm",
        subject=n_("Confirm your subscription"),
        purpose=CONFIRM_ADDRESS,
        body=(
            paragraph(n_("Somebody, probably you, asked for the newsletter of {brand} at this address.")),
            button(n_("Confirm subscription")),
            note(n_("The link works once, for 48 hours. If it was not you, do nothing: you get no further e-mail.")),
        ),
        compose=_compose,
        sample={"link": "/newsletter/confirm/abc"},
    )
)
