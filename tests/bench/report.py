"""Figures: how they are written down."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `goal` is the value it should stay at or below."""

    name: str
    value: float
    unit: str
    goal: float

    @property
    def verdict(self) -> str:
        """ok or over."""
        return "ok" if self.value <= self.goal else "over"


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile of `values` (not empty); `share` in 0..1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))]


def emit(figure: Figure) -> Figure:
    """Print `figure` as one JSON line, at once."""
    line = {"figure": figure.name, "value": round(figure.value, 3), "unit": figure.unit, "goal": figure.goal}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
    return figure


def table(figures: Iterable[Figure]) -> str:
    """The figures as an aligned table."""
    head = ("figure", "value", "unit", "goal", "")
    lines = [(it.name, f"{it.value:.2f}", it.unit, f"{it.goal:g}", it.verdict) for it in figures]
    rows = [head, *lines]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
