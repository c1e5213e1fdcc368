"""What is held about a person, in words: who else gets it, and what of it."""

from __future__ import annotations

import pytest

from conference_app.config import Settings
from conference_app.services.personal_data import personal_rows, table_names
from conference_app.services.privacy import personal_view
from conference_app.texts import language
from tests.conference_app.people import registered


@pytest.mark.promise("P38")
async def test_it_says_who_gets_what(db: Settings) -> None:
    ann = await registered("ann")
    with language("en"):
        shown = await personal_view.overview(personal_rows.DataOwner(ann.id))
    [account] = [item for group in shown for item in group.things if item.table == "account"]
    assert account.recipients == [
        "The people in your meetings: First name, Last name, Company, Title, Educational institution.",
        "The mail services that carry our emails: First name, Last name, E-mail.",
    ]


async def test_what_somebody_told_comes_before_the_number_that_names_the_row(sqlite_db: Settings) -> None:
    ann = await registered("ann")
    with language("en"):
        shown = await personal_view.overview(personal_rows.DataOwner(ann.id))
    [account] = [item for group in shown for item in group.things if item.table == "account"]
    labels = [fact.label for fact in account.rows[0].facts]
    assert (labels[0], labels[-1]) == ("First name", "Account number")


def test_it_says_so_where_nobody_gets_anything() -> None:
    with language("en"):
        said = table_names.recipients(personal_rows.tables()["passkey"])
    assert said == ["Nobody but you and the operator of this server."]


async def test_codes_are_shown_by_their_names(sqlite_db: Settings) -> None:
    optional = {"country": "PL", "phone": "+48 221234567"}
    ann = await registered("ann", optional=optional, language="en")
    with language("pl"):
        shown = await personal_view.overview(personal_rows.DataOwner(ann.id))
    [account] = [item for group in shown for item in group.things if item.table == "account"]
    said = {fact.text for fact in account.rows[0].facts}
    assert {"English", "Polska", "+48 22 123 45 67"} <= said
    assert not {"en", "PL"} & said
