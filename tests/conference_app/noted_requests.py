"""Legal requests of authorities, as staff type them."""

from __future__ import annotations

from conference_app.services.legal.legal_requests import NewRequest


def typed(wanted: str = "ann", **changes: str) -> NewRequest:
    """A good form about `wanted`, with `changes`."""
    fields = {
        "kind": "court_order",
        "authority": "District court",
        "reference": "I C 12/26",
        "scope": "Who is behind the account.",
        "received_on": "2026-11-20",
        "hidden_until": "",
    }
    return NewRequest(wanted=wanted, **(fields | changes))
