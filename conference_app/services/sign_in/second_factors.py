"""Codes beside the password: an authenticator app (TOTP, RFC 6238) and recovery codes for the day it is lost."""

from __future__ import annotations

import hmac
import io
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime

import segno
from limits import RateLimitItem
from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed
from conference_app.models import Account, Authenticator, RecoveryCode
from conference_app.models.columns import lookup_key
from conference_app.purposes import INTRODUCE, LANGUAGE, SECOND_FACTOR, SIGN_IN
from conference_app.services.audit import AuditTag
from conference_app.services.limits import rate_limits
from conference_app.services.people import identity
from conference_app.services.people.identity import AccountView, view
from conference_app.services.people.typed_text import plain_signs
from conference_app.services.sign_in import account_tokens, known_devices, security_emails, sessions
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.texts import n_

STEP_S = 30
DRIFT = 1
"""Steps a device's clock may be off, either way."""
RECOVERY_CODES = 10
_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"
_CODE_LENGTH = 12
"""12 of 27 signs are 57 bits, and tries are counted."""
WRONG_CODE = n_("This code is not right. Codes change every 30 seconds; each works once.")
TOO_LATE = n_("This took too long. Sign in again.")


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app needs."""

    secret: str = field(repr=False)
    """Base32, in groups of four."""
    uri: str = field(repr=False)
    """otpauth://… as a link opens it."""
    picture: str = field(repr=False)
    """The same as a QR code: an SVG element."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is set up."""

    has_authenticator: bool
    codes_left: int


def _picture(uri: str) -> str:
    out = io.BytesIO()
    segno.make(uri, error="m").save(
        out, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True, omitsize=True
    )
    return out.getvalue().decode()


async def status(account_id: str) -> Status:
    """What the account has set up."""
    count = select(func.count()).select_from(RecoveryCode).where(col(RecoveryCode.account_id) == account_id)
    async with database.reading(SECOND_FACTOR) as db:
        authenticator = await db.get(Authenticator, account_id)
        left = (await db.exec(count)).one()
    return Status(authenticator is not None and authenticator.confirmed_at is not None, left)


async def begin(account_id: str, *, now: datetime | None = None) -> Setup:
    """A new secret for an app, not in force before `finish`. Raises NotAllowed if there is an authenticator already."""
    secret = random_base32()
    async with database.session(SECOND_FACTOR, SIGN_IN) as db:
        account = await db.get(Account, account_id, with_for_update=True)
        before = await db.get(Authenticator, account_id)
        if account is None or (before is not None and before.confirmed_at is not None):
            raise NotAllowed(n_("You have an authenticator app already. Remove it first."))
        await db.merge(
            Authenticator(account_id=account_id, secret=secret, created_at=now or datetime.now(UTC), last_step=0)
        )
        name = account.email
    uri = TOTP(secret).provisioning_uri(name=name, issuer_name=settings().brand_name)
    groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Setup(groups, uri, _picture(uri))


