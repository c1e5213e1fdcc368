"""The TypeScript types of what Python hands to the room are those that Python has."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from conference_app.room.typescript_types import files, interface, type_of


@pytest.mark.parametrize(("path", "text"), files().items(), ids=lambda value: getattr(value, "name", ""))
def test_the_committed_file_is_what_is_written(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text, "run: python -m conference_app.room.typescript_types"


@dataclass
class Sample:
    """What it is."""

    kind: Literal["", "one"]
    """Which
    of them."""
    names: list[str]
    size: int | None = None


def test_a_dataclass_is_an_interface_with_what_is_said_of_its_fields() -> None:
    assert interface(Sample) == (
        "/** What it is. */\n"
        "export interface Sample {\n"
        "  /** Which of them. */\n"
        '  kind: "" | "one";\n'
        "  names: Array<string>;\n"
        "  size: number | null;\n"
        "}\n"
    )


def test_a_type_without_a_counterpart_is_refused() -> None:
    assert type_of(Sample) == "Sample"
    with pytest.raises(TypeError):
        type_of(bytes)
