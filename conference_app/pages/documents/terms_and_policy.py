"""What one agrees to when registering, and whom to write to."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.frame.reading_page import (
    contents,
    example_notice,
    part_id,
    reading_page,
    reading_section,
)
from conference_app.components.kit.buttons import text_link
from conference_app.components.kit.plain_elements import plain_link
from conference_app.services.documents import registry
from conference_app.texts import _, localized_path, n_

_FEW = 6
"""So many parts are seen without a list of them."""


def _document(name: registry.Document, *links: rx.Component) -> rx.Component:
    parts = registry.sections(name)
    note = _("Fingerprint of this text, kept with each consent: {fingerprint}", fingerprint=registry.fingerprint(name))
    return reading_page(
        _(registry.DOCUMENT_TITLES[name]),
        example_notice(),
        *([contents([part.title for part in parts])] if len(parts) > _FEW else []),
        *[
            reading_section(part.title, part.paragraphs, part.points, anchor=part_id(place))
            for place, part in enumerate(parts)
        ],
        rx.el.nav(
            *links,
            aria_label=_("More"),
            class_name="flex flex-wrap gap-x-6 gap-y-2 mt-4 text-sm pointer-coarse:[&>a]:py-3",
        ),
        rx.el.p(note, class_name="text-sm text-ink-faint mt-6 wrap-anywhere"),
    )


@page("/privacy", title=n_("Privacy policy"), description=n_("What {brand} keeps about you, and why."), is_listed=True)
def privacy() -> rx.Component:
    return _document(
        "privacy",
        text_link(_("See your own data"), localized_path("/privacy-request")),
        text_link(_("Record of processing"), localized_path("/privacy/record")),
        text_link(_("Who handles data for us"), localized_path("/privacy/processors")),
        text_link(_("Limits of protection"), localized_path("/privacy/limits")),
        plain_link(_("Requests from authorities"), localized_path("/transparency")),
        text_link(_("Cookies"), localized_path("/cookies")),
        plain_link(_("Earlier versions and changes"), localized_path("/privacy/changes")),
    )


@page(
    "/terms", title=n_("Terms"), description=n_("What you and the operator of {brand} owe each other."), is_listed=True
)
def terms() -> rx.Component:
    return _document("terms", plain_link(_("Earlier versions and changes"), localized_path("/privacy/changes")))
