"""Changes to the framework's own script of the page, made after it is put in place and before it is bundled."""

from __future__ import annotations

from reflex.utils.prerequisites import get_web_dir

from conference_app.errors import ConfigurationError


def change_state_js(*changes: tuple[str, str], told_by: str) -> None:
    """Replace in state.js each old text by its new one, or take it out, unless an earlier build has done so.

    Raises ConfigurationError naming the file `told_by` if an old text does not stand there exactly once.
    """
    path = get_web_dir() / "utils" / "state.js"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        is_made = new in text if new else old not in text
        if is_made:
            continue
        if text.count(old) != 1:
            raise ConfigurationError(f"This version of Reflex has another state.js: {told_by} is out of date.")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
