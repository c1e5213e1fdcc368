"""Letters of the privacy center: the way in by link, and the announcement of an erasure."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app.models import Account, ContactThread, PrivacyState
from conference_app.services import letters, signed_links
from conference_app.services.letters import (
    AccountRecipient,
    AddressRecipient,
    Context,
    RowRecipient,
    Values,
    button,
    note,
    paragraph,
)
from conference_app.services.signed_links import Subject
from conference_app.texts import current_language, n_

LINK_LIFE = timedelta(hours=24)
UNDO_LIFE = timedelta(days=31)
"""Longer than any erasure waits."""


def center_path(token: str) -> str:
    """The privacy center of whoever holds this "privacy" token, in the default language."""
    return f"/privacy-center/{token}"


async def _link(db: AsyncSession, context: Context, life: timedelta) -> str:
    match context.recipient:
        case AccountRecipient(account_id):
            token = await signed_links.make_for(db, "privacy", Subject("account", account_id), life=life)
        case AddressRecipient(address_id):
            token = await signed_links.make_for(db, "privacy", Subject("address", address_id), life=life)
        case RowRecipient("contact", thread_id):
            thread = await db.get(ContactThread, thread_id)
            if thread is None:
                raise ValueError("the conversation is gone")
            token = signed_links.make("privacy", thread.email_key, life=life)
        case _:
            raise ValueError("these letters go to accounts, addresses and those who wrote to us")
    return center_path(token)


async def _way_in(db: AsyncSession, context: Context) -> Values:
    has_account = False
    if isinstance(context.recipient, AccountRecipient):
        has_account = await db.get(Account, context.recipient.account_id) is not None
    return {"link": await _link(db, context, LINK_LIFE), "has_account": has_account}


async def _planned(db: AsyncSession, context: Context) -> Values | None:
    query = select(PrivacyState).where(PrivacyState.id == str(context.refs["state_id"]))
    row = (await db.exec(query)).first()
    if row is None or row.erase_due_at is None:
        return None  # taken back before the letter left
    when = format_datetime(row.erase_due_at, "d MMMM y, HH:mm", tzinfo=ZoneInfo("UTC"), locale=current_language())
    return {"link": await _link(db, context, UNDO_LIFE), "when": f"{when} UTC"}


WAY_IN = letters.necessary(
    "privacy_link",
    subject=n_("What {brand} keeps about you"),
    purpose="privacy",
    body=(
        paragraph(n_("Somebody, probably you, asked what we keep about this address. This link shows it.")),
        button(n_("See what you keep")),
        paragraph(
            n_("You also have an account. What belongs to it shows in the privacy center after you sign in."),
            when="has_account",
        ),
        note(n_("The link works for 24 hours. If it was not you, do nothing: nobody but you can see this mail.")),
    ),
    compose=_way_in,
    sample={"link": "/privacy-center/abc", "has_account": True},
)

ERASURE_PLANNED = letters.necessary(
    "erasure_planned",
    subject=n_("Your data will be erased"),
    purpose="privacy",
    body=(
        paragraph(n_("You asked us to erase what we keep about you. That happens on {when}.")),
        paragraph(n_("Until then you can take it back, by this link or by signing in.")),
        button(n_("Keep my data")),
        note(n_("If it was not you who asked, use the link above now, then choose a new password.")),
    ),
    compose=_planned,
    sample={"link": "/privacy-center/abc", "when": "30 November 2026, 12:00 UTC"},
)
