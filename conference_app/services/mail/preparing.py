"""Makes letters ready to leave: everything is read anew, and put into words.

A letter that says the same to everybody (`same_for_all`) is composed and rendered once for a language and a batch, and
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
from conference_app.models import MailLetter
from conference_app.purposes import DELIVERY, LANGUAGE
from conference_app.services.emails import rendering as letter_rendering
from conference_app.services.emails.recipients import Recipient
from conference_app.services.emails.template import TEMPLATES, Context, Refs, Template, Values
from conference_app.services.jobs import queue as jobs
from conference_app.services.mail import mailboxes as mail_recipients
from conference_app.services.mail import message as mail_message
from conference_app.services.mail import permission, stop_links
from conference_app.services.mail.mailboxes import Mailbox
from conference_app.services.mail.message import Sheet
from conference_app.services.mail.outbox import ONCE_AT_MOST, WAITING, Status
from conference_app.services.mail.permission import Withheld

LETTERS = SQLModel.metadata.tables["mail_letter"]


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter with everything it needs to leave now."""

    letter_id: str
    status: str
    """Its status when it was read."""
    template: Template
    recipient: Recipient
    purpose: str
    mailbox: Mailbox = field(repr=False)
    message: bytes = field(repr=False)


async def note(db: AsyncSession, letter_ids: Iterable[str], status: Status, reason: str = "") -> None:
    """Note what became of letters."""
    changed = {"status": status, "reason": reason, "changed_at": jobs.now()}
    noting = update(LETTERS).where(LETTERS.c.id.in_(letter_ids)).values(changed)
    await (await db.connection()).execute(noting)  # not as the session's: this is done twice for each letter


class Batch:
    """The letters of some jobs; each is made ready when its turn comes."""

    def __init__(self, rows: Sequence[MailLetter], mailboxes: dict[Recipient, Mailbox]) -> None:
        self._rows = {row.id: row for row in rows}
        self._mailboxes = mailboxes
        """Of the letters that are alike."""
        self._sheets: dict[tuple[str, str, frozenset[tuple[str, str | int]]], Sheet | None] = {}

    @classmethod
    async def read(cls, letter_ids: Iterable[str]) -> Self:
        """Those of the letters that still wait. One that broke off on its way is noted so, if it leaves at most once."""
        waiting = (col(MailLetter.id).in_(letter_ids), col(MailLetter.status).in_(WAITING))
        async with database.reading(DELIVERY) as db:
            rows = (await db.exec(select(MailLetter).where(*waiting))).all()
            broken = [row for row in rows if row.status == Status.HANDING_OVER and row.letter_class in ONCE_AT_MOST]
            rows = [row for row in rows if row not in broken]
            mailboxes = await permission.mailboxes_of_many(db, [row for row in rows if _is_alike(row)])
        if broken:
            async with database.session() as db:
                await note(db, [row.id for row in broken], Status.UNCERTAIN)
        return cls(rows, mailboxes)

    async def ready(self, letter_id: str, refs: Refs) -> Ready | None:
        """The letter as it leaves now; None if there is nothing to send, which is noted."""
        row = self._rows.get(letter_id)
        if row is None:
            return None
        try:
            return await self._copy(row, refs) if _is_alike(row) else await _made(row.id, refs)
        except Withheld as why:
            async with database.session() as db:
                await note(db, [letter_id], Status.WITHHELD, str(why))
            return None

    async def _copy(self, row: MailLetter, refs: Refs) -> Ready:
        template, recipient = TEMPLATES[row.template], mail_recipients.recipient_of(row)
        mailbox = self._mailboxes.get(recipient)
        if mailbox is None:
            raise Withheld("no_address")
        language = row.language or mailbox.language
        key = (row.template, language, frozenset(refs.items()))
        if key not in self._sheets:
            async with database.reading() as db:
                values = await _values(db, template, Context(recipient, refs, language, "", jobs.now()))
            self._sheets[key] = None if values is None else _sheet(template, values, language)
        sheet = self._sheets[key]
        if sheet is None:
            raise Withheld("not_wanted")
        return _ready(row, template, mailbox, sheet)


def _is_alike(row: MailLetter) -> bool:
    template = TEMPLATES.get(row.template)
    return template is not None and template.same_for_all and template.letter_class == row.letter_class


async def _made(letter_id: str, refs: Refs) -> Ready | None:
    """A letter that is made by itself, in one transaction that may also write (links' tokens). Raises Withheld."""
    async with database.session(DELIVERY) as db:
        row = await db.get(MailLetter, letter_id, with_for_update=True)
        if row is None or row.status not in WAITING:
            return None
        template = TEMPLATES.get(row.template)
        if template is None or template.letter_class != row.letter_class:
            raise Withheld("unknown_template")
        mailbox = await permission.allowed(db, row, template)
        language, recipient = row.language or mailbox.language, mail_recipients.recipient_of(row)
        context = Context(recipient, refs, language, mailbox.name, jobs.now(), row.id)
        async with database.within(db, LANGUAGE, *await permission.read_for(db, row, template)) as own:
            values = await _values(own, template, context)
        if values is None:
            raise Withheld("not_wanted")
    return _ready(row, template, mailbox, _sheet(template, {"name": mailbox.name, **values}, language))


async def _values(db: AsyncSession, template: Template, context: Context) -> Values | None:
    with texts.language(context.language):
        return await template.compose(db, context) if template.compose else context.refs


def _sheet(template: Template, values: Values, language: str) -> Sheet:
    rendered = letter_rendering.render(template, values, language, stop_links.marked_choices(template))
    return mail_message.sheet(template, rendered, values, language, jobs.now())


def _ready(row: MailLetter, template: Template, mailbox: Mailbox, sheet: Sheet) -> Ready:
    choices = stop_links.choices(row, template, mailbox)
    message = mail_message.addressed(sheet, row.id, mailbox.email, choices)
    return Ready(row.id, row.status, template, mail_recipients.recipient_of(row), row.purpose, mailbox, message)
