"""What staff write to a person about their request: kept with the case, mailed, and shown in the privacy center."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast, get_args

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from conference_app import database
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.models import Account, Address, Case, CaseAnswer, ContactThread
from conference_app.purposes import REQUESTS
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.cases import cases
from conference_app.services.cases.cases import Kind, Status
from conference_app.services.emails import secret_requests
from conference_app.services.emails.blocks import button, facts, paragraph, plain
from conference_app.services.emails.messages import NecessaryTemplate
from conference_app.services.emails.recipients import AccountRecipient, AddressRecipient, RowRecipient
from conference_app.services.emails.template import Context, Values, register
from conference_app.services.mail import outbox
from conference_app.texts import _, n_

WORDS_LENGTH = 2000


def _checked(words: str, status: str) -> str:
    """The words to keep. Raises InvalidInput; only "being worked on" needs none."""
    words = words.replace("\r\n", "\n").strip()
    wrong: dict[str, ConferenceError] = {}
    if status not in get_args(Status) or status == "open":
        wrong["status"] = ConferenceError(n_("Choose what the request is now."))
    if len(words) > WORDS_LENGTH:
        wrong["words"] = ConferenceError(n_("Use at most {most} characters."), most=WORDS_LENGTH)
    elif not words and status != "in_progress":
        wrong["words"] = ConferenceError(n_("Write what the person should know."))
    elif problem := secret_requests.problem(words):
        wrong["words"] = problem
    if wrong:
        raise InvalidInput(wrong)
    return words


async def answer(case_id: str, words: str, status: str, *, staff_id: str, now: datetime | None = None) -> None:
    """Set a case's state and write to its person. For staff. Raises NotFound, InvalidInput (keys: words, status)."""
    words = _checked(words, status)
    now = now or datetime.now(UTC)
    async with database.session(REQUESTS) as db:
        case = await db.get(Case, case_id, with_for_update=True)
        if case is None:
            raise NotFound(cases.GONE)
        await cases.set_status(db, case_id, status, by="staff", now=now)
        await audit.record(db, AuditTag.STAFF_CASE_ANSWERED, account_id=staff_id, detail=case_id, now=now)
        if words:
            row = CaseAnswer(case_id=case_id, words=words, at=now)
            db.add(row)
            await db.flush()
            await _mail(db, case, row)


async def _mail(db: AsyncSession, case: Case, row: CaseAnswer) -> None:
    """Queue the email, unless the person is gone."""
    recipient = await _recipient(db, case)
    if recipient is not None:
        message = _ANSWER.message(recipient, case=case.id, answer=row.id or 0)
        await outbox.send(db, message, key=f"case-answer:{row.id}")


async def _recipient(db: AsyncSession, case: Case) -> AccountRecipient | AddressRecipient | RowRecipient | None:
    table = {"account": Account, "address": Address, "thread": ContactThread}[case.subject_kind]
    if (await db.exec(select(table.id).where(table.id == case.subject_id))).first() is None:
        return None
    match case.subject_kind:
        case "account":
            return AccountRecipient(case.subject_id)
        case "address":
            return AddressRecipient(case.subject_id)
        case _:
            return RowRecipient("contact", case.subject_id)


async def _compose(db: AsyncSession, context: Context) -> Values | None:
    async with database.within(db, REQUESTS) as own:
        case = await own.get(Case, str(context.refs["case"]))
        row = await own.get(CaseAnswer, int(context.refs["answer"]))
    if case is None or row is None:
        return None
    about = [
        (_("What you asked for"), _(cases.KINDS[cast(Kind, case.kind)])),
        (_("How far it is"), _(cases.STATUSES[cast(Status, case.status)])),
    ]
    has_account = isinstance(context.recipient, AccountRecipient)
    return {"facts": about, "words": row.words, "link": "/privacy-center" if has_account else "/privacy-request"}


_ANSWER = register(
    NecessaryTemplate(
        "case_answer",
        subject=n_("About your request to {brand}"),
        purpose=REQUESTS,
        body=(
            paragraph(n_("You asked us for something about your data. This is our answer:")),
            plain("words"),
            facts("facts"),
            button(n_("See your requests")),
        ),
        compose=_compose,
        sample={"facts": [("What you asked for", "Erasure")], "words": "It is done.", "link": "/privacy-center"},
    )
)
