"""Every use of personal data that the policy names, with its basis."""

from __future__ import annotations

import pytest

from conference_app import purposes
from conference_app.purposes import PURPOSES
from conference_app.services.documents import registry
from conference_app.texts import _, language

_NAMED = ("meetings", "answer", "call_back", "admissions", "history", "promotion", "personalisation")


@pytest.mark.promise("P91")
def test_every_use_the_policy_names_is_in_the_registry() -> None:
    """To give the service ordered, answer questions, send offers, arrange the site: each with its own basis."""
    assert {name: PURPOSES[name].basis for name in _NAMED} == {
        "meetings": "contract",
        "answer": "legitimate_interest",
        "call_back": "legitimate_interest",
        "admissions": "legitimate_interest",
        "history": "legitimate_interest",
        "promotion": "consent",
        "personalisation": "consent",
    }
    assert all(one.reason.endswith(".") for one in PURPOSES.values())
    assert all(one.needs_person and one.words and one.title for one in purposes.OFFERED.values())
    assert {one.id for one in PURPOSES.values() if one.basis == "consent"} == {*purposes.OFFERED, "participant_mail"}


@pytest.mark.promise("P44")
@pytest.mark.parametrize("code", ["en", "pl"])
def test_every_interest_is_weighed_in_the_policy_and_can_be_objected_to(code: str) -> None:
    assert all(bool(one.interest) == (one.basis == "legitimate_interest") for one in PURPOSES.values())
    with language(code):
        [apart] = [part for part in registry.sections("privacy") if part.title == _("Your right to object")]
        for one in PURPOSES.values():
            told = [line for line in map(str, apart.points) if one.interest and _(one.interest) in line]
            assert len(told) == bool(one.interest)
            ends_at_once = [_("It ends at once when you object.") in line for line in told]
            assert not any(ends_at_once) or (one.id in purposes.OPPOSABLE)
    assert set(purposes.OPPOSABLE) == {"devices", "call_back"}
