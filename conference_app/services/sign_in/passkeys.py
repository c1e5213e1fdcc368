"""Passkeys (WebAuthn): added by who is signed in, and a way to sign in without a password.

The challenge of each ceremony is made here, kept by the caller on the server, and good for one answer. A passkey is
always asked to check its person (by finger, face or code), so that it stands for both factors.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from conference_app import database
from conference_app.config import settings
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed, NotFound
from conference_app.models import Account, Passkey
from conference_app.purposes import INTRODUCE, LANGUAGE, SECOND_FACTOR, SIGN_IN
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.limits import rate_limits
from conference_app.services.people.identity import AccountView, view
from conference_app.services.people.typed_text import clean_line
from conference_app.services.sign_in import security_emails
from conference_app.texts import n_

logger = logging.getLogger(__name__)

PER_ACCOUNT = 20
NAME_LENGTH = 60
ANSWER_LENGTH = 20_000
"""Characters of a browser's answer; real ones have a few hundred to some thousand."""
_TIMEOUT_MS = 120_000
_REFUSED = n_("This passkey was not accepted. Try again, or use another way to sign in.")


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What the browser is asked, and the challenge its answer must hold."""

    options: str
    """JSON for navigator.credentials."""
    challenge: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """A passkey as its owner's list shows it."""

    id: str
    name: str = field(repr=False)
    created_at: datetime
    last_used_at: datetime | None


def _host() -> str:
    return urlsplit(settings().public_url).hostname or "localhost"


def _origins() -> list[str]:
    return list(settings().allowed_origins)


def _key(credential_id: bytes) -> bytes:
    return hashlib.sha256(credential_id).digest()


def _check_name(typed: str) -> str:
    name = clean_line(typed[: 4 * NAME_LENGTH])
    if not name or len(name) > NAME_LENGTH:
        problem = ConferenceError(n_("Give it a name of 1 to {most} characters."), most=NAME_LENGTH)
        raise InvalidInput({"passkey_name": problem})
    return name


async def _rows(db: AsyncSession, account_id: str) -> list[Passkey]:
    query = select(Passkey).where(Passkey.account_id == account_id).order_by(col(Passkey.created_at))
    return list((await db.exec(query)).all())


async def listed(account_id: str) -> list[PasskeyView]:
    """The account's passkeys, oldest first."""
    async with database.reading(SECOND_FACTOR) as db:
        return [PasskeyView(row.id, row.name, row.created_at, row.last_used_at) for row in await _rows(db, account_id)]


async def credentials(account_id: str) -> dict[str, str]:
    """Base64url of each credential's id → the passkey's identifier: for the owner's browser, which knows the former."""
    async with database.reading(SECOND_FACTOR) as db:
        return {bytes_to_base64url(row.credential_id): row.id for row in await _rows(db, account_id)}


async def begin_adding(account_id: str) -> Ceremony:
    """Ask the browser for a new passkey. Raises NotFound, NotAllowed when there are too many."""
    async with database.reading(SECOND_FACTOR, SIGN_IN, INTRODUCE) as db:
        account = await db.get(Account, account_id)
        known = await _rows(db, account_id)
    if account is None:
        raise NotFound(n_("This account no longer exists."))
    if len(known) >= PER_ACCOUNT:
        raise NotAllowed(n_("You have {most} passkeys, which is the limit. Remove one first."), most=PER_ACCOUNT)
    options = generate_registration_options(
        rp_id=_host(),
        rp_name=settings().brand_name,
        user_id=bytes.fromhex(account.id),
        user_name=account.email,
        user_display_name=f"{account.first_name} {account.last_name}",
        challenge=secrets.token_bytes(32),
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=row.credential_id) for row in known],
    )
    return Ceremony(options_to_json(options), options.challenge)


