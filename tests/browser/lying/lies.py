"""What the lying media process lies about at this moment; the test changes it while calls go on."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Lies:
    """All as it should be, until a test sets something else. Identities are the true ones, of the tokens."""

    marks_clear: bool = False
    """Every track is called not encrypted."""
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Identity → what is claimed of them in place of the truth: `name`, `metadata`, `attributes`."""
    called: dict[str, str] = field(default_factory=dict)
    """Identity → by which name everybody, and they themselves, are told of them."""
    speaks_as: dict[str, str] = field(default_factory=dict)
    """Identity → in whose name their data packets are sent on."""
    frames: str = ""
    """What is sent on in place of the video of `whose`: "plain", "replayed" or "swapped"; empty: what came."""
    whose: str = ""
    withholds_data: bool = False
    """Data packets are kept back until `release`."""
    keeps_removed: bool = False
    """Whoever is removed stays connected."""

    def set(self, changes: dict[str, Any]) -> None:
        """Back to the truth, then these lies."""
        for one in fields(self):
            setattr(self, one.name, getattr(Lies(), one.name))
        for name, value in changes.items():
            if name not in {one.name for one in fields(self)}:
                raise ValueError(f"no such lie: {name}")
            setattr(self, name, value)
