"""The foot of every page: where the documents are and who runs this."""

from __future__ import annotations

import reflex as rx

from conference_app.components.kit.plain_elements import PlainLink
from conference_app.config import settings
from conference_app.session import SessionState
from conference_app.texts import _, localized_path


def documents() -> tuple[tuple[str, str], ...]:
    """What stands at the foot of every page: title and path in the current language."""
    found = (
        (_("Privacy policy"), "/privacy"),
        (_("Terms"), "/terms"),
        (_("Promises"), "/promises"),
        (_("Transparency"), "/transparency"),
        (_("Cookies"), "/cookies"),
        (_("Contact"), "/contact"),
    )
    return tuple((title, localized_path(path)) for title, path in found)


def run_by() -> str:
    """Who answers for this server, in a sentence."""
    one, brand = settings().controller, settings().brand_name
    return _("{brand} on this server is run by {name}, {address}.", brand=brand, name=one.name, address=one.address)


_FOOT_LINK = (
    "text-sm text-ink-muted hover:text-ink underline-offset-4 hover:underline rounded-control py-2 pointer-coarse:py-3"
)


def _document_link(title: str, path: str) -> rx.Component:
    """A link to a document; the browser itself follows those to a page that the server makes."""
    link = PlainLink.create if path.endswith("/transparency") else rx.el.a
    return link(title, href=path, class_name=_FOOT_LINK)


def document_links() -> rx.Component:
    """What is promised and by whom: on every page. Whoever is signed in chooses their mails from here, too."""
    return rx.el.nav(
        *[_document_link(title, path) for title, path in documents()],
        rx.cond(SessionState.signed_in, _document_link(_("E-mail preferences"), localized_path("/preferences"))),
        aria_label=_("Documents"),
        class_name="flex flex-wrap gap-x-6",
    )


def footer() -> rx.Component:
    """Where the documents are and who runs this."""
    return rx.el.footer(
        rx.el.div(
            rx.el.p(run_by(), class_name="text-sm text-ink-muted min-w-0 wrap-anywhere"),
            document_links(),
            class_name="max-w-page mx-auto px-4 sm:px-6 lg:px-8 py-8 flex flex-wrap items-center justify-between gap-4",
        ),
        class_name="border-t border-line mt-auto",
    )
