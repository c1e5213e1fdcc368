"""Emails leave: a batch of jobs over one connection.

What is guaranteed when a process is killed: an email is never lost before its text begins to go out, nor sent again
after the outcome is noted. Killed in between (the server may have taken it or not), a newsletter or promotion is
noted as `uncertain` and not sent again; any other email is sent again with the same Message-ID. At most one email of
a connection is in between: each one's outcome is noted in the transaction that lets the next one begin. Of two who have
the same email, since the first was so slow that it was taken for dead, one lets it begin.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic

from sqlalchemy import BindParameter, LargeBinary, String, Update, bindparam, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.config import settings
from conference_app.models import OutgoingEmail
from conference_app.models.columns import UTCDateTime
from conference_app.purposes import DELIVERY
from conference_app.services.emails.template import EmailClass
from conference_app.services.jobs import queue
from conference_app.services.jobs.leases import LEASE
from conference_app.services.jobs.queue import Outcome, Postponed, Run, TryAgain
from conference_app.services.mail import bounces, dkim, mailboxes, permission, smtp
from conference_app.services.mail.outbox import JOB, ONCE_AT_MOST, WAITING, Status
from conference_app.services.mail.permission import Withheld
from conference_app.services.mail.preparing import EMAILS, Batch, Ready, note
from conference_app.services.people import email_addresses
from conference_app.services.people.subjects import SubjectKind

logger = logging.getLogger(__name__)

MOST = 25
"""Emails in a batch: what is urgent waits for less than a second until one of the running batches ends."""
LONGEST_S = 60.0
"""A batch at a slow server ends then; the rest of its emails get another turn."""


@queue.batch_handler(JOB, MOST)
async def deliver(runs: Sequence[Run]) -> Sequence[Outcome]:
    """Send emails, unless they left already or may not leave."""
    batch = await Batch.read([str(run.payload["email"]) for run in runs])
    outcomes: list[Outcome] = []
    began = monotonic()
    with smtp.conversation() as talk:
        postman = _Postman(batch, talk)
        try:
            for run in runs:
                is_late = monotonic() - began > LONGEST_S
                outcomes.append(Postponed(queue.now()) if is_late else await postman.carry(run))
        finally:
            await postman.note_last()
    return outcomes


class _Postman:
    """Carries the emails of a batch, one after the other."""

    def __init__(self, batch: Batch, talk: smtp.Conversation) -> None:
        self.batch = batch
        self.talk = talk
        self.sent: list[str] = []
        """The email that the server took and that is not noted yet, if there is one."""

    async def carry(self, run: Run) -> Outcome:
        """One email's way; what is wrong with it alone is its outcome, and no other email's."""
        refs = {name: value for name, value in run.payload.items() if name != "email"}
        try:
            ready = await self.batch.ready(str(run.payload["email"]), refs)
            return await self.hand_over(ready, run) if ready is not None else None
        except Exception as err:  # an email that cannot be made keeps no other one back
            logger.warning("email %s could not be sent", run.payload["email"], exc_info=True)
            return err

    async def hand_over(self, ready: Ready, run: Run) -> Outcome:
        try:
            message = await asyncio.to_thread(dkim.signed, ready.message) if settings().mail.dkim_key else ready.message
            recipient = email_addresses.ascii_address(ready.mailbox.email)
            await self.talk.address(bounces.envelope_sender(ready.email_id, ready.mailbox.key), recipient)
            if await self.may_leave(ready):
                await self.talk.hand_over(message)
                self.sent = [ready.email_id]
        except Postponed as later:
            return later
        except smtp.Refused as err:
            await _refused(ready, err)
        except smtp.Deferred as err:
            return await _not_yet(ready, run, err)
        except smtp.Broken as err:
            if ready.template.email_class not in ONCE_AT_MOST:
                return await _not_yet(ready, run, err)
            await _note(ready.email_id, Status.UNCERTAIN)
        return None

    async def may_leave(self, ready: Ready) -> bool:
        """Note that the last email left and that this one begins to; False if, in this last look, it may not."""
        async with database.session(DELIVERY) as db:
            if self.sent:
                await note(db, self.sent, Status.SENT)
            begins = await _begin(db, ready)
        self.sent = []
        return begins

    async def note_last(self) -> None:
        if self.sent:
            await _note(self.sent[0], Status.SENT)
            self.sent = []


async def _begin(db: AsyncSession, ready: Ready) -> bool:
    subject = mailboxes.subject_of(ready.recipient)
    if subject is not None and ready.template.email_class in permission.CONSENTED:
        values = {
            "the_email": ready.email_id,
            "the_status": ready.status,
            "the_id": subject.id,
            "the_key": ready.mailbox.key,
            "the_time": queue.now(),
        }
        begun = await (await db.connection()).execute(
            _beginning(ready.template.email_class, subject.kind, ready.purpose), values
        )
        if begun.first() is not None:
            return True
    return await _begin_slowly(db, ready)


@functools.lru_cache(maxsize=200)
def _beginning(email_class: EmailClass, kind: SubjectKind, purpose: str) -> Update:
    """One statement that lets an email begin if all of `permission.conditions` hold."""
    the_id: BindParameter[str] = bindparam("the_id", type_=String)
    the_key: BindParameter[bytes] = bindparam("the_key", type_=LargeBinary)
    the_time: BindParameter[datetime] = bindparam("the_time", type_=UTCDateTime)
    return (
        update(EMAILS)
        .where(col(OutgoingEmail.id) == bindparam("the_email"), col(OutgoingEmail.status) == bindparam("the_status"))
        .where(*permission.conditions(email_class, kind, the_id, the_key, purpose, the_time).values())
        .values(status=Status.HANDING_OVER, changed_at=the_time)
        .returning(col(OutgoingEmail.id))
    )


async def _begin_slowly(db: AsyncSession, ready: Ready) -> bool:
    """The same in several statements, which also tell why not."""
    row = await db.get(OutgoingEmail, ready.email_id, with_for_update=True)
    if row is None or row.status not in WAITING:
        return False
    if row.status != ready.status:  # somebody else lets it leave at this moment: what comes of it is seen later
        raise Postponed(queue.now() + LEASE)
    try:
        mailbox = await permission.allowed(db, row, ready.template)
    except Withheld as why:
        await note(db, [row.id], Status.WITHHELD, str(why))
        return False
    if mailbox.email != ready.mailbox.email:
        raise smtp.Deferred("the address has just changed")
    await note(db, [row.id], Status.HANDING_OVER)
    return True


async def _note(email_id: str, status: Status, reason: str = "") -> None:
    async with database.session() as db:
        await note(db, [email_id], status, reason)


async def _not_yet(ready: Ready, run: Run, why: Exception) -> Outcome:
    await _note(ready.email_id, Status.FAILED if run.is_last else Status.QUEUED)
    again = TryAgain()
    again.__cause__ = why
    return again


async def _refused(ready: Ready, err: smtp.Refused) -> None:
    logger.info("email %s was refused: %s", ready.email_id, err.code)
    async with database.session() as db:
        await note(db, [ready.email_id], Status.REFUSED, err.code)
        if err.about_recipient and bounces.says_unknown(err.code):
            await bounces.mark(db, ready.mailbox.key, err.code, queue.now())
