"""Who may let guests in: where the operator wants it so, only accounts whose e-mail address is confirmed."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import NotAllowed
from conference_app.models import Account
from conference_app.purposes import SIGN_IN
from conference_app.services.consent import person_state
from conference_app.texts import n_


async def may(db: AsyncSession, account_id: str) -> bool:
    """Whether the account may let guests in."""
    if not settings().require_verified_email:
        return True
    async with database.within(db, SIGN_IN) as own:
        account = await own.get(Account, account_id)
    return account is not None and account.email_verified_at is not None


async def require(db: AsyncSession, account_id: str) -> None:
    """Raises NotAllowed for an account that may only look around yet, and for one that lets nobody in (it is paused)."""
    if await person_state.is_deactivated(db, account_id):
        raise NotAllowed(n_("Your meetings let nobody in while your account is paused. You can change that."))
    if not await may(db, account_id):
        raise NotAllowed(n_("Confirm your e-mail address first: the link is in the e-mail we sent you."))
