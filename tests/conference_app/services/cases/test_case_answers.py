"""What staff write about a request: the person gets it by mail and in the center, and it goes with their erasure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import select

from conference_app import database
from conference_app.config import Settings
from conference_app.errors import InvalidInput, NotFound
from conference_app.models import CaseAnswer, ContactThread
from conference_app.services import audit
from conference_app.services.audit import AuditTag
from conference_app.services.cases import case_answers, cases
from conference_app.services.contact import threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.people.subjects import Subject
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.privacy import erasure
from tests.conference_app.consent_people import NOW, gone, member, reader
from tests.fakes import FakeRoomAdmin
from tests.mailing import Mails, text_of


async def opened(subject: Subject, kind: cases.Kind = "erase") -> str:
    async with database.session() as db:
        owner = {f"{subject.kind}_id": subject.id}
        return await cases.open_case(db, kind, **owner, opened_from="mail", now=NOW)


@pytest.mark.promise("P95")
async def test_an_answer_is_mailed_and_stands_in_the_history(db: Settings, mails: Mails) -> None:
    ann, staff = await member("ann"), await member("editor")
    case_id = await opened(ann)
    later = NOW + timedelta(days=2)
    await case_answers.answer(case_id, "We need your\r\nbirthday. ", "waiting", staff_id=staff.id, now=NOW)
    await case_answers.answer(case_id, "All is gone.", "done", staff_id=staff.id, now=later)
    case = await cases.get(case_id)
    assert (case.status, case.closed_at) == ("done", later)
    assert [(one.words, one.at) for one in case.answers] == [("We need your\nbirthday.", NOW), ("All is gone.", later)]
    await mails.deliver()
    found = [mail for mail in mails.to("ann@example.com") if "About your request" in mail["Subject"]]
    assert len(found) == 2
    assert "All is gone." in "".join(text_of(mail) for mail in found)
    about_case = (AuditTag.CASE_CLOSED, AuditTag.CASE_OPENED)  # beside what was written when ann registered, today
    noted = [one.tag for one in await audit.entries(ann.id) if one.tag in about_case]
    assert noted == [AuditTag.CASE_CLOSED, AuditTag.CASE_OPENED]
    assert [one.tag for one in await audit.entries(staff.id)].count(AuditTag.STAFF_CASE_ANSWERED) == 2


async def test_guests_and_those_who_wrote_to_us_are_answered_too(db: Settings, mails: Mails) -> None:
    staff, eve = await member("editor"), await reader("eve@example.com")
    form = ContactForm("", "zoe@example.com", "Delete my data.")
    await threads.write(form, language="en", address="192.0.2.1", now=NOW)
    async with database.reading() as session:
        [thread_id] = (await session.exec(select(ContactThread.id))).all()
    [by_thread] = [case for case in (await cases.for_staff()).rows if case.subject_id == thread_id]
    for case_id in (await opened(eve), by_thread.id):
        await case_answers.answer(case_id, "It is done.", "done", staff_id=staff.id, now=NOW)
    await mails.deliver()
    for email in ("eve@example.com", "zoe@example.com"):
        assert [one for one in mails.to(email) if "About your request" in one["Subject"]], email


async def test_work_begins_without_words_and_nothing_else_does(db: Settings) -> None:
    staff = await member("editor")
    case_id = await opened(await member("ann"))
    wrong = [("", "done", {"words"}), (" ", "refused", {"words"}), ("Hello", "open", {"status"})]
    wrong += [
        ("Hello", "forgotten", {"status"}),
        ("x" * 2001, "done", {"words"}),
        ("Send us your password.", "waiting", {"words"}),
        ("", "", {"words", "status"}),
    ]
    for words, status, fields in wrong:
        with pytest.raises(InvalidInput) as refused:
            await case_answers.answer(case_id, words, status, staff_id=staff.id)
        assert set(refused.value.fields) == fields
    case = await cases.get(case_id)
    assert (case.status, case.answers) == ("open", ())
    await case_answers.answer(case_id, "", "in_progress", staff_id=staff.id)
    assert (await cases.get(case_id)).status == "in_progress"
    for act in (cases.get("none"), case_answers.answer("none", "x", "done", staff_id=staff.id)):
        with pytest.raises(NotFound):
            await act


@pytest.mark.promise("P94")
async def test_the_case_outlives_its_person_and_our_words_do_not(db: Settings, rooms: FakeRoomAdmin) -> None:
    ann, staff = await member("ann"), await member("editor")
    case_id = await opened(ann, "access")
    await case_answers.answer(case_id, "Dear Ann, soon.", "waiting", staff_id=staff.id, now=NOW)
    await erasure.erase(DataOwner(ann.id), now=NOW)
    async with database.reading() as session:
        assert (await session.exec(select(CaseAnswer.id))).all() == []
    await case_answers.answer(case_id, "It is over.", "done", staff_id=staff.id, now=NOW)  # there is nobody to mail
    assert (await cases.get(case_id)).status == "done"


async def test_a_case_whose_person_is_gone_is_closed_in_no_log(db: Settings) -> None:
    ann = await member("ann")
    case_id = await opened(ann)
    await gone(ann)
    async with database.session() as session:
        await cases.set_status(session, case_id, "done", by="system", now=NOW)
    assert await audit.entries(ann.id) == []
