"""The record of processing names every table that holds something about people, and leaves no question open."""

from __future__ import annotations

from conference_app.models import SQLModel
from conference_app.models.data_map import personal_tables
from conference_app.services.documents.processing_record import activities
from conference_app.texts import language


def test_every_personal_table_is_an_activity_with_an_answer_to_each_question() -> None:
    with language("en"):
        found = activities()
    assert [one.table for one in found] == [one.table.name for one in personal_tables(SQLModel.metadata)]
    for one in found:
        assert all((one.title, one.purposes, one.people, one.data, one.grounds, one.recipients, one.kept)), one.table


def test_what_outlives_an_erasure_says_why() -> None:
    with language("en"):
        stays = {one.table: one.stays for one in activities()}
    assert {name for name, why in stays.items() if why} == {
        one.table.name for one in personal_tables(SQLModel.metadata) if one.stays
    }
