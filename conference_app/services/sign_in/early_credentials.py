"""What a stranger may have set up on an account before its owner proved the address: passkeys, an authenticator app,
the key vault.

Anybody can register with anybody's address. So what was added before goes when the address is confirmed in a browser
that is not signed in to the account, and once more at the first new password after that.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import AuditEntry, Authenticator, Passkey, RecoveryCode
from conference_app.purposes import HISTORY
from conference_app.services.audit import AuditTag
from conference_app.services.sign_in import key_vault, security_emails

ELSEWHERE = "elsewhere"
"""Detail of the history's entry of a confirmation in a browser that was not signed in to the account."""
_TOLD = ((Passkey, AuditTag.PASSKEY_REMOVED), (Authenticator, AuditTag.AUTHENTICATOR_REMOVED))


async def drop(db: AsyncSession, account_id: str, now: datetime) -> None:
    """Remove the account's passkeys, authenticator, recovery codes and key vault; an email says which of the first kinds there were.

    Who made the key could listen in on all meetings whose keys come from it. The owner's own browser puts its key again.
    """
    await key_vault.drop(db, account_id)
    await db.exec(delete(RecoveryCode).where(col(RecoveryCode.account_id) == account_id))
    for table, tag in _TOLD:
        gone = await db.exec(delete(table).where(col(table.account_id) == account_id))
        if gone.rowcount:
            await security_emails.tell(db, account_id, tag, now=now)


async def may_be_a_strangers(db: AsyncSession, account_id: str) -> bool:
    """Whether the address was confirmed elsewhere and no new password was chosen since."""
    query = select(AuditEntry.tag, AuditEntry.detail).where(
        AuditEntry.account_id == account_id,
        col(AuditEntry.tag).in_([AuditTag.EMAIL_VERIFIED, AuditTag.PASSWORD_RESET]),
    )
    async with database.within(db, HISTORY) as own:
        entries = {(AuditTag(tag), detail) for tag, detail in (await own.exec(query)).all()}
    was_reset = any(tag is AuditTag.PASSWORD_RESET for tag, _detail in entries)
    return (AuditTag.EMAIL_VERIFIED, ELSEWHERE) in entries and not was_reset
