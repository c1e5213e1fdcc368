"""What a sweep over every handler and route needs: all that is Ann's, her identifiers, and events made of them."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reflex.state import BaseState
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY
from reflex_base.utils.format import json_dumps
from sqlalchemy import LargeBinary, Table, text, update
from sqlmodel import col

from conference_app import database
from conference_app.components.frame.page_registry import PAGES
from conference_app.models import PrivacyState, SQLModel
from conference_app.models.data_map import personal_tables
from conference_app.services.meetings import meetings
from conference_app.services.people.identity import AccountView
from conference_app.services.room import joining
from conference_app.session.payloads import parameters
from tests.conference_app.people import PASSWORD, confirmed, meeting_of, session_of
from tests.conference_app.rows import one_row_everywhere

CANARY = "canary"
NEVER = datetime(2126, 1, 1, tzinfo=UTC)
"""When Ann's links and copies expire: what has expired is swept away by the next who asks for anything."""
_TABLES = "|".join(sorted((one.table.name for one in personal_tables(SQLModel.metadata)), key=len, reverse=True))
LEAK = re.compile(rf"[0-9a-f]{{6}}-(?:{_TABLES})-|{CANARY}", re.IGNORECASE)
"""Any value of Ann's: `rows` marks each with its table, and what she wrote herself is a canary."""
_SHORTEST, _LONGEST = 8, 64
"""Longer ones are sealed values, shorter ones count rows: no handler takes either."""


@dataclass(frozen=True, slots=True)
class Anns:
    """What is Ann's."""

    account: AccountView
    words: tuple[str, ...]
    """Every identifier and token of hers that the database holds, once for each column."""
    codes: frozenset[str]
    """Codes of her meetings: to know one is to be invited, so it opens the lobby to everybody."""
    open_house: str
    """The code of a meeting of hers that lets everybody in, and has nothing to hide."""


async def ann_with_everything() -> Anns:
    """Ann, with a row in every personal table, a locked meeting that is on, and one that is open to everybody."""
    ann = await confirmed("ann", last_name=CANARY.capitalize())
    await one_row_everywhere(ann.id, ann.email, expires_at=NEVER)
    async with database.session() as db:
        at_work = {"deactivated_at": None, "erase_due_at": None}  # a paused account's meetings open to nobody
        await db.exec(update(PrivacyState).where(col(PrivacyState.account_id) == ann.id).values(at_work))
    locked = await meeting_of(ann, f"{CANARY} subject", pass_phrase=f"{CANARY} phrase")
    open_house = await meeting_of(ann, "Open house")
    for made in (locked, open_house):
        await meetings.open_room(ann.id, made.code)
        host = await joining.join(
            made.code, name="", pass_phrase="", tab_id="t", session=await session_of(ann), address=""
        )
        assert isinstance(host, joining.Admitted)
    codes = (locked.code, open_house.code)
    return Anns(ann, (*await _identifiers(), *codes), frozenset(codes), open_house.code)


async def _identifiers() -> list[str]:
    """One value of each column that names a row or opens something, while Ann is alone in the database."""
    found: dict[tuple[str, str], str] = {}
    for table in SQLModel.metadata.sorted_tables:
        for row in await _rows_of(table):
            for name in _naming(table):
                value = row[name]
                found[table.name, name] = value.hex() if isinstance(value, bytes | memoryview) else str(value or "")
    return [
        word for word in dict.fromkeys(found.values()) if _SHORTEST <= len(word) <= _LONGEST and not LEAK.search(word)
    ]


async def _rows_of(table: Table) -> list[Any]:
    async with database.reading() as db:
        query = text(f'SELECT * FROM "{table.name}"')  # noqa: S608 - our own tables
        return list((await (await db.connection()).execute(query)).mappings())


def _naming(table: Table) -> set[str]:
    """Columns that name a row: keys, what is unique, and whatever is a token or a code.

    No hash of a token: nothing takes one. The answers are searched for them (`hashes_kept`).
    """
    names = {column.name for column in table.columns if column.primary_key or column.foreign_keys or column.unique}
    names |= {
        column.name for column in table.columns if re.search(r"(?:_id|_key|token|code|identity|room)$", column.name)
    }
    return {name for name in names if not name.endswith("_hash")}