async def finish_adding(
    account_id: str, name: str, answer: str, challenge: bytes, *, now: datetime | None = None
) -> PasskeyView:
    """Keep the passkey of the browser's answer. Raises InvalidInput (passkey_name), NotAllowed."""
    name, now = _check_name(name), now or datetime.now(UTC)
    if not challenge or len(answer) > ANSWER_LENGTH:
        raise NotAllowed(_REFUSED)
    try:
        proven = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origins(),
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as err:
        logger.info("a new passkey was refused: %s", type(err).__name__)
        raise NotAllowed(_REFUSED) from None
    async with database.session() as db:
        await db.get(
            Account, account_id, with_for_update=True
        )  # a second answer waits, and finds what the first has kept
        found = await db.exec(select(Passkey.id).where(Passkey.credential_key == _key(proven.credential_id)))
        if found.first() is not None or len(await _rows(db, account_id)) >= PER_ACCOUNT:
            raise NotAllowed(_REFUSED)
        row = Passkey(
            account_id=account_id,
            credential_key=_key(proven.credential_id),
            credential_id=proven.credential_id,
            public_key=proven.credential_public_key,
            sign_count=proven.sign_count,
            name=name,
            created_at=now,
        )
        db.add(row)
        await db.flush()
        await security_emails.tell(db, account_id, AuditTag.PASSKEY_ADDED, now=now)
    return PasskeyView(row.id, row.name, row.created_at, None)


async def _own(db: AsyncSession, account_id: str, passkey_id: str) -> Passkey:
    row = await db.get(Passkey, passkey_id[:32])
    if row is None or row.account_id != account_id:
        raise NotFound(n_("There is no such passkey."))
    return row


async def rename(account_id: str, passkey_id: str, name: str) -> None:
    """Give a passkey another name. Raises InvalidInput (passkey_name), NotFound also for another's."""
    name = _check_name(name)
    async with database.session() as db:
        (await _own(db, account_id, passkey_id)).name = name
        await audit.record(db, AuditTag.PASSKEY_RENAMED, account_id=account_id)


async def remove(account_id: str, passkey_id: str, *, now: datetime | None = None) -> None:
    """Take a passkey away. The caller has made sure who asks before. Raises NotFound also for another's."""
    async with database.session() as db:
        await db.delete(await _own(db, account_id, passkey_id))
        await security_emails.tell(db, account_id, AuditTag.PASSKEY_REMOVED, now=now)


async def begin_sign_in(*, address: str) -> Ceremony:
    """Ask the browser for any passkey of ours; which accounts there are is not told. Raises TooManyAttempts."""
    await rate_limits.check(rate_limits.PASSKEY_PER_ADDRESS, rate_limits.network_of(address))
    options = generate_authentication_options(
        rp_id=_host(),
        challenge=secrets.token_bytes(32),
        timeout=_TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return Ceremony(options_to_json(options), options.challenge)


async def finish_sign_in(answer: str, challenge: bytes, *, address: str, now: datetime | None = None) -> AccountView:
    """The account whose passkey signed `challenge`. Raises NotAllowed in the same words for all that is wrong."""
    await rate_limits.count(rate_limits.PASSKEY_PER_ADDRESS, rate_limits.network_of(address))
    if not challenge or len(answer) > ANSWER_LENGTH:
        raise NotAllowed(_REFUSED)
    try:
        credential = parse_authentication_credential_json(answer)
        return await _prove(answer, base64url_to_bytes(credential.id), credential.response.user_handle, challenge, now)
    except (WebAuthnException, ValueError, KeyError, TypeError) as err:
        logger.info("a passkey was refused: %s", type(err).__name__)
        raise NotAllowed(_REFUSED) from None


async def _prove(
    answer: str, credential_id: bytes, user_handle: bytes | None, challenge: bytes, now: datetime | None
) -> AccountView:
    async with database.session(SECOND_FACTOR, SIGN_IN, INTRODUCE, LANGUAGE) as db:
        found = await db.exec(select(Passkey).where(Passkey.credential_key == _key(credential_id)).with_for_update())
        row = found.first()
        account = await db.get(Account, row.account_id) if row else None
        if row is None or account is None or user_handle != bytes.fromhex(account.id):
            raise NotAllowed(_REFUSED)
        proven = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=_origins(),
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
        row.sign_count, row.last_used_at = proven.new_sign_count, now or datetime.now(UTC)
    return view(account)
