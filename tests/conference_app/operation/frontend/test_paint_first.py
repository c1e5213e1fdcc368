"""Scripts give way to what a page is painted with."""

from __future__ import annotations

from pathlib import Path

import pytest

from conference_app.errors import ConfigurationError
from conference_app.operation.frontend.paint_first import PaintFirstPlugin, later

STYLE = '<link href="/a.css" rel="stylesheet"/><link as="font" href="/f.woff2" rel="preload"/>'
SCRIPT = '<link rel="modulepreload" href="/a.js"/>'
LATER = '<link rel="modulepreload" fetchPriority="low" href="/a.js"/>'


def test_scripts_alone_become_less_urgent() -> None:
    assert later(STYLE + SCRIPT + SCRIPT) == STYLE + LATER + LATER


def test_a_second_time_changes_nothing() -> None:
    assert later(LATER) == LATER


def test_every_page_of_a_build_is_marked(tmp_path: Path) -> None:
    (tmp_path / "pl").mkdir()
    for name in ("index.html", "pl/register.html"):
        (tmp_path / name).write_text(STYLE + SCRIPT)
    PaintFirstPlugin().post_build(static_dir=tmp_path)
    assert (tmp_path / "pl/register.html").read_text() == STYLE + LATER
    assert (tmp_path / "index.html").read_text() == STYLE + LATER


def test_a_build_that_loads_in_another_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(STYLE)
    with pytest.raises(ConfigurationError):
        PaintFirstPlugin().post_build(static_dir=tmp_path)
