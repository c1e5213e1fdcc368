"""The list of what a browser keeps: complete in words, strictly necessary only, and strict about names."""

from __future__ import annotations

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

import conference_app.conference_app  # noqa: F401 - brings every State
from conference_app.config import settings
from conference_app.services.documents import cookies
from conference_app.session import LANGUAGE_COOKIE, TICKET_COOKIE, session_cookie


@pytest.mark.promise("P84")
@pytest.mark.promise("P85")
def test_our_cookies_are_listed_and_necessary(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://localhost:3000", "https://meet.example.org"):
        monkeypatch.setenv("PARLEY_PUBLIC_URL", url)
        settings.cache_clear()
        for name in (session_cookie(), TICKET_COOKIE, LANGUAGE_COOKIE):
            found = cookies.find("cookie", name)
            assert found is not None
            assert found.is_necessary
            assert found.purpose
            assert cookies.life(found)


@pytest.mark.promise("P85")
def test_what_states_keep_in_the_browser_is_listed() -> None:
    """Reflex writes these by script; what a test in a browser does not come by is found here."""
    kinds = {rx.Cookie: "cookie", rx.LocalStorage: "local storage", rx.SessionStorage: "session storage"}
    states = {entry.states[0] for entry in RegistrationContext.get().event_handlers.values()}
    vars_of = [
        (f"{state.get_full_name()}.{name}", one.default) for state in states for name, one in state.__fields__.items()
    ]
    kept = {(kinds[type(one)], getattr(one, "name", None) or name) for name, one in vars_of if type(one) in kinds}
    assert ("cookie", TICKET_COOKIE) in kept
    assert [found for found in kept if cookies.find(*found) is None] == []


def test_a_name_nobody_registered_is_not_found() -> None:
    for kind, name in (("cookie", "_ga"), ("local storage", "parley_session"), ("session storage", "token2"), ("", "")):
        assert cookies.find(kind, name) is None
