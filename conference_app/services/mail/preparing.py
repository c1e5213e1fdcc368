"""Makes emails ready to leave: everything is read anew, and put into words.

An email that says the same to everybody (`same_for_all`) is composed and rendered once for a language and a batch, and
each recipient's links are filled in; any other is made by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database, texts
from conference_app.models import OutgoingEmail
from conference_app.purposes import DELIVERY, LANGUAGE
from conference_app.services.emails import rendering
from conference_app.services.emails.recipients import Recipient
from conference_app.services.emails.template import TEMPLATES, Context, Refs, Template, Values
from conference_app.services.jobs import queue
from conference_app.services.mail import message as mail_message
from conference_app.services.mail import permission, stop_links
from conference_app.services.mail.mailboxes import Mailbox, recipient_of
from conference_app.services.mail.message import Sheet
from conference_app.services.mail.outbox import ONCE_AT_MOST, WAITING, Status
from conference_app.services.mail.permission import Withheld

EMAILS = SQLModel.metadata.tables["outgoing_email"]


@dataclass(frozen=True, slots=True)
class Ready:
    """An email with everything it needs to leave now."""

    email_id: str
    status: str
    """Its status when it was read."""
    template: Template
    recipient: Recipient
    purpose: str
    mailbox: Mailbox = field(repr=False)
    message: bytes = field(repr=False)


async def note(db: AsyncSession, email_ids: Iterable[str], status: Status, reason: str = "") -> None:
    """Note what became of emails."""
    changed = {"status": status, "reason": reason, "changed_at": queue.now()}
    noting = update(EMAILS).where(EMAILS.c.id.in_(email_ids)).values(changed)
    await (await db.connection()).execute(noting)  # not as the session's: this is done twice for each email


class Batch:
    """The emails of some jobs; each is made ready when its turn comes."""

    def __init__(self, rows: Sequence[OutgoingEmail], mailboxes: dict[Recipient, Mailbox]) -> None:
        self._rows = {row.id: row for row in rows}
        self._mailboxes = mailboxes
        """Of the emails that are alike."""
        self._sheets: dict[tuple[str, str, frozenset[tuple[str, str | int]]], Sheet | None] = {}

    @classmethod
    async def read(cls, email_ids: Iterable[str]) -> Self:
        """Those of the emails that still wait. One that broke off on its way is noted so, if it leaves at most once."""
        waiting = (col(OutgoingEmail.id).in_(email_ids), col(OutgoingEmail.status).in_(WAITING))
        async with database.reading(DELIVERY) as db:
            rows = (await db.exec(select(OutgoingEmail).where(*waiting))).all()
            broken = [row for row in rows if row.status == Status.HANDING_OVER and row.email_class in ONCE_AT_MOST]
            rows = [row for row in rows if row not in broken]
            mailboxes = await permission.mailboxes_of_many(db, [row for row in rows if _is_alike(row)])
        if broken:
            async with database.session() as db:
                await note(db, [row.id for row in broken], Status.UNCERTAIN)
        return cls(rows, mailboxes)

    async def ready(self, email_id: str, refs: Refs) -> Ready | None:
        """The email as it leaves now; None if there is nothing to send, which is noted."""
        row = self._rows.get(email_id)
        if row is None:
            return None
        try:
            return await self._copy(row, refs) if _is_alike(row) else await _made(row.id, refs)
        except Withheld as why:
            async with database.session() as db:
                await note(db, [email_id], Status.WITHHELD, str(why))
            return None

    async def _copy(self, row: OutgoingEmail, refs: Refs) -> Ready:
        template, recipient = TEMPLATES[row.template], recipient_of(row)
        mailbox = self._mailboxes.get(recipient)
        if mailbox is None:
            raise Withheld("no_address")
        language = row.language or mailbox.language
        key = (row.template, language, frozenset(refs.items()))
        if key not in self._sheets:
            async with database.reading() as db:
                values = await _values(db, template, Context(recipient, refs, language, "", queue.now()))
            self._sheets[key] = None if values is None else _sheet(template, values, language)
        sheet = self._sheets[key]
        if sheet is None:
            raise Withheld("not_wanted")
        return _ready(row, template, mailbox, sheet)


def _is_alike(row: OutgoingEmail) -> bool:
    template = TEMPLATES.get(row.template)
    return template is not None and template.same_for_all and template.email_class == row.email_class


async def _made(email_id: str, refs: Refs) -> Ready | None:
    """An email that is made by itself, in one transaction that may also write (links' tokens). Raises Withheld."""
    async with database.session(DELIVERY) as db:
        row = await db.get(OutgoingEmail, email_id, with_for_update=True)
        if row is None or row.status not in WAITING:
            return None
        template = TEMPLATES.get(row.template)
        if template is None or template.email_class != row.email_class:
            raise Withheld("unknown_template")
        mailbox = await permission.allowed(db, row, template)
        language, recipient = row.language or mailbox.language, recipient_of(row)
        context = Context(recipient, refs, language, mailbox.name, queue.now(), row.id)
        async with database.within(db, LANGUAGE, *await permission.read_for(db, row, template)) as own:
            values = await _values(own, template, context)
        if values is None:
            raise Withheld("not_wanted")
    return _ready(row, template, mailbox, _sheet(template, {"name": mailbox.name, **values}, language))


async def _values(db: AsyncSession, template: Template, context: Context) -> Values | None:
    with texts.language(context.language):
        return await template.compose(db, context) if template.compose else context.refs


def _sheet(template: Template, values: Values, language: str) -> Sheet:
    rendered = rendering.render(template, values, language, stop_links.marked_choices(template))
    return mail_message.sheet(template, rendered, values, language, queue.now())


def _ready(row: OutgoingEmail, template: Template, mailbox: Mailbox, sheet: Sheet) -> Ready:
    choices = stop_links.choices(row, template, mailbox)
    message = mail_message.addressed(sheet, row.id, mailbox.email, choices)
    return Ready(row.id, row.status, template, recipient_of(row), row.purpose, mailbox, message)
