"""Emails about the safety of an account: the first link, a new password, and word of every change that matters."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.models import Account, AuditEntry
from conference_app.purposes import ACCOUNT_MAIL, EMAIL_CHANGE, HISTORY, LOCAL_TIMES, USERNAME
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.emails import local_times
from conference_app.services.emails.blocks import button, facts, note, paragraph
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import AccountRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.mail import outbox
from conference_app.services.sign_in import account_tokens
from conference_app.services.sign_in.account_tokens import TokenKind
from conference_app.texts import _, localized_path, n_

_SAFETY = (EMAIL_CHANGE, LOCAL_TIMES)
"""What every email here may read for, beside the address it goes to: whose address it is, and when it is there."""


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
        return {"is_new": False, "is_known": True, "sign_in": "/sign-in", "link": "", "facts": []}
    proof = account_tokens.proof_of(account.email)
    token = await account_tokens.issue(db, TokenKind.VERIFY_EMAIL, account.id, ref=proof, now=context.now)
    shown = [(_("Username"), _without_link(account.username))]
    return {"is_new": True, "is_known": False, "sign_in": "", "link": f"/verify#token={token}", "facts": shown}


def _without_link(text: str) -> str:
    """`text` with a joiner that draws nothing behind each dot, so that no mail program makes a link of it.

    A stranger chooses it, and to whose address it goes.
    """
    return text.replace(".", ".\u2060")


VERIFY = register(
    NecessaryTemplate(
        "verify_email",
        subject=n_("Your registration at {brand}"),
        purpose=ACCOUNT_MAIL,
        also=(*_SAFETY, USERNAME),
        body=(
            paragraph(n_("Confirm that this is your e-mail address. Then your meetings can begin."), when="is_new"),
            facts("facts", when="is_new"),
            button(n_("Confirm my address"), "link", when="is_new"),
            note(
                n_(
                    "The link works once, for 24 hours. If you did not register under this username, do nothing: "
                    "confirming would give your address to a stranger's account."
                ),
                when="is_new",
            ),
            paragraph(
                n_(
                    "Somebody registered with your e-mail address. You have an account already, so nothing has changed."
                ),
                when="is_known",
            ),
            button(n_("Sign in"), "sign_in", when="is_known"),
            note(n_("If it was you, sign in, or choose a new password. If it was not, do nothing."), when="is_known"),
        ),
        compose=_verify,
        sample={
            "is_new": True,
            "is_known": False,
            "sign_in": "",
            "link": "/verify#token=abc",
            "facts": [("Username", "ann")],
        },
    )
)


async def _reset(db: AsyncSession, context: Context) -> Values | None:
    account = await db.get(Account, _account_of(context))
    if account is None or (account.email_verified_at is None and await _owner_of(db, account.claim_key)):
        return None
    proof = account_tokens.proof_of(account.email)
    token = await account_tokens.issue(db, TokenKind.RESET_PASSWORD, account.id, ref=proof, now=context.now)
    return {"link": f"/reset/choose#token={token}"}


RESET = register(
    NecessaryTemplate(
        "password_reset",
        subject=n_("Choose a new password"),
        purpose=ACCOUNT_MAIL,
        also=_SAFETY,
        body=(
            paragraph(n_("Somebody asked for a new password for your account.")),
            button(n_("Choose a new password"), "link"),
            note(
                n_("The link works once, for 30 minutes. If it was not you, do nothing: your password stays as it is.")
            ),
        ),
        compose=_reset,
        sample={"link": "/reset/choose#token=abc"},
    )
)


_IF_IT_WAS_YOU = n_("If it was you, there is nothing to do. If it was not, choose a new password at once.")
_OPERATOR = n_("Whoever runs this service decides this. If you did not expect it, ask them.")
_CLOSING = {
    AuditTag.SESSIONS_ENDED_BY_STAFF: n_("Sign in again, and choose a new password if somebody else may know yours."),
    AuditTag.ROLE_GIVEN: _OPERATOR,
    AuditTag.ROLE_TAKEN: _OPERATOR,
}
"""What to do after something that the person cannot have done."""


async def _notice(db: AsyncSession, context: Context) -> Values | None:
    account = await db.get(Account, _account_of(context))
    entry = await db.get(AuditEntry, str(context.refs["entry"]))
    if account is None or account.email_verified_at is None or entry is None:
        return None
    tag = AuditTag(entry.tag)
    closing = _CLOSING.get(tag, _IF_IT_WAS_YOU)
    device = [(_("Device"), entry.detail)] if tag is AuditTag.SIGNED_IN_ANEW and entry.detail else []
    return {
        "what": _(tag.words),
        "facts": [(_("When"), await local_times.when(db, context, entry.at)), *device],
        "closing": _(closing),
        "link": localized_path("/account/security", "en"),
    }


NOTICE = register(
    NecessaryTemplate(
        "security_notice",
        subject=n_("Something happened with your account"),
        purpose=ACCOUNT_MAIL,
        also=(*_SAFETY, HISTORY),
        body=(
            paragraph("{what}"),
            facts("facts"),
            paragraph("{closing}"),
            button(n_("Look at my account"), "link"),
        ),
        compose=_notice,
        sample={
            "what": "Your password was changed.",
            "facts": [("When", "22 November 2026, 14:00 (Europe/Warsaw)")],
            "closing": _IF_IT_WAS_YOU,
            "link": "/account/security",
        },
    )
)


async def tell(
    db: AsyncSession,
    account_id: str,
    tag: AuditTag,
    *,
    detail: str = "",
    by_mail: bool = True,
    now: datetime | None = None,
) -> str:
    """Write down that `tag` happened, and send the account's confirmed address word of it; the entry's number."""
    entry_id = await audit.record(db, tag, account_id=account_id, detail=detail, now=now)
    if by_mail:
        await _send(db, account_id, entry_id)
    return entry_id


async def tell_counted(
    db: AsyncSession, account_id: str, tag: AuditTag, *, by_mail: bool, now: datetime | None = None
) -> None:
    """The same for a tag of `audit.COUNTED`, which is written down once a day; the caller says when a mail is due."""
    entry_id = await audit.count(db, tag, account_id, now=now)
    if by_mail:
        await _send(db, account_id, entry_id)


async def _send(db: AsyncSession, account_id: str, entry_id: str) -> None:
    await outbox.send(db, NOTICE.message(AccountRecipient(account_id), entry=entry_id))
