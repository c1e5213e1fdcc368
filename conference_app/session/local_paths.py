"""Where a person goes on to: addresses hold it, so anybody can write it; only a path of this site is followed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from reflex.state import BaseState

from conference_app.session.caller import query_value
from conference_app.texts import localized_path

_LOCAL_PATH = re.compile(r"(?![^?#]*//)/[!-\[\]-~]{0,499}")
"""A path of this site: printable ASCII without spaces and backslashes, and no two slashes in a row, which name a host
as soon as what stands before them is taken off."""


def local_path(given: str, default: str) -> str:
    """`given` if it is a path of this site to go on to, else `default`. Never a route of signing in, never a host."""
    if not _LOCAL_PATH.fullmatch(given) or urlsplit(given).netloc or f"{given}/".startswith("/auth/"):
        return default
    return given


def next_path(state: BaseState) -> str:
    """Where the person wanted to go when they were asked to sign in first; else the dashboard."""
    return local_path(query_value(state, "next"), localized_path("/dashboard"))
