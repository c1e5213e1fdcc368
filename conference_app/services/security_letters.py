"""Letters about the safety of an account: links that prove an address, and word of every change that matters."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.models import Account, EmailChange
from conference_app.services import account_tokens, audit, letters, mail
from conference_app.services.account_tokens import TokenKind
from conference_app.services.audit import AuditTag
from conference_app.services.letters import (
    AccountRecipient,
    Context,
    RowRecipient,
    Values,
    button,
    facts,
    note,
    paragraph,
)
from conference_app.services.mail import Mailbox
from conference_app.texts import _, current_language, localized_path, n_

PENDING, FORMER = "pending_email", "former_email"
"""Sources of addresses that are not the account's now: the one on its way in, the one on its way out."""


@mail.address_source(PENDING)
async def _pending(db: AsyncSession, row_id: str) -> Mailbox | None:
    change = await db.get(EmailChange, row_id)
    account = await db.get(Account, change.account_id) if change else None
    if change is None or account is None or change.confirmed_at is not None:
        return None
    return Mailbox(change.new_email, account.language, account.first_name)


@mail.address_source(FORMER)
async def _former(db: AsyncSession, row_id: str) -> Mailbox | None:
    change = await db.get(EmailChange, row_id)
    account = await db.get(Account, change.account_id) if change else None
    if change is None or account is None or change.old_verified_at is None:
        return None
    return Mailbox(change.old_email, account.language, account.first_name)


def _account_of(context: Context) -> str:
    return context.recipient.account_id if isinstance(context.recipient, AccountRecipient) else ""


async def _owner_of(db: AsyncSession, key: bytes | None) -> Account | None:
    """The account whose confirmed address has this look-up key."""
    if key is None:
        return None
    return (await db.exec(select(Account).where(col(Account.email_key) == key))).first()


async def _verify(db: AsyncSession, context: Context) -> Values | None:
    account = await db.get(Account, _account_of(context))
    if account is None or account.email_verified_at is not None:
        return None
    if await _owner_of(db, account.claim_key):
        # Somebody typed an address that belongs to another account. Its owner learns that; who typed it does not.
        return {"is_new": False, "is_known": True, "sign_in": "/sign-in", "link": ""}
    token = await account_tokens.make(db, TokenKind.VERIFY_EMAIL, account.id, now=context.now)
    return {"is_new": True, "is_known": False, "sign_in": "", "link": f"/verify/{token}"}


VERIFY = letters.necessary(
    "verify_email",
    subject=n_("Your registration at {brand}"),
    purpose="account",
    body=(
        paragraph(n_("Confirm that this is your e-mail address. Then your meetings can begin."), when="is_new"),
        button(n_("Confirm my address"), "link", when="is_new"),
        note(n_("The link works once, for 24 hours. If you did not register, do nothing."), when="is_new"),
        paragraph(
            n_("Somebody registered with your e-mail address. You have an account already, so nothing has changed."),
            when="is_known",
        ),
        button(n_("Sign in"), "sign_in", when="is_known"),
        note(n_("If it was you, sign in, or choose a new password. If it was not, do nothing."), when="is_known"),
    ),
    compose=_verify,
    sample={"is_new": True, "is_known": False, "sign_in": "", "link": "/verify/abc"},
)


async def _reset(db: AsyncSession, context: Context) -> Values | None:
    account = await db.get(Account, _account_of(context))
    if account is None or (account.email_verified_at is None and await _owner_of(db, account.claim_key)):
        return None
    token = await account_tokens.make(db, TokenKind.RESET_PASSWORD, account.id, now=context.now)
    return {"link": f"/reset/{token}"}


RESET = letters.necessary(
    "password_reset",
    subject=n_("Choose a new password"),
    purpose="account",
    body=(
        paragraph(n_("Somebody asked for a new password for your account.")),
        button(n_("Choose a new password"), "link"),
        note(n_("The link works once, for 30 minutes. If it was not you, do nothing: your password stays as it is.")),
    ),
    compose=_reset,
    sample={"link": "/reset/abc"},
)


