"""Design tokens and their Tailwind configuration."""

from __future__ import annotations


def tailwind_config() -> dict[str, object]:
    """What the TailwindV4Plugin is given."""
    return {}
