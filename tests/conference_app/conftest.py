"""Fixtures for tests of the app."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

import pytest

from conference_app.services.emails import template as letter_template
from conference_app.services.personal_data import personal_rows
from tests.conference_app.consent_people import NOW
from tests.conference_app.own_letters import OWN_LETTERS


class _ThatDay(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return NOW.astimezone(tz)


@pytest.fixture
def on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be told is asked at NOW, on whatever day the tests run: the days of demands are fixed ones."""
    monkeypatch.setattr(personal_rows, "datetime", _ThatDay)


@pytest.fixture(scope="module")
def own_letters() -> Iterator[None]:
    """The letters of `own_letters` can be sent; afterwards the product knows them no more."""
    for template in OWN_LETTERS:
        letter_template.register(template)
    yield
    for template in OWN_LETTERS:
        del letter_template.TEMPLATES[template.name]