def _change_of(context: Context) -> str:
    return context.recipient.row_id if isinstance(context.recipient, RowRecipient) else ""


async def _change(db: AsyncSession, context: Context) -> Values | None:
    change = await db.get(EmailChange, _change_of(context))
    if change is None or change.confirmed_at is not None:
        return None
    token = await account_tokens.make(db, TokenKind.CHANGE_EMAIL, change.account_id, ref=change.id, now=context.now)
    return {"link": f"/verify/{token}"}


CHANGE = letters.necessary(
    "email_change",
    subject=n_("Confirm your new e-mail address"),
    purpose="account",
    body=(
        paragraph(n_("You want to sign in with this address from now on. Confirm that it is yours.")),
        button(n_("Confirm my address"), "link"),
        note(n_("The link works once, for 24 hours. Until then the address stays as it was.")),
    ),
    compose=_change,
    sample={"link": "/verify/abc"},
)


async def _revoke(db: AsyncSession, context: Context) -> Values | None:
    change = await db.get(EmailChange, _change_of(context))
    if change is None:
        return None
    token = await account_tokens.make(db, TokenKind.REVOKE_EMAIL, change.account_id, ref=change.id, now=context.now)
    return {"link": f"/revoke/{token}", "is_done": change.confirmed_at is not None}


REVOKE = letters.necessary(
    "email_change_notice",
    subject=n_("The e-mail address of your account"),
    purpose="account",
    body=(
        paragraph(n_("Somebody who is signed in to your account has asked to change its e-mail address.")),
        paragraph(n_("The change is done: this address is no longer used to sign in."), when="is_done"),
        paragraph(n_("If it was you, there is nothing to do. If it was not, take it back now.")),
        button(n_("Take the change back"), "link"),
        note(n_("The link works once, for 7 days. It restores this address and signs out every device.")),
    ),
    compose=_revoke,
    sample={"link": "/revoke/abc", "is_done": True},
)


def _when(seconds: int, zone: str | None) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return (
        format_datetime(moment, "medium", tzinfo=ZoneInfo(zone or "UTC"), locale=current_language())
        + f" ({zone or 'UTC'})"
    )


async def _notice(db: AsyncSession, context: Context) -> Values | None:
    account = await db.get(Account, _account_of(context))
    if account is None or account.email_verified_at is None:
        return None
    what = _(audit.WORDS[AuditTag(str(context.refs["tag"]))])
    when = _when(int(context.refs["at"]), account.time_zone)
    return {
        "what": what,
        "facts": [(_("What"), what), (_("When"), when)],
        "link": localized_path("/account/security", "en"),
    }


NOTICE = letters.necessary(
    "security_notice",
    subject=n_("Something about your account was changed"),
    purpose="account",
    body=(
        paragraph("{what}"),
        facts("facts"),
        paragraph(n_("If it was you, there is nothing to do. If it was not, choose a new password at once.")),
        button(n_("Look at my account"), "link"),
    ),
    compose=_notice,
    sample={
        "what": "Your password was changed.",
        "facts": [("What", "Your password was changed."), ("When", "22 Nov 2026, 14:00")],
        "link": "/account/security",
    },
)


async def tell(
    db: AsyncSession,
    account_id: str,
    tag: AuditTag,
    *,
    detail: str = "",
    by_mail: bool = True,
    now: datetime | None = None,
) -> None:
    """Write down that `tag` happened, and send the account's confirmed address word of it."""
    now = now or datetime.now(UTC)
    await audit.record(db, tag, account_id=account_id, detail=detail, now=now)
    if not by_mail:
        return
    await mail.send(db, NOTICE.letter(AccountRecipient(account_id), tag=tag.value, at=int(now.timestamp())))
