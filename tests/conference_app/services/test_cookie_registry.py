"""The list of what a browser keeps: complete in words, strictly necessary only, and strict about names."""

from __future__ import annotations

import pytest

from conference_app.config import settings
from conference_app.services import cookie_registry
from conference_app.session import LANGUAGE_COOKIE, TICKET_COOKIE, session_cookie


@pytest.mark.promise("P84")
@pytest.mark.promise("P85")
def test_our_cookies_are_listed_and_necessary(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://localhost:3000", "https://meet.example.org"):
        monkeypatch.setenv("PARLEY_PUBLIC_URL", url)
        settings.cache_clear()
        for name in (session_cookie(), TICKET_COOKIE, LANGUAGE_COOKIE):
            found = cookie_registry.find("cookie", name)
            assert found is not None
            assert found.is_necessary
            assert found.purpose
            assert cookie_registry.life(found)


def test_a_name_nobody_registered_is_not_found() -> None:
    for kind, name in (("cookie", "_ga"), ("local storage", "parley_session"), ("session storage", "token2"), ("", "")):
        assert cookie_registry.find(kind, name) is None
