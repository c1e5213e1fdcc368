"""Tells browsers the language of a built page before its script runs, and where none does.

Reflex writes one language into all pages; the script corrects it (components.page_language.PageLanguage).
"""

from __future__ import annotations

from pathlib import Path

from reflex_base.plugins import Plugin

from conference_app.config import LANGUAGES
from conference_app.errors import ConfigurationError
from conference_app.texts import DEFAULT_LANGUAGE

_WRITTEN = f'<html lang="{DEFAULT_LANGUAGE}"'


class StaticLanguagePlugin(Plugin):
    """Marks the pages under /pl as Polish, before the pages are compressed."""

    def post_build(self, *, static_dir: Path, **_context: object) -> None:
        for code in LANGUAGES:
            for file in [static_dir / f"{code}.html", *(static_dir / code).rglob("*.html")]:
                if file.exists():
                    _mark(file, code)


def _mark(file: Path, code: str) -> None:
    page = file.read_text(encoding="utf-8")
    wanted = f'<html lang="{code}"'
    if wanted not in page and _WRITTEN not in page:
        raise ConfigurationError(
            "This version of Reflex writes a page's language in another way: operation/frontend/static_language.py is out of date."
        )
    file.write_text(page.replace(_WRITTEN, wanted), encoding="utf-8")
