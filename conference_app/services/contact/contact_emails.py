"""The automatic emails to people who write to us: thanks, or that their mails are stopped as they asked."""

from __future__ import annotations

from datetime import datetime

from limits import RateLimitItem
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.errors import TooManyAttempts
from conference_app.models import ContactMessage, ContactThread
from conference_app.purposes import ANSWER
from conference_app.services.contact import reply_addresses
from conference_app.services.emails.blocks import button, facts, note, paragraph
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import RowRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.limits import rate_limits
from conference_app.services.mail import mailboxes, outbox
from conference_app.services.mail.mailboxes import Mailbox
from conference_app.services.people import signed_links
from conference_app.texts import _, n_


@mailboxes.address_source("contact")
async def _mailbox(db: AsyncSession, row_id: str) -> Mailbox | None:
    async with database.within(db, ANSWER) as own:
        thread = await own.get(ContactThread, row_id)
    return Mailbox(thread.email, thread.language, thread.name or "") if thread else None


async def threading(db: AsyncSession, message: ContactMessage) -> dict[str, object]:
    """The headers that keep a thread together in mail programs (RFC 5322 section 3.6.4)."""
    earlier = select(ContactMessage.mail_id).where(
        ContactMessage.thread_id == message.thread_id, col(ContactMessage.id) < (message.id or 0)
    )
    known = (await db.exec(earlier.order_by(col(ContactMessage.id)))).all()
    ids = [one for one in known if one and reply_addresses.MAIL_ID.fullmatch(one)]
    if message.direction == "in" and message.mail_id:
        ids.append(message.mail_id)
    headers = {"Reply-To": reply_addresses.reply_address(message.thread_id)}
    if ids:
        headers |= {"In-Reply-To": ids[-1], "References": " ".join(ids[-3:])}
    return {"headers": headers}


async def _answered(db: AsyncSession, context: Context, kind: str) -> Values | None:
    """What keeps the email in the conversation; None when that is gone."""
    message = await db.get(ContactMessage, int(context.refs["message"]))
    if message is None:
        return None
    return {"message_id": reply_addresses.mail_id_of(message.thread_id, kind), **await threading(db, message)}


async def _compose_thanks(db: AsyncSession, context: Context) -> Values | None:
    answered = await _answered(db, context, "thanks")
    controller = settings().controller
    lines = [(_("E-mail"), controller.email), (_("Phone"), controller.phone), (_("Address"), controller.address)]
    return None if answered is None else {"facts": lines, **answered}


_THANKS = register(
    NecessaryTemplate(
        "contact_thanks",
        subject=n_("Thank you for writing to us"),
        purpose=ANSWER,
        body=(
            paragraph(n_("Your message has arrived. A person reads it and answers at this address.")),
            paragraph(n_("You can also reach us like this:")),
            facts("facts"),
            note(n_("This is the only automatic answer. Your address is used for this conversation and nothing else.")),
        ),
        compose=_compose_thanks,
        sample={"facts": [("E-mail", "privacy@example.com")]},
        automatic_reply=True,
    )
)


async def _compose_stopped(db: AsyncSession, context: Context) -> Values | None:
    answered = await _answered(db, context, "stopped")
    message = await db.get(ContactMessage, int(context.refs["message"]))
    thread = await db.get(ContactThread, message.thread_id) if message else None
    if answered is None or thread is None:
        return None
    choose = signed_links.make("preferences", thread.email_key)
    return {"link": signed_links.preferences_path(choose), **answered}


_STOPPED = register(
    NecessaryTemplate(
        "contact_stopped",
        subject=n_("Your e-mails are stopped"),
        purpose=ANSWER,
        body=(
            paragraph(
                n_(
                    "Your message has arrived. It asks us to stop our e-mails to this address, so we have "
                    "stopped all that you had agreed to."
                )
            ),
            paragraph(n_("Was it somebody else who wrote, or do you want some of them after all? Choose them here.")),
            button(n_("Choose what you get")),
            note(n_("This is the only automatic answer. Your address is used for this conversation and nothing else.")),
        ),
        compose=_compose_stopped,
        sample={"link": "/preferences/abc"},
        automatic_reply=True,
    )
)


async def thank(db: AsyncSession, thread: ContactThread, message: ContactMessage, now: datetime) -> None:
    """Queue the one automatic answer of a thread (RFC 3834), not to somebody who got several today."""
    if thread.thanked_at is None:
        thread.thanked_at = now
        if await _may_have(rate_limits.THANKS_PER_EMAIL, thread):
            await _send(db, _THANKS, thread, message, f"contact-thanks:{thread.id}")


async def tell_stopped(db: AsyncSession, thread: ContactThread, message: ContactMessage, now: datetime) -> None:
    """Queue word that mails were stopped, in place of thanks: anybody may have written it with this address.

    Once a day at most, so that nobody can have us write to somebody again and again.
    """
    thread.thanked_at = thread.thanked_at or now
    if await _may_have(rate_limits.STOPPED_PER_EMAIL, thread):
        await _send(db, _STOPPED, thread, message, f"contact-stopped:{message.id}")


async def _may_have(limit: RateLimitItem, thread: ContactThread) -> bool:
    try:
        await rate_limits.count(limit, thread.email_key.hex())
    except TooManyAttempts:
        return False
    return True


async def _send(
    db: AsyncSession, template: NecessaryTemplate, thread: ContactThread, message: ContactMessage, key: str
) -> None:
    answer = template.message(RowRecipient("contact", thread.id), language=thread.language, message=message.id or 0)
    await outbox.send(db, answer, key=key)
