"""Signed links: nobody makes one up, uses one for something else, or learns from one."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conference_app.config import Settings, settings
from conference_app.errors import NotFound
from conference_app.models.columns import new_id
from conference_app.services.people import signed_links
from conference_app.services.people.signed_links import LinkTarget
from conference_app.services.people.subjects import Subject
from tests.conference_app.consent_people import NOW, link, member

KEY = bytes(range(32))


def test_what_was_put_in_comes_out() -> None:
    subject = Subject("account", new_id())
    token = signed_links.make("unsubscribe", KEY, "topic:abc", subject=subject)
    assert signed_links.read(token, "unsubscribe") == LinkTarget("unsubscribe", KEY, "topic:abc", subject)
    assert signed_links.read(signed_links.make("privacy", KEY), "privacy") == LinkTarget("privacy", KEY)


def test_a_link_opens_only_what_it_was_made_for() -> None:
    token = signed_links.make("preferences", KEY)
    for kind in ("unsubscribe", "privacy", "contact"):
        with pytest.raises(NotFound):
            signed_links.read(token, kind)


def test_a_link_with_a_life_ends() -> None:
    token = signed_links.make("privacy", KEY, life=timedelta(hours=1), now=NOW)
    assert signed_links.read(token, "privacy", now=NOW + timedelta(minutes=59)).email_key == KEY
    with pytest.raises(NotFound):
        signed_links.read(token, "privacy", now=NOW + timedelta(minutes=61))


def test_another_key_of_the_operator_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    token = signed_links.make("privacy", KEY)
    monkeypatch.setenv("PARLEY_SESSION_KEY", "another" * 10)
    settings.cache_clear()
    with pytest.raises(NotFound):
        signed_links.read(token, "privacy")


@given(st.binary(max_size=120))
def test_no_bytes_but_ours_are_read(data: bytes) -> None:
    token = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    with pytest.raises(NotFound):
        signed_links.read(token, "unsubscribe")


@given(st.text(max_size=200))
def test_no_text_but_ours_is_read(token: str) -> None:
    with pytest.raises(NotFound):
        signed_links.read(token, "unsubscribe")


def test_a_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        signed_links.make("privacy", b"short")


async def test_a_subject_that_is_gone_gets_no_link(db: Settings) -> None:
    ann = await member()
    assert signed_links.read(await link(ann), "unsubscribe").subject == ann
    with pytest.raises(NotFound):
        await link(Subject("address", ann.id))


async def test_a_token_fits_into_a_header_and_names_nobody(db: Settings) -> None:
    token = await link(await member("ann"), "topic:" + "a" * 32)
    assert len(token) <= 200
    assert "ann" not in token.casefold() or b"ann@" not in base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
