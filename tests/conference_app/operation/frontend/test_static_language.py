"""A built page tells its language without its script."""

from __future__ import annotations

from pathlib import Path

import pytest

from conference_app.errors import ConfigurationError
from conference_app.operation.frontend.static_language import StaticLanguagePlugin

ENGLISH = '<!DOCTYPE html><html lang="en"><head></head></html>'
POLISH = ENGLISH.replace('"en"', '"pl"')


def test_polish_pages_alone_are_marked_as_polish(tmp_path: Path) -> None:
    (tmp_path / "pl" / "account").mkdir(parents=True)
    names = ("index.html", "pl.html", "pl/register.html", "pl/account/security.html", "__spa-fallback.html")
    for name in names:
        (tmp_path / name).write_text(ENGLISH)
    for _time in range(2):
        StaticLanguagePlugin().post_build(static_dir=tmp_path)
        assert {name: (tmp_path / name).read_text() for name in names} == {
            "index.html": ENGLISH,
            "pl.html": POLISH,
            "pl/register.html": POLISH,
            "pl/account/security.html": POLISH,
            "__spa-fallback.html": ENGLISH,
        }


def test_a_build_that_writes_it_in_another_way_is_told(tmp_path: Path) -> None:
    (tmp_path / "pl.html").write_text("<html dir=ltr>")
    with pytest.raises(ConfigurationError, match="static_language"):
        StaticLanguagePlugin().post_build(static_dir=tmp_path)
