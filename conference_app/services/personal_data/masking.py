"""Names and addresses as staff see them before there is a reason to see more: enough to tell two people apart."""

from __future__ import annotations


def _first(text: str) -> str:
    return f"{text[:1]}…" if text else ""


def email(address: str) -> str:
    """ann.smith@mail.example.com → a…@m….com; the length of what is left out is not shown."""
    local, _at, domain = address.rpartition("@")
    host, dot, top = domain.rpartition(".")
    return f"{_first(local)}@{_first(host)}{dot}{top}" if dot else f"{_first(local)}@{_first(domain)}"


def initials(*names: str) -> str:
    """Ann Maria, Nowak → A. M. N."""
    words = [word for name in names for word in name.split()]
    return " ".join(f"{word[:1].upper()}." for word in words[:4])
