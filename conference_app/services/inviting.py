"""Who may let guests in: where the operator demands it, only accounts whose e-mail address is confirmed."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.config import settings
from conference_app.errors import NotAllowed
from conference_app.models import Account
from conference_app.texts import n_


async def require(db: AsyncSession, account_id: str) -> None:
    """Raises NotAllowed for an account that may only look around yet."""
    if not settings().require_verified_email:
        return
    account = await db.get(Account, account_id)
    if account is None or account.email_verified_at is None:
        raise NotAllowed(n_("Confirm your e-mail address first: the link is in the mail we sent you."))
