"""Reminds the operator of a request that is still open ten days before it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.models import Case
from conference_app.purposes import REQUESTS
from conference_app.services.cases.cases import KINDS, REMINDER, Kind
from conference_app.services.emails.blocks import button, facts, paragraph
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import RowRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.jobs import queue
from conference_app.services.mail import mailboxes, outbox
from conference_app.services.mail.mailboxes import Mailbox
from conference_app.texts import DEFAULT_LANGUAGE, _, n_


@mailboxes.address_source("controller")
async def controller_mailbox(_db: AsyncSession, _row_id: str) -> Mailbox | None:
    """The operator's own address for questions about privacy."""
    return Mailbox(settings().controller.email, DEFAULT_LANGUAGE)


async def _compose_reminder(db: AsyncSession, context: Context) -> Values | None:
    async with database.within(db, REQUESTS) as own:
        case = await own.get(Case, str(context.refs["case"]))
    if case is None or case.closed_at is not None:
        return None
    what = [
        (_("What is asked for"), _(KINDS[cast(Kind, case.kind)])),
        (_("To be done by"), case.due_at.date().isoformat()),
    ]
    return {"days": max(0, (case.due_at - context.now) // timedelta(days=1)), "facts": what, "link": "/staff/cases"}


_REMINDER_MESSAGE = register(
    NecessaryTemplate(
        "case_reminder",
        subject=n_("A request is due in {days} days"),
        purpose=REQUESTS,
        body=(
            paragraph(n_("Somebody asked for something about their data, and the law gives a month to do it.")),
            facts("facts"),
            button(n_("Open the cases")),
        ),
        compose=_compose_reminder,
        sample={"days": 10, "facts": [("What is asked for", "Erasure")], "link": "/staff/cases"},
    )
)


@queue.handler(REMINDER)
async def _remind(payload: queue.Payload) -> None:
    async with database.session(REQUESTS) as db:
        case = await db.get(Case, str(payload["case"]))
        if case is not None and case.closed_at is None:
            message = _REMINDER_MESSAGE.message(RowRecipient("controller", case.id), case=case.id)
            await outbox.send(db, message, key=f"case-reminder:{case.id}")
