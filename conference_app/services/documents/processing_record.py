"""The record of processing activities (GDPR Art. 30), made of the data map: one activity for each personal table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from conference_app.models import SQLModel
from conference_app.models.data_map import PersonalTable, Who, personal_tables
from conference_app.services.personal_data.table_names import recipients, retention_words, words_of
from conference_app.texts import _, n_

_WHO: dict[Who, str] = {
    "user": n_("people with an account"),
    "host": n_("hosts"),
    "guest": n_("guests"),
    "participant": n_("participants of meetings"),
    "contact": n_("people who write to us"),
    "subscriber": n_("subscribers"),
}


@dataclass(frozen=True, slots=True)
class Activity:
    """What one table keeps about people, in words of the current language; each list without repetitions."""

    table: str
    title: str
    purposes: list[str]
    people: list[str]
    """Whose data it is."""
    data: list[str]
    grounds: list[str]
    recipients: list[str]
    kept: list[str]
    """Until when."""
    stays: str
    """Why rows outlive the erasure of the person; empty if they do not."""


def activities() -> list[Activity]:
    """Describe every personal table in the current language; those that others refer to come first."""
    return [_activity(one) for one in personal_tables(SQLModel.metadata)]


def _activity(one: PersonalTable) -> Activity:
    tags = list(one.tags.values())
    hidden = [_("keyed hash or secret ({name})", name=name) for name, tag in one.tags.items() if not tag.label]
    return Activity(
        table=one.table.name,
        title=_(words_of(one.table.name).title),
        purposes=_unique(reason for tag in tags for reason in tag.reasons),
        people=_unique(_(_WHO[tag.subject]) for tag in tags),
        data=[_(tag.label) for tag in tags if tag.label] + hidden,
        grounds=_unique(words for tag in tags for words in tag.grounds),
        recipients=recipients(one),
        kept=_unique(retention_words(tag.retention.days, tag.retention.words) for tag in tags),
        stays=_(one.stays) if one.stays else "",
    )


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
