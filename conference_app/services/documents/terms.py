"""The terms: what the operator and those who use the service owe each other."""

from __future__ import annotations

from collections.abc import Iterator

from conference_app.config import Settings
from conference_app.services.documents.section import Section
from conference_app.texts import _, n_

_TERMS: tuple[str, ...] = (
    n_("{brand} lets you hold online meetings. You may use it for anything lawful."),
    n_("Do not use it to harm or to watch others, or to record people without their consent."),
    n_("You answer for what you say and show. The host decides who may be in a meeting."),
    n_("The service is run with care, but without a promise that it never fails."),
    n_("You can leave at any time. An account that harms others can be closed."),
)
_TERMS_GUESTS: tuple[str, ...] = (
    n_(
        "As a host you get to know your guests' names and addresses. They are confidential: use them for that meeting only."
    ),
    n_("Do not pass them on, do not sell them, and send your guests nothing that they did not ask for."),
)


def sections(shown: Settings) -> Iterator[Section]:
    """The terms in the current language, under these settings."""
    brand, operator = shown.brand_name, shown.controller
    yield Section(
        _("Between whom"),
        (
            _(
                "These terms hold between you and {name}, {address}, who runs {brand}.",
                name=operator.name,
                address=operator.address,
                brand=brand,
            ),
        ),
    )
    yield Section(_("What you may do"), tuple(_(text, brand=brand) for text in _TERMS[:3]))
    yield Section(_("Your guests"), tuple(_(text) for text in _TERMS_GUESTS))
    yield Section(_("What you can expect"), tuple(_(text, brand=brand) for text in _TERMS[3:]))
