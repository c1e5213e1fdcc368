"""Emails about another e-mail address of somebody without an account: to the one on its way in, and the one on its way out."""

from __future__ import annotations

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.models import Account, AddressChange
from conference_app.purposes import EMAIL_CHANGE
from conference_app.services.addresses import address_tokens
from conference_app.services.emails.blocks import button, note, paragraph
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import RowRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.mail import mailboxes
from conference_app.services.mail.mailboxes import Mailbox
from conference_app.services.people import email_addresses
from conference_app.texts import n_

COMING, LEAVING = "coming_address", "leaving_address"
"""Sources of addresses: where the person wants to be reached, and where they were."""


async def has_account(db: AsyncSession, email: str) -> bool:
    """Whether the address is the confirmed one of an account: then only signing in opens what belongs to it."""
    query = select(Account.id).where(col(Account.email_key) == email_addresses.email_key(email))
    return (await db.exec(query)).first() is not None


async def _change(db: AsyncSession, row_id: str) -> AddressChange | None:
    async with database.within(db, EMAIL_CHANGE) as own:
        return await own.get(AddressChange, row_id)


@mailboxes.address_source(COMING)
async def _coming(db: AsyncSession, row_id: str) -> Mailbox | None:
    change = await _change(db, row_id)
    if change is None or change.confirmed_at is not None:
        return None
    return Mailbox(change.new_email, change.language)


@mailboxes.address_source(LEAVING)
async def _leaving(db: AsyncSession, row_id: str) -> Mailbox | None:
    change = await _change(db, row_id)
    return Mailbox(change.old_email, change.language) if change else None


def _change_id(context: Context) -> str:
    return context.recipient.row_id if isinstance(context.recipient, RowRecipient) else ""


async def _confirm(db: AsyncSession, context: Context) -> Values | None:
    change = await _change(db, _change_id(context))
    if change is None or change.confirmed_at is not None:
        return None
    if await has_account(db, change.new_email):  # its owner learns that; who typed the address does not
        return {"is_open": False, "has_account": True, "link": "", "sign_in": "/sign-in"}
    token = await address_tokens.issue(db, "confirm", change.id, now=context.now)
    return {"is_open": True, "has_account": False, "link": f"/address/confirm#token={token}", "sign_in": ""}


CONFIRM = register(
    NecessaryTemplate(
        "address_confirm",
        subject=n_("Is this your new e-mail address?"),
        purpose=EMAIL_CHANGE,
        body=(
            paragraph(
                n_(
                    "Somebody, probably you, asked us to use this address from now on, for all that we keep about "
                    "another one."
                ),
                when="is_open",
            ),
            button(n_("Use this address"), "link", when="is_open"),
            note(
                n_(
                    "The link works once, for 24 hours. If it was not you, do nothing: confirming would join what we "
                    "keep about you with what we keep about a stranger."
                ),
                when="is_open",
            ),
            paragraph(
                n_(
                    "Somebody asked us to use this address for what we keep about another one. You have an account "
                    "here, so nothing has changed and nothing was joined with it."
                ),
                when="has_account",
            ),
            button(n_("Sign in"), "sign_in", when="has_account"),
            note(
                n_("If it was you, sign in: your account has a privacy center of its own. If it was not, do nothing."),
                when="has_account",
            ),
        ),
        compose=_confirm,
        sample={"is_open": True, "has_account": False, "link": "/address/confirm#token=abc", "sign_in": ""},
    )
)


async def _notice(db: AsyncSession, context: Context) -> Values | None:
    change = await _change(db, _change_id(context))
    if change is None:
        return None
    token = await address_tokens.issue(db, "revoke", change.id, now=context.now)
    is_done = change.confirmed_at is not None
    return {"link": f"/address/revoke#token={token}", "is_done": is_done, "is_asked": not is_done}


NOTICE = register(
    NecessaryTemplate(
        "address_change_notice",
        subject=n_("The address we know you by"),
        purpose=EMAIL_CHANGE,
        body=(
            paragraph(
                n_(
                    "Somebody with a link to your data asked us to use another e-mail address for it. Nothing "
                    "changes until that address is confirmed."
                ),
                when="is_asked",
            ),
            paragraph(
                n_("What we keep about you is kept under another e-mail address now, as you or somebody asked."),
                when="is_done",
            ),
            paragraph(n_("If it was you, there is nothing to do. If it was not, take it back now.")),
            button(n_("Take the change back"), "link"),
            note(n_("The link works once, for 7 days. Everything that came from this address goes back to it.")),
        ),
        compose=_notice,
        sample={"link": "/address/revoke#token=abc", "is_done": True, "is_asked": False},
    )
)
