"""Session identifiers as LiveKit writes them: a prefix and twelve random letters or digits."""

from __future__ import annotations

import secrets
import string
from typing import Literal

_ALPHABET = string.ascii_letters + string.digits


def new_sid(prefix: Literal["RM_", "PA_", "TR_"]) -> str:
    """A fresh identifier of a room, participant or track; 71 random bits."""
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(12))