def _step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step `code` is for, within the drift and later than step `after`; None if it is for none."""
    current = int(now.timestamp()) // STEP_S
    for step in range(current - DRIFT, current + DRIFT + 1):
        good = TOTP(secret).at(step * STEP_S)
        if step > after and hmac.compare_digest(good.encode(), code.encode("utf-8", "replace")):
            return step
    return None


def _code_hash(account_id: str, code: str) -> bytes:
    return lookup_key("recovery-code", f"{account_id} {plain_signs(code)}")


def _may_be_recovery_code(code: str) -> bool:
    signs = plain_signs(code)
    return len(signs) == _CODE_LENGTH and set(signs) <= set(_ALPHABET)


async def _take_step(db: AsyncSession, authenticator: Authenticator, code: str, now: datetime) -> bool:
    step = _step_of(authenticator.secret, plain_signs(code), now, authenticator.last_step)
    if step is None:
        return False
    authenticator.last_step = step
    return True


async def _make_codes(db: AsyncSession, account_id: str) -> list[str]:
    await db.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
    db.add_all([RecoveryCode(code_hash=_code_hash(account_id, code), account_id=account_id) for code in codes])
    return ["-".join(code[at : at + 4] for at in range(0, _CODE_LENGTH, 4)) for code in codes]


async def finish(account_id: str, code: str, *, now: datetime | None = None) -> list[str]:
    """Put the authenticator in force with its first code; the recovery codes, to be shown once.

    Raises InvalidInput (code), TooManyAttempts.
    """
    await rate_limits.count(rate_limits.FIRST_CODE_PER_ACCOUNT, account_id)
    now = now or datetime.now(UTC)
    async with database.session(SECOND_FACTOR) as db:
        authenticator = await db.get(Authenticator, account_id, with_for_update=True)
        if authenticator is None or authenticator.confirmed_at is not None:
            raise NotAllowed(n_("Start again: this code does not belong to a new authenticator app."))
        if not await _take_step(db, authenticator, code, now):
            raise InvalidInput({"code": ConferenceError(WRONG_CODE)})
        authenticator.confirmed_at = now
        # Made without a code, a ticket must not become a session that is younger than the app.
        await sessions.end_tickets(db, account_id)
        codes = await _make_codes(db, account_id)
        await security_emails.tell(db, account_id, AuditTag.AUTHENTICATOR_ADDED, now=now)
    await rate_limits.forgive(rate_limits.FIRST_CODE_PER_ACCOUNT, account_id)
    return codes


async def remove(account_id: str, *, now: datetime | None = None) -> None:
    """Take the authenticator and its recovery codes away. The caller has made sure who asks before."""
    async with database.session() as db:
        authenticator = await db.get(Authenticator, account_id)
        if authenticator is None:
            return
        await db.delete(authenticator)
        await db.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
        await security_emails.tell(db, account_id, AuditTag.AUTHENTICATOR_REMOVED, now=now)


async def new_codes(account_id: str, *, now: datetime | None = None) -> list[str]:
    """New recovery codes in place of the old ones. The caller has made sure who asks before. Raises NotAllowed."""
    async with database.session(SECOND_FACTOR) as db:
        authenticator = await db.get(Authenticator, account_id, with_for_update=True)
        if authenticator is None or authenticator.confirmed_at is None:
            raise NotAllowed(n_("Recovery codes come with an authenticator app. Add one first."))
        codes = await _make_codes(db, account_id)
        await security_emails.tell(db, account_id, AuditTag.RECOVERY_CODES_MADE, now=now)
    return codes


async def _use_recovery_code(db: AsyncSession, account_id: str, code: str, now: datetime) -> bool:
    used = await db.exec(
        delete(RecoveryCode)
        .where(col(RecoveryCode.code_hash) == _code_hash(account_id, code))
        .returning(col(RecoveryCode.account_id))
    )
    if used.first() is None:
        return False
    await security_emails.tell(db, account_id, AuditTag.RECOVERY_CODE_USED, now=now)
    return True


async def _passes(db: AsyncSession, account_id: str, code: str, now: datetime) -> bool:
    authenticator = await db.get(Authenticator, account_id, with_for_update=True)
    if authenticator is None or authenticator.confirmed_at is None:
        return False
    return await _take_step(db, authenticator, code, now) or await _use_recovery_code(db, account_id, code, now)


async def _tell_failed(db: AsyncSession, account_id: str, now: datetime) -> None:
    """Somebody knows the password and not the code: the first in an hour is told of by mail."""
    is_first = await rate_limits.counted(rate_limits.WRONG_CODE_MESSAGE, account_id) == 0
    if is_first:
        await rate_limits.count(rate_limits.WRONG_CODE_MESSAGE, account_id)
    await security_emails.tell_counted(db, account_id, AuditTag.SECOND_STEP_FAILED, by_mail=is_first, now=now)


async def _counted_as(account_id: str, device: str, network: str) -> list[tuple[RateLimitItem, str]]:
    """What counts a wrong code, so that a stranger who knows the password and guesses codes keeps the owner out as little
    as can be: a browser that the account was opened with before has a count of its own, and so has each network; only
    many networks together use up what the account's unknown browsers have for a day.
    """
    if device and await known_devices.knows([account_id], device):
        return [(rate_limits.CODE_PER_DEVICE, f"{account_id} {device}")]
    of_network = (rate_limits.CODE_PER_NETWORK, f"{account_id} {network}")
    return [of_network, (rate_limits.CODE_PER_ACCOUNT, account_id)]


async def pass_second_step(
    token: str, code: str, *, address: str, device: str = "", now: datetime | None = None
) -> AccountView:
    """The account whose password was given before, if `code` is right: of the app or a recovery code.

    `device` is the browser's `session.device_hash(state)`. Raises InvalidInput (code; the token stays good), NotAllowed
    when the token is too old, TooManyAttempts.
    """
    now = now or datetime.now(UTC)
    network = rate_limits.network_of(address)
    await rate_limits.count(rate_limits.SIGN_IN_PER_ADDRESS, network)
    async with database.reading(SECOND_FACTOR, SIGN_IN, INTRODUCE, LANGUAGE) as db:
        found = await account_tokens.peek(db, TokenKind.SECOND_STEP, token, now=now)
    if found is None:
        raise NotAllowed(TOO_LATE)
    counted_as = await _counted_as(found.account_id, device, network)
    if not _may_be_recovery_code(code):  # nobody can guess one, so wrong codes of the app keep none from its owner
        for limit, who in counted_as:
            await rate_limits.count(limit, who)
    account: Account | None = None
    async with database.session(SECOND_FACTOR, SIGN_IN, INTRODUCE, LANGUAGE) as db:
        await identity.lock(db, found.account_id)
        if await _passes(db, found.account_id, code, now):
            if await account_tokens.redeem(db, TokenKind.SECOND_STEP, token, now=now) is None:
                raise NotAllowed(TOO_LATE)
            account = await db.get(Account, found.account_id)
        else:
            await _tell_failed(db, found.account_id, now)
    if account is None:
        raise InvalidInput({"code": ConferenceError(WRONG_CODE)})
    for limit, who in counted_as:
        await rate_limits.forgive(limit, who)
    return view(account)
