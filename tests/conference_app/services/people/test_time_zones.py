"""Time zones: one name for each place, and every older name still means its clocks."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest

from conference_app.config import LANGUAGES, Settings
from conference_app.services.accounts import profiles
from conference_app.services.people import person_fields, time_zones
from conference_app.services.people.person_fields import BY_NAME
from conference_app.services.sign_in.browser_names import device
from tests.conference_app.people import registered
from tests.conference_app.services.accounts.test_profiles import NAMES

KNOWN = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
DAYS = [datetime(2026, month, 15, 12, tzinfo=UTC) for month in (1, 4, 7, 10)]


def offered(code: str = "en") -> list[tuple[str, str]]:
    """(zone, label) of every option."""
    return [option for _continent, options in time_zones.by_continent(code) for option in options]


def test_every_name_there_is_leads_to_one_that_is_offered_and_has_its_clocks() -> None:
    names = {zone for zone, _label in offered()}
    assert len(KNOWN) > 500
    for name in KNOWN:
        zone = time_zones.canonical(name)
        assert zone in names, name
        assert [day.astimezone(ZoneInfo(zone)).utcoffset() for day in DAYS] == [
            day.astimezone(ZoneInfo(name)).utcoffset() for day in DAYS
        ], name


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_place_is_offered_twice(code: str) -> None:
    zones = [zone for zone, _label in offered(code)]
    labels = [label for _zone, label in offered(code)]
    assert [time_zones.canonical(zone) for zone in zones] == zones
    assert len(set(labels)) == len(labels) == len(zones) < 430
    assert {"Asia/Calcutta", "Europe/Kiev", "US/Eastern", "America/Buenos_Aires"}.isdisjoint(zones)


def test_places_are_named_and_ordered_in_the_page_s_language() -> None:
    assert dict(offered("en"))["Europe/Warsaw"] == "Warsaw, Poland"
    assert dict(offered("pl"))["Europe/Warsaw"] == "Warszawa, Polska"
    assert dict(offered("en"))["Asia/Kolkata"] == "Kolkata, India"
    assert dict(offered("en"))["Europe/Luxembourg"] == "Luxembourg"
    assert [title for title, _options in time_zones.by_continent("pl")][:3] == ["Afryka", "Ameryka", "Antarktyda"]


@pytest.mark.parametrize("junk", ["", "Mars", "Etc/GMT+5", "Factory", "../../etc/passwd", "europe/warsaw", "\x00", "L"])
def test_what_is_no_place_is_none(junk: str) -> None:
    assert time_zones.canonical(junk) == ""


async def test_an_older_name_stays_good(sqlite_db: Settings) -> None:
    assert person_fields.as_typed(BY_NAME["time_zone"], "Asia/Calcutta") == "Asia/Kolkata"  # what the list has chosen
    assert person_fields.as_typed(BY_NAME["time_zone"], "Etc/GMT+5") == "Etc/GMT+5"  # kept before it was checked
    assert device("", "Europe/Kiev").time_zone == "Europe/Kyiv"
    ann = await registered("ann", optional={"time_zone": "Asia/Calcutta"})
    assert (await profiles.get(ann.id)).values["time_zone"] == "Asia/Kolkata"
    kept = await profiles.update(ann.id, NAMES | {"time_zone": "US/Eastern"})
    assert kept.values["time_zone"] == "America/New_York"
