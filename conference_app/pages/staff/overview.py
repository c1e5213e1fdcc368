"""Staff: what waits, and the way to each part."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import icon
from conference_app.components.kit.surfaces import badge
from conference_app.components.staff.frame import StaffState, staff_frame
from conference_app.services.staff import overview
from conference_app.services.staff.overview import Waiting
from conference_app.session import public
from conference_app.texts import _, localized_path, n_, plural


@dataclass
class Part:
    """One thing that may wait."""

    path: str = ""
    title: str = ""
    detail: str = ""
    number: int = 0
    urgent: str = ""
    """What makes it pressing, in words; empty if nothing does."""


def _part(path: str, title: str, detail: str, number: int, urgent: str = "") -> Part:
    return Part(localized_path(path), title, detail, number, urgent)


def _due(days: int | None) -> str:
    if days is None or days >= 10:
        return ""
    return plural("{count} day left", "{count} days left", days) if days >= 0 else _("late")


def _parts(now: Waiting) -> list[Part]:
    failed = _("look at it") if now.dead_jobs else ""
    return [
        _part("/staff/contact", _("Messages from people"), _("Conversations that are open."), now.threads),
        _part(
            "/staff/cases", _("Requests about data"), _("Each is due in a month."), now.cases, _due(now.next_case_days)
        ),
        _part("/staff/legal", _("Requests from authorities"), _("Not decided yet."), now.noted_requests),
        _part("/staff/people", _("Holds"), _("People whose data is held for a legal reason."), now.holds),
        _part("/staff/newsletters", _("Newsletters"), _("On their way now."), now.newsletters),
        _part("/staff/jobs", _("Failed work"), _("Given up after many tries."), now.dead_jobs, failed),
    ]


class StaffOverviewState(StaffState, rx.State):
    """The numbers."""

    parts: list[Part] = []

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is None:
            return
        self.parts = _parts(await overview.read())
        self.loaded = True


def _tile(part: Part) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.el.span(
                rx.el.span(part.title, class_name="block font-medium"),
                rx.el.span(part.detail, class_name="block text-sm text-ink-muted mt-0.5"),
                rx.cond(part.urgent, rx.el.span(badge(part.urgent, "warn"), class_name="block mt-2")),
                class_name="grow min-w-0",
            ),
            rx.el.span(part.number, class_name="text-2xl font-semibold tabular-nums"),
            icon("chevron-right", 18, "text-ink-faint"),
            href=part.path,
            class_name="flex items-center gap-4 h-full p-5 rounded-card border border-line bg-surface-raised shadow-card hover:bg-surface-sunken",
        )
    )


@page("/staff", title=n_("Staff"), on_load=StaffOverviewState.load)
def staff() -> rx.Component:
    state = StaffOverviewState
    return staff_frame(
        state,
        rx.el.h1(_("What waits"), class_name="mb-6"),
        rx.el.ul(rx.foreach(state.parts, _tile), class_name="grid gap-4 sm:grid-cols-2"),
        part="/staff",
    )
