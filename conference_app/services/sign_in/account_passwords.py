"""An account's password: asked again before what matters, changed, and chosen anew by a link in a mail."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account, EmailChange
from conference_app.purposes import SIGN_IN
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.limits import even_answers, rate_limits
from conference_app.services.mail import outbox
from conference_app.services.people import identity
from conference_app.services.people.email_addresses import check_email, email_key
from conference_app.services.people.identity import find_for_reset
from conference_app.services.sign_in import (
    account_tokens,
    early_credentials,
    failed_passwords,
    password_hashes,
    security_emails,
    throttle,
)
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.services.sign_in.sessions import end_others
from conference_app.texts import n_

USED = n_("This link has been used, or has expired. Ask for a new one.")


async def _row(account_id: str) -> Account:
    async with database.reading(SIGN_IN) as db:
        account = await db.get(Account, account_id)
    if account is None:
        raise NotFound(USED)
    return account


async def confirm_password(account_id: str, password: str, *, address: str, field: str = "password") -> str:
    """Make sure that who asks knows the account's password: before something that cannot be taken back.

    What is kept of it, for who must know whether it is the same later (`identity.has_still`).

    Raises InvalidInput (the field named `field`), TooManyAttempts, Unavailable.
    """
    await rate_limits.count(rate_limits.SIGN_IN_PER_ADDRESS, rate_limits.network_of(address))
    await rate_limits.count(rate_limits.CONFIRM_PER_ACCOUNT, account_id)
    kept = (await _row(account_id)).password_hash
    fits = await password_hashes.check_password(password[: password_hashes.MAX_LENGTH + 1], kept)
    if not fits or not await identity.has_still(account_id, kept):
        await failed_passwords.note(account_id)
        raise _not_yours(field)
    await rate_limits.forgive(rate_limits.CONFIRM_PER_ACCOUNT, account_id)
    return kept


def _not_yours(field: str) -> InvalidInput:
    return InvalidInput({field: ConferenceError(n_("This is not your password."))})


def _check_new(account: Account, password: str) -> None:
    if problem := password_hashes.checked(password, account.email, account.username):
        raise InvalidInput({"new_password": problem})


async def change_password(
    account_id: str, current: str, new: str, *, session_hash: str, address: str, now: datetime | None = None
) -> None:
    """A new password; every browser but this one is signed out. Raises InvalidInput (current_password, new_password)."""
    _check_new(await _row(account_id), new)
    kept = await confirm_password(account_id, current, address=address, field="current_password")
    hashed = await password_hashes.hash_password(new)
    async with database.session(SIGN_IN) as db:
        await identity.lock(db, account_id)
        account = await db.get(Account, account_id)
        if account is None or account.password_hash != kept:  # its owner chose another while this one was being hashed
            raise _not_yours("current_password")
        await _set(db, account_id, hashed, keep=session_hash)
        await security_emails.tell(db, account_id, AuditTag.PASSWORD_CHANGED, now=now)


async def _set(db: AsyncSession, account_id: str, hashed: str, *, keep: str = "") -> Account:
    """Who knew the password before knows nothing now: neither sessions nor links of theirs stay good."""
    account = await db.get(Account, account_id)
    if account is None:
        raise NotFound(USED)
    account.password_hash = hashed
    await end_others(db, account_id, keep)
    await account_tokens.revoke(db, account_id, TokenKind.RESET_PASSWORD, TokenKind.SECOND_STEP)
    await drop_pending_change(db, account_id)
    return account


async def drop_pending_change(db: AsyncSession, account_id: str) -> None:
    """Forget the change of address that waits to be confirmed, and end its link."""
    pending = col(EmailChange.account_id) == account_id, col(EmailChange.confirmed_at).is_(None)
    await db.exec(delete(EmailChange).where(*pending))
    await account_tokens.revoke(db, account_id, TokenKind.CHANGE_EMAIL)


async def ask_reset(email: str, *, address: str) -> None:
    """Mail a link to choose a new password, if the address has an account; the same answer, as late, if it has none.

    Raises InvalidInput for what is no address, TooManyAttempts.
    """
    network = rate_limits.network_of(address)
    await rate_limits.count(rate_limits.RESET_PER_ADDRESS, network)
    try:
        wanted = check_email(email)
    except ConferenceError as error:
        raise InvalidInput({"email": error}) from None
    await rate_limits.count_about(rate_limits.RESET_PER_EMAIL, email_key(wanted).hex(), network)
    async with even_answers.evened():
        if account := await find_for_reset(wanted):
            await _send_link(account.id)


async def _send_link(account_id: str) -> None:
    async with database.session() as db:
        await audit.record(db, AuditTag.PASSWORD_RESET_ASKED, account_id=account_id)
        await outbox.send(db, security_emails.RESET.message(AccountRecipient(account_id)))


async def reset(token: str, new: str, *, address: str, now: datetime | None = None) -> str:
    """Set the password by the link of a mail, and sign out every browser; the account's id.

    The link proves the address as well. Who had set up the account before anybody proved it may be a stranger: their
    passkeys and authenticator go. A proven account keeps its second factors, which are asked for at the next sign-in.
    Raises NotFound for a bad link, InvalidInput (new_password; the link stays good), TooManyAttempts.
    """
    network = rate_limits.network_of(address)
    async with rate_limits.counting_failures(rate_limits.LINK_PER_ADDRESS, network):
        now = now or datetime.now(UTC)
        async with database.reading(SIGN_IN) as db:
            found = await account_tokens.peek(db, TokenKind.RESET_PASSWORD, token, now=now)
        if found is None:
            raise NotFound(USED)
        _check_new(await _row(found.account_id), new)
        hashed = await password_hashes.hash_password(new)
        try:
            async with database.session(SIGN_IN) as db:
                taken = await account_tokens.redeem(db, TokenKind.RESET_PASSWORD, token, now=now)
                if taken is None:
                    raise NotFound(USED)
                account = await _set(db, taken.account_id, hashed)
                if taken.ref != account_tokens.proof_of(account.email):
                    raise NotFound(USED)
                if account.email_verified_at is None:
                    await _prove(db, account, now)
                elif await early_credentials.may_be_a_strangers(db, account.id):
                    await early_credentials.drop(db, account.id, now)
                await security_emails.tell(db, account.id, AuditTag.PASSWORD_RESET, now=now)
        except IntegrityError:
            raise NotFound(USED) from None  # another account proved the same address first
        # Tries at the old password, a stranger's or their own, keep nobody waiting who has just shown whose account it is.
        await throttle.forgive_stranger(throttle.account_key(account.email), network)
        return found.account_id


async def _prove(db: AsyncSession, account: Account, now: datetime) -> None:
    identity.own_address(account, account.email, now)
    await db.flush()
    await early_credentials.drop(db, account.id, now)
