"""Whether a basis lives, and what begins and ends the consents among them."""

from __future__ import annotations

import pytest

from conference_app import database
from conference_app.errors import NoConsent, NoLiveBasis
from conference_app.purposes import Purpose
from conference_app.services.consent import ledger as consents
from conference_app.services.consent import legal_basis
from conference_app.services.people.subjects import Subject


async def lives(subject: Subject, purpose: Purpose, detail: str = "") -> bool:
    """Whether the basis lives, by both ways of asking."""
    async with database.reading() as db:
        if not await legal_basis.with_basis(db, purpose, [subject, Subject("account", "nobody")], detail):
            with pytest.raises(NoConsent if purpose.basis == "consent" else NoLiveBasis):
                await legal_basis.require(db, subject, purpose, detail)
            return False
        live = await legal_basis.require(db, subject, purpose, detail)
    assert live.subjects == {(subject.kind, subject.id)}
    return True


async def ledger(subject: Subject, purpose: str, *, given: bool) -> None:
    """Agree to `purpose`, or take that back."""
    async with database.session() as db:
        if given:
            await consents.give(db, subject, purpose, act="test", page="/test", words="Yes.")
        else:
            await consents.withdraw(db, subject, purpose, act="test", page="/test")
