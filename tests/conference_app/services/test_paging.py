"""Every list that staff step through: a bounded query, every row on exactly one page, also where many are alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from conference_app import database
from conference_app.config import Settings
from conference_app.models import Job
from conference_app.services.cases import cases
from conference_app.services.contact import desk, threads
from conference_app.services.contact.threads import ContactForm
from conference_app.services.jobs import dead_letters
from conference_app.services.legal import legal_requests
from conference_app.services.newsletters import drafts, views
from conference_app.services.newsletters.views import Draft
from conference_app.services.paging import ROWS, Page
from conference_app.services.personal_data import legal_holds
from conference_app.services.personal_data.personal_rows import DataOwner
from tests.conference_app.consent_people import NOW, member
from tests.conference_app.noted_requests import typed

pytestmark = pytest.mark.both_databases


HOW_MANY = ROWS + 2


async def _case(i: int, _staff_id: str = "") -> None:
    async with database.session() as db:
        await cases.open_case(db, "erase", address_id=f"nobody{i}", opened_from="privacy center", now=NOW)


async def _thread(i: int, _staff_id: str = "") -> None:
    form = ContactForm("", f"writer{i}@example.com", "A question.")
    await threads.write(form, language="en", address=f"192.0.2.{i}")


async def _legal_request(_i: int, staff_id: str) -> None:
    await legal_requests.note(typed(""), staff_id=staff_id, now=NOW)


async def _hold(i: int, staff_id: str) -> None:
    await legal_holds.place(DataOwner("", (bytes([i]) * 32,)), "A dispute.", staff_id=staff_id, now=NOW)


async def _newsletter(i: int, _staff_id: str = "") -> None:
    await drafts.save(Draft(f"News {i}", "", "", ""), now=NOW)


async def _dead_job(_i: int, _staff_id: str) -> None:
    async with database.session() as db:
        db.add(Job(kind="test.dead", payload="{}", run_at=NOW, created_at=NOW, is_dead=True))


LISTS: dict[str, tuple[Callable[[int, str], Awaitable[None]], Callable[[int], Awaitable[Page[Any]]]]] = {
    "cases": (_case, cases.for_staff),
    "messages": (_thread, desk.threads),
    "legal_requests": (_legal_request, legal_requests.log),
    "holds": (_hold, legal_holds.live),
    "newsletters": (_newsletter, views.newest),
    "failed work": (_dead_job, dead_letters.listed),
}


@pytest.mark.parametrize("which", LISTS)
@pytest.mark.slow
async def test_every_row_is_on_one_page(db: Settings, which: str) -> None:
    make, read = LISTS[which]
    staff = await member("editor")
    empty = await read(1)
    assert (empty.rows, empty.number, empty.last) == ([], 1, 1)
    for i in range(HOW_MANY):
        await make(i, staff.id)
    first, second = await read(1), await read(2)
    assert (len(first.rows), first.number, first.last) == (ROWS, 1, 2)
    assert (len(second.rows), second.number) == (HOW_MANY - ROWS, 2)
    assert len({row.id for row in [*first.rows, *second.rows]}) == HOW_MANY


@pytest.mark.parametrize(("asked", "got"), [(0, 1), (-5, 1), (3, 2), (999_999, 2)])
@pytest.mark.slow
async def test_a_number_beyond_the_ends_is_the_nearest_page(sqlite_db: Settings, asked: int, got: int) -> None:
    for i in range(HOW_MANY):
        await _newsletter(i)
    assert (await views.newest(asked)).number == got


async def test_a_full_page_has_no_page_after_it(sqlite_db: Settings) -> None:
    for i in range(ROWS):
        await drafts.save(Draft(f"News {i}", "", "", ""), now=NOW + timedelta(seconds=i))
    found = await views.newest()
    assert (len(found.rows), found.last) == (ROWS, 1)
    assert found.rows[0].draft.subject_en == f"News {ROWS - 1}"
