"""Personal values are read for a stated purpose, or not at all.

Every statement of every session passes here. A session is opened for purposes (`database.session(SIGN_IN)`), and what
it reads is held against the tags of the data map:

- of a row, the values that are tagged with none of these purposes stay in the database; touching one raises;
- a statement that names such a column in its result raises;
- a statement on a bare connection, which has no purpose, raises for every personal value;
- a column that nobody has tagged is read for no purpose;
- a session with the live basis of some people (`services.consent.legal_basis`) finds no row of anybody else.

Which row it is stays readable: primary and foreign keys, the columns through which a row belongs to a person, and
keyed hashes. So rows can be found, counted and deleted, and values written, without a purpose to read them for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    CompoundSelect,
    Connection,
    Exists,
    LargeBinary,
    ScalarSelect,
    Select,
    TextualSelect,
    event,
    inspect,
    or_,
)
from sqlalchemy.engine import Engine
from sqlalchemy.orm import FromStatement, Load, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel import SQLModel

from conference_app.errors import WrongPurpose
from conference_app.models.data_map import is_tagged, tag_of
from conference_app.purposes import SESSION_PEOPLE, SESSION_PURPOSES, Purpose

_CHECKED = "purpose_checked"
"""Execution option of statements that a session has let pass."""
Purposes = frozenset[Purpose]
_NONE: Purposes = frozenset()


def is_pointer(column: Column[Any]) -> bool:
    """Whether a column only says which row it is or whose: a key, or 32 bytes of a keyed hash."""
    tag = tag_of(column) if is_tagged(column) else None
    return (
        column.primary_key
        or bool(column.foreign_keys)
        or type(column.type) is LargeBinary
        or (tag is not None and bool(tag.belongs_to))
    )


@cache
def is_readable(column: Column[Any], purposes: Purposes) -> bool:
    """Whether a value of `column` may be read for one of `purposes`."""
    if is_pointer(column):
        return True
    if not is_tagged(column):
        return False
    tag = tag_of(column)
    return tag is None or tag.allows(purposes)


def _refusal(column: Column[Any], purposes: Purposes) -> WrongPurpose:
    wanted = ", ".join(sorted(one.id for one in purposes)) or "no purpose"
    return WrongPurpose(
        f"{column.table.name}.{column.name} may not be read for {wanted} (models/purpose_check.py says how)"
    )


def _parts(clause: Any) -> Iterator[Any]:
    """What the value of an expression is made of; what it is only found by, such as a WHERE inside it, is left out."""
    match clause:
        case Exists():
            return
        case ScalarSelect():
            for column in clause.element.selected_columns:
                yield from _parts(column)
        case _:
            yield clause
            for child in clause.get_children():
                yield from _parts(child)


def _origins(element: Any) -> Iterator[Column[Any]]:
    """The columns of our tables that an expression in a result is made of."""
    clause = element.__clause_element__() if hasattr(element, "__clause_element__") else element
    for part in _parts(clause):
        for base in getattr(part, "base_columns", ()):
            if isinstance(base, Column) and getattr(base.table, "metadata", None) is SQLModel.metadata:
                yield SQLModel.metadata.tables[base.table.name].columns[base.name]


def _check(elements: Iterable[Any], purposes: Purposes) -> None:
    for element in elements:
        for column in _origins(element):
            if not is_readable(column, purposes):
                raise _refusal(column, purposes)


def _table_of(entity: Any) -> Iterable[Column[Any]]:
    return inspect(entity).mapper.local_table.columns


@cache
def _readable_names(mapped: type[Any], purposes: Purposes) -> tuple[str, ...] | None:
    """The attributes of a table's class that are loaded for `purposes`; None if that is all of them."""
    mapper = inspect(mapped)
    found = tuple(one.key for one in mapper.column_attrs if is_readable(one.columns[0], purposes))
    return None if len(found) == len(mapper.column_attrs) else found


def _only_readable(entity: Any, purposes: Purposes) -> Load | None:
    names = _readable_names(inspect(entity).mapper.class_, purposes)
    return None if names is None else Load(entity).load_only(*[getattr(entity, name) for name in names])


_only_readable_of_class = cache(_only_readable)
"""Made once for a table's own class; an alias is there for one statement."""


def _load_readable(state: ORMExecuteState, entity: Any, purposes: Purposes) -> None:
    only = (_only_readable_of_class if isinstance(entity, type) else _only_readable)(entity, purposes)
    if only is not None:
        state.statement = state.statement.options(only)


def _check_select(state: ORMExecuteState, statement: Select[Any], purposes: Purposes) -> None:
    for described in statement.column_descriptions:
        entity, expression = described.get("entity"), described["expr"]
        if entity is not None and expression is entity:
            _load_readable(state, entity, purposes)
        else:
            _check([expression], purposes)
    people: frozenset[tuple[str, str]] | None = state.session.info.get(SESSION_PEOPLE)
    if people is not None:
        _only_of(state, {one["entity"] for one in statement.column_descriptions if one.get("entity")}, people)


_KINDS = {"account_id": "account", "address_id": "address"}


def _only_of(state: ORMExecuteState, entities: set[Any], people: frozenset[tuple[str, str]]) -> None:
    """A session with a live basis finds the rows of these people and nobody else's."""
    for mapper in {inspect(entity).mapper for entity in entities}:
        table = mapper.local_table
        owners = {"id": table.name} if table.name in _KINDS.values() else _KINDS
        theirs = [
            table.columns[column].in_([number for of, number in people if of == kind])
            for column, kind in owners.items()
            if column in table.columns
        ]
        if theirs:
            only = with_loader_criteria(mapper.class_, or_(*theirs), include_aliases=True)
            state.statement = state.statement.options(only)


def _result_of(statement: Any) -> Iterable[Any]:
    """What a statement that is no plain SELECT gives back."""
    match statement:
        case UpdateBase():
            return statement.exported_columns if statement._returning else ()
        case CompoundSelect():
            return [column for part in statement.selects for column in _result_of(part)]
        case TextualSelect() | Select():
            return statement.selected_columns
        case FromStatement():
            return [column for one in statement.column_descriptions for column in _table_of(one["entity"])]
        case _:
            return ()


@event.listens_for(Session, "do_orm_execute")
def _before_session_reads(state: ORMExecuteState) -> None:
    purposes: Purposes = state.session.info.get(SESSION_PURPOSES, _NONE)
    if state.is_column_load:
        _refuse_to_load_later(state, purposes)
    elif isinstance(state.statement, Select):
        _check_select(state, state.statement, purposes)
    else:
        _check(_result_of(state.statement), purposes)
    state.update_execution_options(**{_CHECKED: True})


def _refuse_to_load_later(state: ORMExecuteState, purposes: Purposes) -> None:
    """A value that was left in the database is touched, or a row is to be read once more."""
    for mapper in state.all_mappers:
        for column in mapper.local_table.columns:
            if not is_readable(column, purposes):
                raise WrongPurpose(
                    f"a value of {column.table.name} was touched that may not be read for this purpose "
                    f"({', '.join(sorted(one.id for one in purposes)) or 'none'})"
                )


@event.listens_for(Engine, "before_execute")
def _before_connection_reads(
    _connection: Connection, statement: Any, _many: Any, _values: Any, options: dict[str, Any]
) -> None:
    if not options.get(_CHECKED):
        _check(_result_of(statement), _NONE)
