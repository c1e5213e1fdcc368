"""Whose a consent, a wish or an email is: an account, or an address without one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SubjectKind = Literal["account", "address"]


@dataclass(frozen=True, slots=True)
class Subject:
    """A person to whom consents belong: a registered one, or an `Address`."""

    kind: SubjectKind
    id: str
