"""A request about data in words, as the staff's pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import reflex as rx

from conference_app.components.kit.surfaces import badge
from conference_app.components.kit.times import instant
from conference_app.services.cases import cases
from conference_app.services.cases.cases import CaseView
from conference_app.texts import _, localized_path, n_, plural

SOON_DAYS = 10
"""With fewer days left a case is pressing."""
_SUBJECTS: dict[cases.SubjectKind, str] = {
    "account": n_("Somebody with an account"),
    "address": n_("Somebody without an account"),
    "thread": n_("Somebody who wrote to us"),
}


@dataclass
class CaseLine:
    """A request."""

    id: str = ""
    path: str = ""
    kind: str = ""
    status: str = ""
    status_words: str = ""
    asked: str = ""
    """Who asked, without saying who."""
    opened: str = ""
    """An `instant`."""
    left: str = ""
    """How many days are left; empty for a closed one."""
    is_pressing: bool = False


def left_words(days: int) -> str:
    """How much of the month is left; `days` is below zero when it is over."""
    if days < 0:
        return plural("{count} day late", "{count} days late", -days)
    return plural("due in {count} day", "due in {count} days", days)


def case_line(case: CaseView, now: datetime) -> CaseLine:
    """What the lists say of a case."""
    left, is_open = case.days_left(now), case.closed_at is None
    return CaseLine(
        id=case.id,
        path=localized_path(f"/staff/cases/{case.id}"),
        kind=_(cases.KINDS[case.kind]),
        status=case.status,
        status_words=_(cases.STATUSES[case.status]),
        asked=_(_SUBJECTS[case.subject_kind]),
        opened=instant(case.opened_at),
        left=left_words(left) if is_open else "",
        is_pressing=is_open and left < SOON_DAYS,
    )


def case_badges(line: CaseLine) -> rx.Component:
    """How far it is, and what is left of its time."""
    clock = rx.cond(line.is_pressing, badge(line.left, "danger"), badge(line.left, "neutral"))
    return rx.el.span(
        badge(line.status_words, "accent"),
        rx.cond(line.left, clock),
        class_name="flex flex-wrap items-center gap-2",
    )
