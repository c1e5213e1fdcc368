"""What the product does, in folders by domain; it knows neither Reflex nor HTTP."""

from __future__ import annotations

import importlib
import pkgutil


def load_all() -> None:
    """Import every module below: a job's handler and an email's template exist once their module is imported."""
    for module in pkgutil.walk_packages(__path__, f"{__name__}."):
        importlib.import_module(module.name)
