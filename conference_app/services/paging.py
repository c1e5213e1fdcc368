"""Long lists in pages: the query is bounded, however many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlmodel import func
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

Row = TypeVar("Row")
Shown = TypeVar("Shown")

ROWS = 25
"""Rows of a page."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """One page of a list; `number` counts from 1 to `last`."""

    rows: list[Row] = field(default_factory=list[Row])
    number: int = 1
    last: int = 1

    def of(self, make: Callable[[Row], Shown]) -> Page[Shown]:
        """The same page with `make` of each row."""
        return self.with_rows([make(row) for row in self.rows])

    def with_rows(self, rows: list[Shown]) -> Page[Shown]:
        """The same page with other rows in their place."""
        return Page(rows, self.number, self.last)


async def page(db: AsyncSession, query: SelectOfScalar[Row], number: int) -> Page[Row]:
    """Page `number` of the ordered `query`; the nearest there is for a number beyond its ends."""
    total = await db.scalar(query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)) or 0
    last = max(1, -(-total // ROWS))
    number = min(max(number, 1), last)
    rows = (await db.exec(query.limit(ROWS).offset((number - 1) * ROWS))).all()
    return Page(list(rows), number, last)
