"""How a setting is read from its environment variable: what a value must look like, and what stands without one.

The functions in lower case stand in a dataclass where `field()` would: they give the field its default and its
variable. An empty variable counts as one that is not set.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar

from conference_app.errors import ConfigurationError

_METADATA = "variable"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""In a name they would break the header of every mail."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable. `parse` raises ValueError, TypeError, KeyError or OSError for what is not good."""

    name: str
    parse: Callable[[str], Any]
    must: str = ""
    """What is said of a value that is not good: "must …"."""
    is_secret: bool = False
    is_verbatim: bool = False
    """Whether white space at its ends belongs to it."""

    def read(self, environ: Mapping[str, str]) -> Any:
        """The value; None if the variable is not set. Raises ConfigurationError, which never shows a secret."""
        typed = environ.get(self.name, "")
        if not typed.strip():
            return None
        try:
            return self.parse(typed if self.is_verbatim else typed.strip())
        except (ValueError, TypeError, KeyError, OSError) as err:
            shown = self.name if self.is_secret else f"{self.name}={typed!r}"
            raise ConfigurationError(f"{shown} must {self.must}.") from err


def variables(table: type[object]) -> dict[str, Variable]:
    """The variable of each field of the dataclass `table` that has one, by the field's name."""
    every: tuple[Field[Any], ...] = fields(table)  # type: ignore[arg-type]
    return {one.name: one.metadata[_METADATA] for one in every if _METADATA in one.metadata}


def read(table: Callable[..., T], environ: Mapping[str, str], **more: object) -> T:
    """The dataclass `table` as `environ` has it; `more` are the fields that do not come from theirs.

    Raises ConfigurationError as `Variable.read` does.
    """
    given = {name: one.read(environ) for name, one in variables(table).items()}  # type: ignore[arg-type]
    return table(**{name: value for name, value in given.items() if value is not None} | more)


def refuse(lines: Sequence[str]) -> None:
    """Raises ConfigurationError with these lines, if there are any."""
    if lines:
        raise ConfigurationError("\n".join(lines))


def check_values(tables: Sequence[type[object]], environ: Mapping[str, str]) -> None:
    """Raises ConfigurationError with a line for every variable of `tables` whose value is not good."""
    wrong: list[str] = []
    for variable in (one for table in tables for one in variables(table).values()):
        try:
            variable.read(environ)
        except ConfigurationError as err:
            wrong.append(str(err))
    refuse(wrong)


def set_by(variable: Variable, **options: Any) -> Any:
    """A field that `variable` sets; `options` are those of `dataclasses.field`."""
    return field(metadata={_METADATA: variable}, **options)


def parsed(name: str, parse: Callable[[str], Any], default: Any, must: str = "") -> Any:
    """A value that `parse` makes of the text."""
    return set_by(Variable(name, parse, must), default=default)


def text(name: str, default: str = "") -> str:
    """Any text on one line."""

    def parse(typed: str) -> str:
        if _CONTROL.search(typed):
            raise ValueError
        return typed

    return parsed(name, parse, default, "be one line of text")


def readable(name: str) -> str:
    """The path of a file or folder that this process may read."""

    def parse(typed: str) -> str:
        if not os.access(typed, os.R_OK):
            raise ValueError
        return typed

    return parsed(name, parse, "", "name something that exists and can be read")


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""

    def parse(typed: str) -> int:
        if not typed.isdecimal() or not low <= int(typed) <= high:
            raise ValueError
        return int(typed)

    return parsed(name, parse, default, f"be a whole number from {low} to {high}")


def switch(name: str, *, default: bool) -> bool:
    """1 for yes, 0 for no."""
    return parsed(name, {"0": False, "1": True}.__getitem__, default, "be 0 or 1")


def choice(name: str, *allowed: str) -> Any:
    """One of `allowed`; the first stands without one."""
    must = f"be {', '.join(allowed[:-1])} or {allowed[-1]}"
    return parsed(name, {one: one for one in allowed}.__getitem__, allowed[0], must)


def matching(name: str, pattern: str, default: str, example: str) -> str:
    """A text of a form, which `example` shows."""

    def parse(typed: str) -> str:
        if not re.fullmatch(pattern, typed):
            raise ValueError
        return typed

    return parsed(name, parse, default, f"look like {example}")


def secret(name: str, *, at_least: int = 0, is_verbatim: bool = False) -> str:
    """A text of `at_least` characters that no log, page or exception shows."""
    return set_by(long_enough(name, at_least, is_verbatim=is_verbatim), default="", repr=False)


def long_enough(name: str, at_least: int, *, is_verbatim: bool = False) -> Variable:
    """The variable of a secret of `at_least` characters."""

    def parse(typed: str) -> str:
        if len(typed) < at_least:
            raise ValueError
        return typed

    must = f"have {at_least} characters or more"
    return Variable(name, parse, must, is_secret=True, is_verbatim=is_verbatim)
