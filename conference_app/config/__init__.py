"""The product's settings: read once from the environment into one typed, frozen object.

`schema` is the table of everything an operator can set; `loading` reads it, `kept_secrets` makes the secrets that were
not given, `production` refuses what may not face the world.
"""

from __future__ import annotations

import functools
import os

from conference_app.config.kept_secrets import Secrets
from conference_app.config.loading import load_settings
from conference_app.config.schema import Controller, Mail, Processor, Settings

__all__ = [
    "LANGUAGES",
    "VERSION",
    "Controller",
    "Mail",
    "Processor",
    "Secrets",
    "Settings",
    "load_settings",
    "settings",
]

VERSION = "0.1.0"
LANGUAGES = ("en", "pl")
"""Languages the pages are built in; the first is served without a path prefix."""


@functools.cache
def settings() -> Settings:
    """The settings of this process, read from its environment at the first call."""
    return load_settings(os.environ)