async def hashes_kept() -> set[str]:
    """Every hash that the database holds, of a password, a token, a code or an address, as an answer would spell it."""
    found: set[str] = set()
    for table in SQLModel.metadata.sorted_tables:
        names = [one.name for one in table.columns if one.name.endswith("_hash") or type(one.type) is LargeBinary]
        found |= {spelt for row in await _rows_of(table) for name in names for spelt in _spellings(row[name])}
    return found


def _spellings(value: str | bytes | memoryview | None) -> set[str]:
    """Text as it is; bytes in hexadecimal digits, in both alphabets of Base64, and as Python and Reflex write them."""
    if not value:
        return set()
    if isinstance(value, str):
        return {value}
    raw = bytes(value)
    plain, for_urls = base64.b64encode(raw), base64.urlsafe_b64encode(raw)
    by_python, by_reflex = json.dumps(repr(raw)[2:-1])[1:-1], json_dumps(raw)
    return {raw.hex(), plain.decode().rstrip("="), for_urls.decode().rstrip("="), by_python, by_reflex}


def leaks(said: str, hashes: Iterable[str]) -> bool:
    """Whether an answer tells a value of Ann's or one of these hashes."""
    return bool(LEAK.search(said)) or any(one in said for one in hashes)


async def everything_kept() -> set[str]:
    """Every row of the database as text."""
    return {f"{table.name} {dict(row)!r}" for table in SQLModel.metadata.sorted_tables for row in await _rows_of(table)}


def made_up(word: str) -> str:
    """A word of the same shape that names nothing."""
    if re.fullmatch(r"(?:[0-9a-f]{2})+", word):
        return secrets.token_hex(len(word) // 2)
    return "".join(secrets.choice("bcdfghjkmn") if one.isalpha() else one for one in word)


def shape_of(word: str) -> str:
    """What a reader of a word may go by before looking it up: its length and the kinds of signs in it."""
    if re.fullmatch(r"(?:[0-9a-f]{2})+", word):
        return f"{len(word)} hexadecimal digits"
    kinds = {"a" if one.isalpha() else "0" if one.isdigit() else one for one in word}
    return f"{len(word)} of {''.join(sorted(kinds))}"


class Anything(dict[str, Any]):
    """A form that has every field: the caller's right password where one is asked for, else the word."""

    def __init__(self, word: str) -> None:
        super().__init__(word=word, form_id=word)
        self._word = word

    def __missing__(self, key: str) -> str:
        return PASSWORD if "password" in key else self._word

    def get(self, key: str, default: Any = None) -> Any:
        """As if the field were there."""
        return self[key]

    def __contains__(self, key: object) -> bool:
        return key != FORM_DATA_ENTRIES_KEY  # Reflex's own mark of a form in another shape


@dataclass(frozen=True, slots=True)
class Call:
    """One event: a handler, the page it comes from, and how its arguments are made of a word."""

    name: str
    qualname: str
    path: str
    arguments: tuple[tuple[str, type], ...] = ()
    """Name and plain type of each."""

    def payload(self, word: str) -> dict[str, Any]:
        """The event's arguments."""
        of_type = {str: word, bool: True, dict: Anything(word)}
        return {name: of_type[kind] for name, kind in self.arguments}

    @property
    def has_place(self) -> bool:
        """Whether the page's path holds the word."""
        return "[" in self.path

    def place(self, word: str) -> str:
        """The page's path."""
        return re.sub(r"\[\w+\]", word, self.path)


def _states_of_pages() -> Iterator[tuple[str, type[BaseState]]]:
    """Each page whose path holds something, with every State that its module brings."""
    states = {entry.states[0] for entry in RegistrationContext.get().event_handlers.values()}
    for one in PAGES:
        for state in states:
            if "[" in one.route and state.__module__ == one.build.__module__:
                yield one.route, state


def calls() -> list[Call]:
    """Every handler with arguments, from the start page; and from each page with something in its path, all of its own."""
    ours = {
        name: entry
        for name, entry in RegistrationContext.get().event_handlers.items()
        if entry.handler.fn.__module__.startswith("conference_app.")
    }
    found = []
    for name, entry in ours.items():
        arguments = tuple(parameters(entry.handler.fn)[1].items())
        qualname = entry.handler.fn.__qualname__
        if arguments:
            found.append(Call(name, qualname, "/", arguments))
        found += [
            Call(name, qualname, route, arguments) for route, state in _states_of_pages() if entry.states[0] is state
        ]
    return found
