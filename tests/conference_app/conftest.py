"""Fixtures for tests of the app."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

import pytest

from conference_app.services.emails import template as message_template
from conference_app.services.personal_data import personal_rows
from tests.conference_app.consent_people import NOW
from tests.conference_app.sample_templates import SAMPLE_TEMPLATES


class _ThatDay(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return NOW.astimezone(tz)


@pytest.fixture
def on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be told is asked at NOW, on whatever day the tests run: the days of legal requests are fixed ones."""
    monkeypatch.setattr(personal_rows, "datetime", _ThatDay)


@pytest.fixture(scope="module")
def sample_templates() -> Iterator[None]:
    """The emails of `sample_templates` can be sent; afterwards the product knows them no more."""
    for template in SAMPLE_TEMPLATES:
        message_template.register(template)
    yield
    for template in SAMPLE_TEMPLATES:
        del message_template.TEMPLATES[template.name]
