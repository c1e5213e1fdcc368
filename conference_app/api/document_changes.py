"""The page of every version of the terms and the policy, with what each one changed. Made by the server alone."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conference_app.api import plain_pages
from conference_app.services import document_versions, documents, personal_view
from conference_app.services.document_versions import Version, compared
from conference_app.texts import _, language


def _shown(version: Version, before: Version | None) -> dict[str, object]:
    found = compared(before.text, version.text) if before else []
    return {
        "since": personal_view.moment(version.since),
        "sha256": version.text_sha256,
        "changes": [change for change in found if change[0] != "same"],
        "paragraphs": version.text.split("\n\n"),
    }


async def _document(document: documents.Document) -> dict[str, object]:
    found = await document_versions.versions(document)
    befores = [*found[1:], None]
    return {
        "title": _(documents.DOCUMENT_TITLES[document]),
        "versions": [_shown(one, before) for one, before in zip(found, befores, strict=True)],
    }


async def changes(request: Request) -> Response:
    """All versions, newest first, each with what is new in it."""
    with language(plain_pages.page_language(request)):
        return plain_pages.page(
            request,
            "changes",
            title=_("Versions and changes"),
            intro=_("Every text that was ever shown here, newest first, and what each one changed."),
            fingerprint=_("Fingerprint"),
            first=_("The first version that is kept."),
            whole=_("The whole text"),
            texts=[await _document(one) for one in documents.DOCUMENTS],
        )


routes = [
    Route("/privacy/changes", changes, methods=["GET"]),
    Route("/pl/privacy/changes", changes, methods=["GET"]),
]
"""For the composition root to mount."""
