"""The mail that ends a registration: sent again when none came, or to another address when the first was mistyped.

Whether an address belongs to somebody shows in none of it: the mail itself tells its owner (`security_emails.VERIFY`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed
from conference_app.models import Account
from conference_app.purposes import ACCOUNT, SIGN_IN
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.limits import rate_limits
from conference_app.services.mail import outbox
from conference_app.services.people import identity
from conference_app.services.people.email_addresses import check_email, email_key
from conference_app.services.sign_in import security_emails
from conference_app.services.sign_in.email_proofs import replace_unconfirmed
from conference_app.texts import n_

CORRECTED_WITHIN = timedelta(hours=1)
"""After registering, the address may be corrected for so long without the password, which was typed just before."""


async def waiting_address(account_id: str) -> str:
    """The address whose confirmation is waited for; empty when it is confirmed."""
    async with database.reading(SIGN_IN) as db:
        account = await db.get(Account, account_id)
    return account.email if account is not None and account.email_verified_at is None else ""


async def send_again(account_id: str) -> None:
    """Mail it once more. Raises TooManyAttempts: once a minute, and five times an hour."""
    await rate_limits.check(rate_limits.MAIL_PER_ACCOUNT, account_id)
    await rate_limits.count(rate_limits.MAIL_AGAIN, account_id)
    await rate_limits.count(rate_limits.MAIL_PER_ACCOUNT, account_id)
    async with database.session() as db:
        await outbox.send(db, security_emails.VERIFY.message(AccountRecipient(account_id)))


async def correct(account_id: str, email: str, *, now: datetime | None = None) -> str:
    """Send it to `email` instead, which is the account's unconfirmed address from now on; the address as kept.

    Raises InvalidInput (email), NotAllowed for an account that is confirmed or older than an hour, TooManyAttempts.
    """
    try:
        wanted = check_email(email)
    except ConferenceError as error:
        raise InvalidInput({"email": error}) from None
    await rate_limits.count(rate_limits.MAIL_PER_ACCOUNT, account_id)
    await rate_limits.count_about(rate_limits.REGISTER_PER_EMAIL, wanted.casefold(), account_id)
    async with database.session(SIGN_IN, ACCOUNT) as db:
        await identity.lock(db, account_id)
        account = await db.get(Account, account_id)
        if account is None or not _may_correct(account, now or datetime.now(UTC)):
            raise NotAllowed(n_("To change your e-mail address now, open Security on your account page."))
        if email_key(wanted) == email_key(account.email):
            raise InvalidInput({"email": ConferenceError(n_("This is your address already."))})
        await replace_unconfirmed(db, account, wanted)
    return wanted


def _may_correct(account: Account, now: datetime) -> bool:
    return account.email_verified_at is None and now - account.created_at < CORRECTED_WITHIN
