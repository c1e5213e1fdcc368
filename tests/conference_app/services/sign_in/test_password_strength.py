"""The meter of a new password: right about the usual, and in nobody's way whatever is typed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from conference_app.services.sign_in import password_strength
from conference_app.services.sign_in.password_strength import Meter, measured


@pytest.fixture
def meter() -> Iterator[Meter]:
    """One of this test alone."""
    made = Meter()
    yield made
    made.stop()


def program(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let `text` be run instead of the real program."""
    path = folder / "program.py"
    path.write_text(text)
    monkeypatch.setattr(password_strength, "_PROGRAM", path)


@pytest.mark.parametrize(
    ("password", "personal", "low", "high"),
    [
        ("short", (), 0, 0),
        ("passwordpassword", (), 0, 1),
        ("qwertyuiop", (), 0, 1),
        ("annkowalska", ("annkowalska",), 0, 1),
        ("wombat lattice ferry ninety", (), 4, 4),
        ("x" * 1024, (), 0, 2),
        ("\x00\ud800" * 10, (), 0, 4),
    ],
)
async def test_the_meter(password: str, personal: tuple[str, ...], low: int, high: int) -> None:
    strength = await measured(password, *personal)
    assert strength is not None
    assert low <= strength.score <= high
    assert strength.advice


async def test_what_takes_too_long_is_given_up_and_the_next_is_measured(
    meter: Meter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_strength, "PATIENCE_S", 0.01)
    program(tmp_path, monkeypatch, "import time; time.sleep(600)")
    assert await meter.score("a password for a long time", []) is None
    monkeypatch.undo()
    assert await meter.score("wombat lattice ferry ninety", []) == 4


async def test_a_process_that_ends_is_replaced(meter: Meter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, monkeypatch, "raise SystemExit")
    assert await meter.score("wombat lattice ferry ninety", []) is None
    monkeypatch.undo()
    assert await meter.score("wombat lattice ferry ninety", []) == 4


async def test_of_a_crowd_only_some_wait(meter: Meter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(password_strength, "MOST_WAITING", 2)
    scores = await asyncio.gather(*[meter.score("wombat lattice ferry ninety", []) for _ in range(5)])
    assert scores == [4, 4, None, None, None]
