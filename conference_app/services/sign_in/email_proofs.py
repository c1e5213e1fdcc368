"""Proof that an e-mail address is the person's own: after registration, and at both ends of a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed, NotFound
from conference_app.models import Account, AccountToken, Authenticator, EmailChange, Passkey
from conference_app.purposes import EMAIL_CHANGE, SIGN_IN
from conference_app.services.audit import AuditTag
from conference_app.services.emails.recipients import AccountRecipient, RowRecipient
from conference_app.services.limits import even_answers, rate_limits
from conference_app.services.mail import outbox
from conference_app.services.people import identity
from conference_app.services.people.email_addresses import check_email, email_key
from conference_app.services.people.identity import unclaimed_key
from conference_app.services.sign_in import (
    account_passwords,
    account_tokens,
    early_credentials,
    email_change_emails,
    security_emails,
)
from conference_app.services.sign_in.account_tokens import Redeemed, TokenKind
from conference_app.services.sign_in.sessions import end_others
from conference_app.texts import n_

USED = n_("This link has been used, or has expired. Ask for a new one.")


@dataclass(frozen=True, slots=True)
class Proven:
    """Whose address was proven, and which of the two ways."""

    account_id: str
    what: Literal["registration", "change"]


async def _confirm_registration(db: AsyncSession, taken: Redeemed, by_account: str, now: datetime) -> None:
    account = await db.get(Account, taken.account_id)
    if account is None or taken.ref != account_tokens.proof_of(account.email):
        raise NotFound(USED)
    if account.email_verified_at is None:
        identity.own_address(account, account.email, now)
        await db.flush()
        detail = "" if by_account == account.id else early_credentials.ELSEWHERE
        await security_emails.tell(db, account.id, AuditTag.EMAIL_VERIFIED, detail=detail, now=now, by_mail=False)
        if detail:
            await early_credentials.drop(db, account.id, now)


async def _confirm_change(db: AsyncSession, change_id: str, now: datetime) -> None:
    change = await db.get(EmailChange, change_id)
    account = await db.get(Account, change.account_id) if change else None
    if change is None or account is None or change.confirmed_at is not None:
        raise NotFound(USED)
    identity.own_address(account, change.new_email, now)
    change.confirmed_at = now
    await db.flush()
    await account_tokens.revoke(db, account.id, TokenKind.RESET_PASSWORD, TokenKind.VERIFY_EMAIL)
    await security_emails.tell(db, account.id, AuditTag.EMAIL_CHANGED, now=now)
    await outbox.send(db, email_change_emails.REVOKE.message(RowRecipient(email_change_emails.FORMER, change.id)))


async def confirm(token: str, *, address: str, by_account: str = "", now: datetime | None = None) -> Proven:
    """Use the link of a mail: the address is the account's from now on.

    `by_account` is signed in where the link is used; of another account, what was set up before goes
    (`early_credentials`).
    Raises NotFound for a link that is used, out of date, made up, or whose address found another owner meanwhile;
    TooManyAttempts.
    """
    async with rate_limits.counting_failures(rate_limits.LINK_PER_ADDRESS, rate_limits.network_of(address)):
        now = now or datetime.now(UTC)
        try:
            async with database.session(SIGN_IN, EMAIL_CHANGE) as db:
                if taken := await account_tokens.redeem(db, TokenKind.VERIFY_EMAIL, token, now=now):
                    await _confirm_registration(db, taken, by_account, now)
                    return Proven(taken.account_id, "registration")
                if taken := await account_tokens.redeem(db, TokenKind.CHANGE_EMAIL, token, now=now):
                    await _confirm_change(db, taken.ref, now)
                    return Proven(taken.account_id, "change")
        except IntegrityError:
            raise NotFound(USED) from None  # another account proved the same address first
        raise NotFound(USED)


def _checked(email: str) -> str:
    try:
        return check_email(email)
    except ConferenceError as error:
        raise InvalidInput({"email": error}) from None


async def ask_change(account_id: str, email: str, password: str, *, address: str, now: datetime | None = None) -> None:
    """Send a link to the new address and word to the old one; nothing changes before the link is used.

    An address nobody has confirmed yet is replaced at once, and gets the link of a registration. Whether the new one
    belongs to another account is not told, and not by how long the answer takes either. Raises InvalidInput (email,
    password), TooManyAttempts.
    """
    now = now or datetime.now(UTC)
    wanted = _checked(email)
    await account_passwords.confirm_password(account_id, password, address=address)
    await rate_limits.count(rate_limits.MAIL_PER_ACCOUNT, account_id)
    async with even_answers.evened(), database.session(SIGN_IN, EMAIL_CHANGE) as db:
        await identity.lock(db, account_id)
        account = await db.get(Account, account_id)
        if account is None:
            raise NotAllowed(USED)
        if email_key(wanted) == email_key(account.email):
            raise InvalidInput({"email": ConferenceError(n_("This is your address already."))})
        if account.email_verified_at is None:
            await replace_unconfirmed(db, account, wanted)
            return
        change = EmailChange(
            account_id=account.id,
            old_email=account.email,
            new_email=wanted,
            old_verified_at=account.email_verified_at,
            requested_at=now,
        )
        await account_passwords.drop_pending_change(db, account.id)
        db.add(change)
        await db.flush()
        await security_emails.tell(db, account.id, AuditTag.EMAIL_CHANGE_ASKED, now=now, by_mail=False)
        await outbox.send(db, email_change_emails.REVOKE.message(RowRecipient(email_change_emails.FORMER, change.id)))
        if not await _is_owned(db, wanted):
            await outbox.send(
                db, email_change_emails.CHANGE.message(RowRecipient(email_change_emails.PENDING, change.id))
            )


async def _is_owned(db: AsyncSession, email: str) -> bool:
    found = await db.exec(select(Account.id).where(Account.email_key == email_key(email)))
    return found.first() is not None


async def replace_unconfirmed(db: AsyncSession, account: Account, email: str) -> None:
    """Give an account that nobody has confirmed another address, and mail its link there.

    The caller holds the lock of the account (`identity.lock`). Links that went to the address before open nothing any more.
    """
    account.email, account.email_key, account.claim_key = email, unclaimed_key(account.id), email_key(email)
    await account_tokens.revoke(db, account.id, TokenKind.VERIFY_EMAIL, TokenKind.RESET_PASSWORD)
    await outbox.send(db, security_emails.VERIFY.message(AccountRecipient(account.id)))


async def pending_change(account_id: str) -> str:
    """The address that waits to be confirmed, or empty."""
    query = (
        select(EmailChange)
        .where(EmailChange.account_id == account_id, col(EmailChange.confirmed_at).is_(None))
        .order_by(col(EmailChange.requested_at).desc())
    )
    async with database.reading(EMAIL_CHANGE) as db:
        change = (await db.exec(query)).first()
    return change.new_email if change else ""


async def _undo_since(db: AsyncSession, account_id: str, moment: datetime) -> None:
    """Take away what a stranger may have set up since `moment`, also the ways to undo what is being done now."""
    later = await db.exec(
        delete(EmailChange)
        .where(col(EmailChange.account_id) == account_id, col(EmailChange.requested_at) >= moment)
        .returning(col(EmailChange.id))
    )
    gone = [row[0] for row in later.all()]
    await db.exec(
        delete(AccountToken).where(col(AccountToken.account_id) == account_id, col(AccountToken.ref).in_(gone))
    )
    await account_tokens.revoke(db, account_id, TokenKind.RESET_PASSWORD, TokenKind.SECOND_STEP)
    for table in (Passkey, Authenticator):
        await db.exec(delete(table).where(col(table.account_id) == account_id, col(table.created_at) >= moment))


async def revoke(token: str, *, address: str, now: datetime | None = None) -> None:
    """Take a change of address back by the link in the old one's mail, and sign out every browser.

    Whoever made it knows the password: so that goes too, with later changes and with the passkeys and the authenticator
    added since, and a link for a new password goes to the old address. Raises NotFound, TooManyAttempts.
    """
    async with rate_limits.counting_failures(rate_limits.LINK_PER_ADDRESS, rate_limits.network_of(address)):
        now = now or datetime.now(UTC)
        try:
            async with database.session(SIGN_IN, EMAIL_CHANGE) as db:
                taken = await account_tokens.redeem(db, TokenKind.REVOKE_EMAIL, token, now=now)
                change = await db.get(EmailChange, taken.ref) if taken else None
                account = await db.get(Account, change.account_id) if change else None
                if change is None or account is None:
                    raise NotFound(USED)
                if account.email_key != email_key(change.old_email):
                    identity.own_address(account, change.old_email, now)
                account.password_hash = ""
                await _undo_since(db, account.id, change.requested_at)
                await end_others(db, account.id)
                await db.flush()
                await security_emails.tell(db, account.id, AuditTag.EMAIL_CHANGE_REVOKED, now=now)
                await outbox.send(db, security_emails.RESET.message(AccountRecipient(account.id)))
        except IntegrityError:
            raise NotFound(USED) from None  # the old address has another owner by now
