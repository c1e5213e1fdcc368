"""The data map: no column of any table goes untagged, and every personal row belongs to somebody."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from sqlalchemy import Column, MetaData, String, Table

from conference_app import models
from conference_app.models import SQLModel, data_map
from conference_app.models.columns import EncryptedBytes, EncryptedText
from conference_app.models.data_map import NOT_PERSONAL, UNTIL_ERASED, days_after, kept_for, personal_tables
from conference_app.purposes import ACCOUNT, ANSWER, EMAIL_CHANGE, INTRODUCE, Purpose

for _module in pkgutil.walk_packages(models.__path__, f"{models.__name__}."):
    importlib.import_module(_module.name)

TABLES = sorted(SQLModel.metadata.tables)


@pytest.mark.promise("P38")
@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_tagged(name: str) -> None:
    untagged = [column.name for column in SQLModel.metadata.tables[name].columns if not data_map.is_tagged(column)]
    assert not untagged, f"tag these columns of {name} (models/data_map.py says how)"


@pytest.mark.promise("P38")
@pytest.mark.parametrize("name", TABLES)
def test_what_leaves_the_house_names_who_gets_it(name: str) -> None:
    """Names, addresses and words that are read to be shown to others or to be mailed."""
    for column in SQLModel.metadata.tables[name].columns:
        tag = data_map.tag_of(column)
        if tag is None or not tag.label or not isinstance(column.type, EncryptedText | EncryptedBytes):
            continue
        goes_out = [one for one in tag.purposes if one.mail or one in (INTRODUCE, ANSWER, EMAIL_CHANGE)]
        assert bool(tag.recipients) or not goes_out, f"{name}.{column.name} says nobody gets it"


def test_every_personal_table_says_whose_its_rows_are() -> None:
    found = {one.table.name: one.owners for one in personal_tables(SQLModel.metadata)}
    assert found["account"] == ("id",)
    assert found["sign_in_session"] == ("account_id",)
    assert found["admission"] == ("meeting_id",)


def test_every_table_that_names_an_account_is_personal() -> None:
    """A row that refers to a person says something about that person, whatever else it holds."""
    personal = {one.table.name for one in personal_tables(SQLModel.metadata)}
    referring = {
        table.name
        for table in SQLModel.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in personal
    }
    assert referring <= personal


@pytest.mark.parametrize("name", TABLES)
def test_a_timer_names_a_time_of_its_table(name: str) -> None:
    table = SQLModel.metadata.tables[name]
    timers = [tag.retention for column in table.columns if (tag := data_map.tag_of(column))]
    assert all(one.since in table.columns for one in timers if one.days is not None)


def test_the_shortest_timer_of_a_table_counts() -> None:
    late, soon = days_after(90, "at"), days_after(30, "at")
    table = Table(
        "visit",
        MetaData(),
        Column("id", String, info=kept_for(ACCOUNT, late, label="l", belongs_to="id")),
        Column("at", String, info=kept_for(ACCOUNT, soon, label="l")),
    )
    (only,) = personal_tables(table.metadata)
    assert only.timer == soon


@pytest.mark.parametrize("owners", [("", ""), ("nowhere", ""), ("id", "nowhere")])
def test_a_personal_table_without_an_owner_is_refused(owners: tuple[str, str]) -> None:
    table = Table(
        "visit",
        MetaData(),
        *[
            Column(name, String, info=kept_for(ACCOUNT, UNTIL_ERASED, label="l", belongs_to=owner))
            for name, owner in zip(("id", "at"), owners, strict=True)
        ],
    )
    with pytest.raises(ValueError, match="visit"):
        list(personal_tables(table.metadata))


def test_a_column_in_the_copy_needs_a_label() -> None:
    with pytest.raises(ValueError, match="label"):
        kept_for(ACCOUNT, UNTIL_ERASED)


def test_a_column_is_kept_for_purposes_of_the_registry() -> None:
    with pytest.raises(ValueError, match="registry"):
        kept_for((), UNTIL_ERASED, label="l")
    with pytest.raises(ValueError, match="registry"):
        kept_for(Purpose("account", "Because we can.", "contract"), UNTIL_ERASED, label="l")


def test_a_technical_column_has_no_tag() -> None:
    assert data_map.tag_of(Column("lease", String, info=NOT_PERSONAL)) is None
