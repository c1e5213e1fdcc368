"""Emails of a change of an account's address: to the one on its way in, and to the one on its way out."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account, EmailChange
from conference_app.purposes import ACCOUNT_MAIL, EMAIL_CHANGE, LANGUAGE, LOCAL_TIMES
from conference_app.services.emails.blocks import button, note, paragraph
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import RowRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.mail import mailboxes
from conference_app.services.mail.mailboxes import Mailbox
from conference_app.services.sign_in import account_tokens
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.texts import n_

PENDING, FORMER = "pending_email", "former_email"
"""Sources of addresses that are not the account's now: the one on its way in, the one on its way out."""
_AT_BOTH_ENDS = (EMAIL_CHANGE, ACCOUNT_MAIL, LANGUAGE)


async def _rows(db: AsyncSession, change_id: str) -> tuple[EmailChange, Account] | None:
    """A change and whose it is; None if either is gone."""
    async with database.within(db, *_AT_BOTH_ENDS) as own:
        change = await own.get(EmailChange, change_id)
        account = await own.get(Account, change.account_id) if change else None
    return (change, account) if change is not None and account is not None else None


@mailboxes.address_source(PENDING)
async def _pending(db: AsyncSession, row_id: str) -> Mailbox | None:
    match await _rows(db, row_id):
        case (change, account) if change.confirmed_at is None:
            return Mailbox(change.new_email, account.language, account.first_name)
        case _:
            return None


@mailboxes.address_source(FORMER)
async def _former(db: AsyncSession, row_id: str) -> Mailbox | None:
    match await _rows(db, row_id):
        case (change, account) if change.old_verified_at is not None:
            return Mailbox(change.old_email, account.language, account.first_name)
        case _:
            return None


def _change_of(context: Context) -> str:
    return context.recipient.row_id if isinstance(context.recipient, RowRecipient) else ""


async def _change(db: AsyncSession, context: Context) -> Values | None:
    change = await db.get(EmailChange, _change_of(context))
    if change is None or change.confirmed_at is not None:
        return None
    token = await account_tokens.issue(db, TokenKind.CHANGE_EMAIL, change.account_id, ref=change.id, now=context.now)
    return {"link": f"/verify#token={token}"}


CHANGE = register(
    NecessaryTemplate(
        "email_change",
        subject=n_("Confirm your new e-mail address"),
        purpose=ACCOUNT_MAIL,
        also=(EMAIL_CHANGE, LOCAL_TIMES),
        body=(
            paragraph(n_("You want to sign in with this address from now on. Confirm that it is yours.")),
            button(n_("Confirm my address"), "link"),
            note(n_("The link works once, for 24 hours. Until then the address stays as it was.")),
        ),
        compose=_change,
        sample={"link": "/verify#token=abc"},
    )
)


async def _revoke(db: AsyncSession, context: Context) -> Values | None:
    change = await db.get(EmailChange, _change_of(context))
    if change is None:
        return None
    token = await account_tokens.issue(db, TokenKind.REVOKE_EMAIL, change.account_id, ref=change.id, now=context.now)
    return {"link": f"/revoke#token={token}", "is_done": change.confirmed_at is not None}


REVOKE = register(
    NecessaryTemplate(
        "email_change_notice",
        subject=n_("The e-mail address of your account"),
        purpose=ACCOUNT_MAIL,
        also=(EMAIL_CHANGE, LOCAL_TIMES),
        body=(
            paragraph(n_("Somebody who is signed in to your account has asked to change its e-mail address.")),
            paragraph(n_("The change is done: this address is no longer used to sign in."), when="is_done"),
            paragraph(n_("If it was you, there is nothing to do. If it was not, take it back now.")),
            button(n_("Take the change back"), "link"),
            note(n_("The link works once, for 7 days. It restores this address and signs out every device.")),
        ),
        compose=_revoke,
        sample={"link": "/revoke#token=abc", "is_done": True},
    )
)
