"""Newsletters in a line of a list, and the words for how far they are."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from conference_app.components.kit.surfaces import badge
from conference_app.components.kit.times import instant
from conference_app.components.kit.vars import one_of
from conference_app.services.newsletters.views import NewsletterView, Stage
from conference_app.texts import _, current_language, localized_path, n_

DRAFT_PATH, SENDING_PATH = "/staff/newsletters/draft", "/staff/newsletters/sending"
"""Where a newsletter is written, and where it is watched."""
_STAGES: dict[Stage, str] = {
    Stage.DRAFT: n_("Draft"),
    Stage.QUEUING: n_("Being queued"),
    Stage.SENDING: n_("Being sent"),
    Stage.SENT: n_("Sent"),
    Stage.STOPPED: n_("Stopped"),
}


@dataclass
class NewsletterLine:
    """A newsletter as the list shows it."""

    subject: str = ""
    stage: str = ""
    stage_words: str = ""
    at: str = ""
    """An `instant`."""
    path: str = ""


def newsletter_line(view: NewsletterView) -> NewsletterLine:
    """The line, in the page's language."""
    subject = view.draft.subject_pl if current_language() == "pl" else view.draft.subject_en
    at = instant(view.finished_at or view.started_at or view.created_at)
    folder = DRAFT_PATH if view.stage == Stage.DRAFT else SENDING_PATH
    path = localized_path(f"{folder}/{view.id}")
    return NewsletterLine(subject or _("No subject yet"), view.stage, _(_STAGES[view.stage]), at, path)


def stage_badge(line: NewsletterLine) -> rx.Component:
    """How far it is."""
    return one_of(
        line.stage,
        ("sent", badge(line.stage_words, "ok")),
        ("draft", badge(line.stage_words, "neutral")),
        ("stopped", badge(line.stage_words, "warn")),
        otherwise=badge(line.stage_words, "accent", dot=True),
    )
