"""Lets a browser on a slow line fetch what it paints with before what makes the page alive.

Pages are whole in their HTML, so style and font show them. Browsers fetch `modulepreload` files as urgently as those,
and on a phone's line the scripts would hold the first picture up for more than a second.
"""

from __future__ import annotations

from pathlib import Path

from reflex_base.plugins import Plugin

from conference_app.errors import ConfigurationError

_URGENT = 'rel="modulepreload"'
_LATER = 'rel="modulepreload" fetchPriority="low"'


def later(page: str) -> str:
    """An HTML page with its scripts fetched after its style and font."""
    return page.replace(f"{_LATER} ", f"{_URGENT} ").replace(_URGENT, _LATER)


class PaintFirstPlugin(Plugin):
    """Marks the scripts of every built page as less urgent, before the pages are compressed."""

    def post_build(self, *, static_dir: Path, **_context: object) -> None:
        pages = list(static_dir.rglob("*.html"))
        for file in pages:
            file.write_text(later(file.read_text(encoding="utf-8")), encoding="utf-8")
        if not any(_LATER in file.read_text(encoding="utf-8") for file in pages):
            raise ConfigurationError(
                "This version of Reflex loads its scripts in another way: operation/frontend/paint_first.py is out of date."
            )
