"""Brings the product's own TypeScript into Reflex's working folder before the frontend is compiled."""

from __future__ import annotations

from reflex.utils.prerequisites import get_web_dir
from reflex_base.plugins import Plugin

from conference_app.browser_files import copy_browser_files


class TypeScriptPlugin(Plugin):
    """Copies what stands beside the components."""

    def pre_compile(self, **_context: object) -> None:
        """Copy it to where `browser_file` says that it is."""
        copy_browser_files(get_web_dir() / "public")
