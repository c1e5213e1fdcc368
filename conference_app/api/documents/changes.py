"""The page of every version of the terms and the policy, with what each one changed. Made by the server alone."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conference_app.api.http import plain_pages
from conference_app.components.kit.times import distance_in_words, moment_in_words
from conference_app.services.documents import registry, versions
from conference_app.services.documents.text_changes import paragraph_changes
from conference_app.services.documents.versions import Version
from conference_app.texts import _, language, localized_path


def _shown(version: Version, before: Version | None, now: datetime) -> dict[str, object]:
    found = paragraph_changes(before.text, version.text) if before else []
    return {
        "since": moment_in_words(version.since, "UTC", now),
        "age": distance_in_words(version.since, now),
        "sha256": version.text_sha256,
        "changes": [change for change in found if change.kind != "same"],
        "paragraphs": version.text.split("\n\n"),
    }


async def _document(document: registry.Document) -> dict[str, object]:
    found = await versions.versions(document)
    befores, now = [*found, None][1:], datetime.now(UTC)
    return {
        "title": _(registry.DOCUMENT_TITLES[document]),
        "versions": [_shown(one, before, now) for one, before in zip(found, befores, strict=True)],
    }


async def changes(request: Request) -> Response:
    """All versions, newest first, each with what is new in it."""
    with language(plain_pages.page_language(request)):
        return plain_pages.page(
            request,
            "changes",
            title=_("Versions and changes"),
            back={"href": localized_path("/privacy"), "label": _("Privacy policy")},
            intro=_("Every text ever shown here, newest first, and what each one changed."),
            fingerprint=_("Fingerprint"),
            first=_("The first version on record."),
            whole=_("The whole text"),
            texts=[await _document(one) for one in registry.DOCUMENTS],
        )


routes = [
    Route("/privacy/changes", changes, methods=["GET"]),
    Route("/pl/privacy/changes", changes, methods=["GET"]),
]
"""For the composition root to mount."""
