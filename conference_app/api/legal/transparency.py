"""How often courts and authorities asked for data, and what became of it: numbers for everybody, made by the server alone."""

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
        plural("{count} request came in.", "{count} requests came in.", one.received)
        if one.received
        else _("None. No court or authority has asked for anybody's data.")
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
            intro=_("How often courts and authorities asked for people's data, and what came of it."),
            years=[_shown(one) for one in years],
            rules=(
                _(
                    "We hand over only what is asked for, and only what exists: who somebody is here, and what happened when."
                ),
                _("What is said, shown or written in meetings is not kept, so nobody can get it from us."),
                _("The person it is about reads it in the privacy center, at once or as soon as the law allows."),
                _("Counted from the staff's log, since this server first showed its policy, for at most five years."),
            ),
            back={"href": localized_path("/privacy"), "label": _("The privacy policy")},
        )


routes = [Route(path, transparency, methods=["GET"]) for path in ("/transparency", "/pl/transparency")]
"""For the composition root to mount."""
