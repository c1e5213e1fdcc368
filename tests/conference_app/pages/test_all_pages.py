"""Calls every page function in every language: misspelt vars and `if Var` raise here."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from conference_app import pages
from conference_app.components.page_registry import PAGES, Page
from conference_app.config import LANGUAGES
from conference_app.embedded import dev_mail
from conference_app.texts import language

for module in pkgutil.iter_modules(pages.__path__):
    importlib.import_module(f"{pages.__name__}.{module.name}")
assert dev_mail.__name__  # its page is registered too


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_the_page_can_be_drawn(page: Page, code: str) -> None:
    assert page.built(code).render()


def test_each_route_is_declared_once() -> None:
    routes = [page.route for page in PAGES]
    assert len(routes) == len(set(routes))


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_listed], ids=lambda page: page.route)
def test_listed_pages_describe_themselves(page: Page) -> None:
    assert 20 <= len(page.description) <= 200


def test_a_page_is_drawn_in_the_language_it_is_built_in() -> None:
    (sign_in,) = [page for page in PAGES if page.route == "/sign-in"]
    with language("pl"):
        assert str(sign_in.built("en")) != str(sign_in.built("pl"))
