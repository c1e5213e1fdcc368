"""Calls every page function in every language: misspelt vars and `if Var` raise here."""

from __future__ import annotations

import importlib

import pytest

from conference_app.components.frame.page_registry import PAGES, Page
from conference_app.conference_app import page_modules
from conference_app.config import LANGUAGES
from conference_app.embedded import dev_mail
from conference_app.pages.site import dev_kit
from conference_app.texts import language

for name in page_modules(is_production=False):
    importlib.import_module(name)
assert dev_mail.__name__  # its page is registered too

ROUTES = [
    "/",
    "/404",
    "/accept",
    "/account",
    "/account/security",
    "/account/sessions",
    "/address/confirm",
    "/address/revoke",
    "/check-mail",
    "/contact",
    "/cookies",
    "/dashboard",
    "/dev/kit",
    "/dev/mail",
    "/entering",
    "/m/[code]",
    "/meetings/[code]",
    "/meetings/new",
    "/preferences",
    "/privacy",
    "/privacy-center",
    "/privacy-center/[token]",
    "/privacy-request",
    "/privacy/limits",
    "/privacy/processors",
    "/privacy/record",
    "/promises",
    "/register",
    "/reset",
    "/reset/choose",
    "/revoke",
    "/sign-in",
    "/staff",
    "/staff/cases",
    "/staff/cases/[case_id]",
    "/staff/contact",
    "/staff/contact/[thread_id]",
    "/staff/jobs",
    "/staff/legal",
    "/staff/legal/[request_id]",
    "/staff/legal/new",
    "/staff/newsletters",
    "/staff/newsletters/draft/[newsletter_id]",
    "/staff/newsletters/sending/[newsletter_id]",
    "/staff/non-disclosure/[request_id]",
    "/staff/people",
    "/staff/topics",
    "/terms",
    "/verify",
]
"""Written out: a page in a module that nobody imports would otherwise be missed by nothing."""


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.route)
def test_the_page_can_be_drawn(page: Page, code: str) -> None:
    assert page.built(code).render()


def test_every_page_is_found_and_each_route_is_declared_once() -> None:
    assert sorted(page.route for page in PAGES) == ROUTES


def test_the_page_of_the_kit_is_for_developers_alone() -> None:
    everywhere = set(page_modules(is_production=True))
    assert set(page_modules(is_production=False)) - everywhere == {dev_kit.__name__}


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_listed], ids=lambda page: page.route)
def test_listed_pages_describe_themselves(page: Page) -> None:
    assert 20 <= len(page.description) <= 200


def test_a_page_is_drawn_in_the_language_it_is_built_in() -> None:
    (sign_in,) = [page for page in PAGES if page.route == "/sign-in"]
    with language("pl"):
        assert str(sign_in.built("en")) != str(sign_in.built("pl"))
