"""The time zones a person chooses from: one name for each place, by continent, in the page's language.

From tzdata's `zone.tab`: every zone with its country. IANA keeps some 180 older names for the same clocks, such as
Asia/Calcutta; browsers still give them, and `canonical` makes one of ours of them.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping
from importlib import resources
from typing import cast

from babel import Locale

from conference_app.texts import _, language, n_

CONTINENTS: Mapping[str, str] = {
    "Africa": n_("Africa"),
    "America": n_("America"),
    "Antarctica": n_("Antarctica"),
    "Arctic": n_("Arctic"),
    "Asia": n_("Asia"),
    "Atlantic": n_("Atlantic Ocean"),
    "Australia": n_("Australia"),
    "Europe": n_("Europe"),
    "Indian": n_("Indian Ocean"),
    "Pacific": n_("Pacific Ocean"),
}
"""What zones' names begin with → msgid."""
UTC = "UTC"
_OLDER_NAMES = {
    "Africa/Asmara": "Africa/Asmera",
    "America/Argentina/Cordoba": "America/Cordoba",
    "America/Atikokan": "America/Coral_Harbour",
    "America/Nuuk": "America/Godthab",
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Kathmandu": "Asia/Katmandu",
    "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Yangon": "Asia/Rangoon",
    "Atlantic/Faroe": "Atlantic/Faeroe",
    "Europe/Kyiv": "Europe/Kiev",
    "Pacific/Chuuk": "Pacific/Truk",
    "Pacific/Kanton": "Pacific/Enderbury",
    "Pacific/Pohnpei": "Pacific/Ponape",
}
"""Under which CLDR, whose identifiers never change, has the city in many languages."""


def _lines(name: str) -> list[str]:
    file = resources.files("tzdata") / "zoneinfo" / name
    return [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@functools.cache
def _countries() -> dict[str, str]:
    """Zone → ISO 3166 code of its country."""
    return {zone: country for country, _at, zone, *_note in (line.split("\t") for line in _lines("zone.tab"))}


@functools.cache
def _links() -> dict[str, str]:
    """Older name → the zone whose clocks it means."""
    links = [line.split() for line in _lines("tzdata.zi") if line.startswith("L ")]
    return {alias: target for _l, target, alias in links} | {"Etc/UTC": UTC}


def canonical(name: str) -> str:
    """The zone that is offered for `name`: itself, or what it is an older name of; empty for what is no place."""
    for known in (name, _links().get(name, "")):
        if known == UTC or known in _countries():
            return known
    return ""


def _label(zone: str, locale: Locale) -> str:
    """City and country, such as "Warsaw, Poland"."""
    named = cast("Mapping[str, Mapping[str, str]]", locale.time_zones)
    city = named.get(_OLDER_NAMES.get(zone, zone), {}).get("city") or zone.rsplit("/", 1)[-1].replace("_", " ")
    country = locale.territories[_countries()[zone]]
    return city if city == country else f"{city}, {country}"


def _collated(shown: str) -> str:
    return unicodedata.normalize("NFKD", shown).casefold()


@functools.cache
def by_continent(code: str) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """(continent, ((zone, city and country), …)) in the language `code`, each by name."""
    locale = Locale(code)
    with language(code):
        titles = {name: _(title) for name, title in CONTINENTS.items()}
    found: dict[str, list[tuple[str, str]]] = {title: [] for title in titles.values()}
    for zone in _countries():
        found[titles[zone.partition("/")[0]]].append((zone, _label(zone, locale)))
    return tuple(
        (title, tuple(sorted(found[title], key=lambda pair: _collated(pair[1]))))
        for title in sorted(found, key=_collated)
    )
