"""How often courts and authorities demanded data, and what became of it: numbers for everybody, made by the server alone."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conference_app.api.http import plain_pages
from conference_app.services.legal import legal_requests
from conference_app.services.legal.legal_requests import Year
from conference_app.texts import _, language, localized_path, plural


def _shown(one: Year) -> dict[str, object]:
    outcomes = [(_(words), one.decisions[decision]) for decision, words in legal_requests.DECISIONS.items()]
    words = (
        plural("{count} demand came.", "{count} demands came.", one.received)
        if one.received
        else _("None. No court and no authority demanded anybody's data.")
    )
    return {"year": one.year, "words": words, "outcomes": outcomes if one.received else []}


async def transparency(request: Request) -> Response:
    """Every year that is counted, the newest first."""
    years = await legal_requests.by_year()
    with language(plain_pages.page_language(request)):
        return plain_pages.page(
            request,
            "transparency",
            title=_("Transparency"),
            intro=_("How often courts and authorities demanded data of people here, and what became of it."),
            years=[_shown(one) for one in years],
            rules=(
                _(
                    "Only what is demanded goes out, and only what exists: who somebody is here, and when what happened."
                ),
                _("What was said, shown or written in meetings is not kept, so nobody can demand it."),
                _("Whom a demand is about reads it in the privacy center, at once or as soon as a law allows."),
                _(
                    "Counted from the log that staff keep, since this server first showed its policy, for five years at most."
                ),
            ),
            back={"href": localized_path("/privacy"), "label": _("The privacy policy")},
        )


routes = [Route(path, transparency, methods=["GET"]) for path in ("/transparency", "/pl/transparency")]
"""For the composition root to mount."""
