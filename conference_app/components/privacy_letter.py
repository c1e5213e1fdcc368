"""The privacy center's letter: what we know, why, who saw it, what one can choose, take along and end.

The same letter serves people with an account and people who come by a link to their address; what each may do is in
their page's State, which mixes in `LetterState`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import reflex as rx

from conference_app.components.buttons import button, button_class, icon, text_link
from conference_app.components.forms import FormState
from conference_app.components.page_frame import PlainLink
from conference_app.components.surfaces import badge, banner, card, loading, progress, skeleton
from conference_app.services import cases, erasure, export, personal_view, privacy_requests, privacy_state
from conference_app.services.cases import CaseView
from conference_app.services.personal_rows import Person
from conference_app.services.personal_view import Entry, Fact, Item, Known
from conference_app.services.personal_words import words_of
from conference_app.texts import _, localized_path, plural


@dataclass(frozen=True, slots=True)
class SeenRow:
    """That staff read something, in words."""

    what: str = ""
    reason: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A request in words."""

    title: str = ""
    state: str = ""
    detail: str = ""
    is_closed: bool = False


class LetterState(FormState, mixin=True):
    """What the letter shows of one person."""

    loaded: bool = False
    missing: bool = False
    """Whether the link that led here is not good."""
    known: list[Known] = []
    seen: list[SeenRow] = []
    holds: list[SeenRow] = []
    cases: list[CaseRow] = []
    is_restricted: bool = False
    is_paused: bool = False
    erase_when: str = ""
    """When the erasure happens; empty if none was asked for."""
    copy_id: str = ""
    copy_state: str = ""
    copy_percent: int = 0
    copy_words: str = ""
    copy_path: str = ""
    goes: list[Fact] = []
    stays: list[Fact] = []
    is_erasing: bool = False
    """Whether the question before an erasure is open."""
    working: bool = False

    async def _show(self, person: Person) -> None:
        """Read everything anew."""
        self.known = await personal_view.overview(person)
        await self._show_state(person)
        await self._show_copy(person)
        self.loaded = True

    async def _show_state(self, person: Person) -> None:
        now = await privacy_state.read(person)
        self.is_restricted, self.is_paused = now.restricted_at is not None, now.is_paused
        self.erase_when = personal_view.moment(now.erase_due_at) if now.erase_due_at else ""
        self.seen = [SeenRow(_(one.what), one.reason, personal_view.moment(one.at)) for one in now.seen]
        self.cases = [_case_row(one) for one in await privacy_requests.history(person)]
        self.holds = [SeenRow("", one.reason, personal_view.moment(one.set_at)) for one in now.holds]

    async def _show_copy(self, person: Person) -> bool:
        """The newest copy; whether it is still being made."""
        copy = await export.latest(person)
        self.copy_id = copy.id if copy else ""
        self.copy_state = copy.state if copy else ""
        self.copy_percent = copy.percent if copy else 0
        self.copy_words = ""
        if copy is not None and copy.state == "ready":
            until, size = personal_view.moment(copy.expires_at), f"{max(copy.size_bytes // 1024, 1)}"
            self.copy_words = plural(
                "{count} entry, {size} kB, until {until}.",
                "{count} entries, {size} kB, until {until}.",
                copy.rows,
                size=size,
                until=until,
            )
        return copy is not None and copy.state in ("waiting", "running")

    async def _show_preview(self, person: Person) -> None:
        """What an erasure would do."""
        found = await erasure.preview(person)
        self.goes = [
            Fact(_(words_of(name).title), plural("{count} entry", "{count} entries", number))
            for name, number in found.goes.items()
        ]
        self.stays = [Fact(_(words_of(name).title), _(why)) for name, why in found.stays.items()]


def _case_row(one: CaseView) -> CaseRow:
    opened, due = personal_view.moment(one.opened_at), personal_view.moment(one.due_at)
    steps = [f"{_(cases.STATUSES[step.status])}, {personal_view.moment(step.at)}" for step in one.history]
    detail = _("Asked on {opened}, to be done by {due}.", opened=opened, due=due)
    return CaseRow(
        _(cases.KINDS[one.kind]), _(cases.STATUSES[one.status]), " · ".join([detail, *steps]), one.closed_at is not None
    )


def _case(row: CaseRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(row.title, class_name="text-sm font-medium grow"),
            rx.cond(row.is_closed, badge(row.state, "neutral"), badge(row.state, "accent")),
            class_name="flex items-center gap-3",
        ),
        rx.el.p(row.detail, class_name="text-sm text-ink-muted mt-1 tabular-nums"),
        class_name="py-3 border-t border-line first:border-t-0",
    )


def case_list(state: type[LetterState]) -> rx.Component:
    """The person's requests and how far they are."""
    return rx.cond(
        rx.Var.create(state.cases).length() > 0,
        rx.el.div(
            rx.el.h3(_("Your requests"), class_name="text-sm font-medium text-ink-muted tracking-normal mb-3"),
            card(rx.el.ul(rx.foreach(state.cases, _case)), extra="px-5 py-2"),
        ),
    )


def object_choice(on_object: object) -> rx.Component:
    """Object to everything that is not the service itself."""
    return choice(
        _("Object"),
        _("Ends every use beyond the service at once. Somebody looks at the rest, and you see here how far it is."),
        button(_("Object to other uses"), kind="secondary", size="small", on_click=on_object),
    )


def _section(title: str, anchor: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, id=anchor, class_name="text-2xl mb-3"),
        *children,
        aria_labelledby=anchor,
        class_name="grid grid-cols-1 gap-4 mt-14",
    )


def _text(*children: rx.Component | str | rx.Var, extra: str = "") -> rx.Component:
    return rx.el.p(*children, class_name=f"text-ink-muted leading-7 max-w-reading {extra}")


def _fact(fact: Fact) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.label, class_name="text-sm text-ink-muted sm:w-52 shrink-0"),
        rx.el.dd(
            rx.el.span(fact.text, class_name="block text-ink wrap-anywhere tabular-nums"),
            rx.cond(fact.why, rx.el.span(fact.why, class_name="block text-ink-faint")),
            class_name="text-sm min-w-0",
        ),
        class_name="flex flex-col sm:flex-row sm:gap-4 py-1",
    )


def _entry(entry: Entry) -> rx.Component:
    return rx.el.dl(rx.foreach(entry.facts, _fact), class_name="border-t border-line py-3 first:border-t-0 first:pt-0")


def _line(text: rx.Var[str] | str) -> rx.Component:
    return rx.el.p(text, class_name="text-sm text-ink-muted")


def _item(item: Item) -> rx.Component:
    values = rx.el.div(
        rx.foreach(item.rows, _entry),
        rx.cond(item.more, rx.el.p(item.more, class_name="text-sm text-ink-faint")),
        class_name="px-5 pb-4 pt-1",
    )
    return rx.el.details(
        rx.el.summary(
            rx.el.span(
                rx.el.span(item.title, class_name="block font-medium"),
                rx.el.span(item.purpose, class_name="block text-sm text-ink-muted"),
                class_name="grow min-w-0",
            ),
            rx.el.span(item.amount, class_name="text-sm text-ink-muted whitespace-nowrap"),
            icon("chevron-down", 18, "text-ink-faint transition-transform duration-150 group-open:rotate-180"),
            class_name="flex items-start gap-3 px-5 py-4 cursor-pointer rounded-card list-none [&::-webkit-details-marker]:hidden",
        ),
        values,
        rx.el.div(
            rx.el.p(_("Until when"), class_name="text-xs font-medium text-ink-faint"),
            rx.foreach(item.kept, _line),
            rx.el.p(_("On what ground"), class_name="text-xs font-medium text-ink-faint mt-2"),
            rx.foreach(item.bases, _line),
            rx.el.p(_("Who receives it"), class_name="text-xs font-medium text-ink-faint mt-2"),
            _line(item.recipients),
            class_name="px-5 py-4 border-t border-line bg-surface-sunken/50 rounded-b-card",
        ),
        open=item.is_open,
        class_name="group bg-surface-raised border border-line rounded-card",
    )


def _group(group: Known) -> rx.Component:
    return rx.el.div(
        rx.el.h3(group.title, class_name="text-sm font-medium text-ink-muted tracking-normal"),
        rx.foreach(group.things, _item),
        class_name="grid grid-cols-1 gap-3",
    )


def _seen(row: SeenRow) -> rx.Component:
    return rx.el.li(
        rx.el.p(row.what, class_name="text-sm font-medium"),
        rx.el.p(row.reason, class_name="text-sm text-ink-muted wrap-anywhere"),
        rx.el.p(row.when, class_name="text-sm text-ink-faint tabular-nums"),
        class_name="py-3 border-t border-line first:border-t-0",
    )


def _hold(row: SeenRow) -> rx.Component:
    return banner(
        rx.el.span(
            _("Your data is held since"),
            " ",
            row.when,
            ". ",
            _("It is not erased before the hold ends. Reason:"),
            " ",
            row.reason,
        ),
        "warn",
    )


def choice(title: str, text: str, *controls: rx.Component) -> rx.Component:
    """One thing a person can do, what it means, and its control."""
    return card(
        rx.el.div(
            rx.el.h3(title, class_name="text-base font-medium tracking-normal"),
            rx.el.p(text, class_name="text-sm text-ink-muted mt-1 leading-6"),
            class_name="min-w-0 grow",
        ),
        rx.el.div(*controls, class_name="shrink-0 flex flex-wrap items-center gap-2"),
        extra="p-5 flex flex-col sm:flex-row sm:items-center gap-4",
    )


def restrict_choice(state: type[LetterState], on_restrict: object, on_free: object) -> rx.Component:
    """Restrict the use of one's data, and end that."""
    return choice(
        _("Restrict the use of your data"),
        _("We then use it only for what the service cannot do without: no newsletters, no offers, nothing counted."),
        rx.cond(
            state.is_restricted,
            rx.fragment(
                badge(_("Restricted"), "accent"),
                button(_("End the restriction"), kind="secondary", size="small", on_click=on_free),
            ),
            button(_("Restrict"), kind="secondary", size="small", on_click=on_restrict),
        ),
    )


def _copy(state: type[LetterState], on_make: object) -> rx.Component:
    running = rx.el.div(
        rx.el.p(_("We are putting your copy together."), class_name="text-sm text-ink-muted", role="status"),
        progress(_("Progress of your copy"), state.copy_percent),
        class_name="grid gap-2",
    )
    ready = rx.el.div(
        PlainLink.create(
            icon("download"),
            _("Download my data"),
            href=state.copy_path,
            class_name=button_class(),
            id="download",
            custom_attrs={"download": "my-data.zip"},
        ),
        rx.el.p(state.copy_words, class_name="text-sm text-ink-muted tabular-nums"),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-2",
    )
    make = button(_("Make a copy of my data"), icon_name="archive", busy=state.working, on_click=on_make)
    return card(
        rx.fragment(
            rx.match(
                state.copy_state,
                ("waiting", running),
                ("running", running),
                ("ready", rx.el.div(ready, class_name="grid gap-3")),
                rx.el.div(make),
            )
        ),
        extra="p-5",
    )


def letter(
    state: type[LetterState],
    *,
    intro: Sequence[rx.Component],
    choices: Sequence[rx.Component],
    leave: Sequence[rx.Component],
    correct: rx.Component,
    on_make: object,
) -> rx.Component:
    """The whole letter."""
    return rx.el.article(
        rx.el.h1(_("Your data"), class_name="text-[2rem]"),
        *intro,
        rx.foreach(state.holds, _hold),
        _section(
            _("What we know"),
            "known",
            _text(_("All of it, in full. Open an item to see each value. Times are in UTC.")),
            rx.foreach(state.known, _group),
            correct,
        ),
        _section(
            _("Why"),
            "why",
            _text(
                _("Each item above names its reason, how long it is kept and who receives it."),
                " ",
                text_link(_("The privacy policy"), localized_path("/privacy")),
                " ",
                _("says the same for everybody."),
            ),
        ),
        _section(
            _("Who has seen it"),
            "seen",
            rx.cond(
                rx.Var.create(state.seen).length() > 0,
                card(rx.el.ul(rx.foreach(state.seen, _seen)), extra="px-5 py-2"),
                _text(
                    _("No member of the staff has looked at your data. When one does, it stands here with the reason.")
                ),
            ),
        ),
        _section(_("Your choices"), "choices", *choices, case_list(state)),
        _section(
            _("Take it with you"),
            "copy",
            _text(
                _(
                    "A zip with everything: a page to read, JSON and CSV for other programs. It costs nothing, only you can "
                    "download it, and it is deleted after 24 hours."
                )
            ),
            _copy(state, on_make),
        ),
        _section(_("Leave"), "leave", *leave),
    )


def fact_list(rows: rx.Var[list[Fact]] | list[Fact]) -> rx.Component:
    """Names and words about them."""
    return rx.el.dl(rx.foreach(rows, _fact), class_name="grid")


def waiting() -> rx.Component:
    """While the letter is fetched."""
    return loading(skeleton("h-10 w-48"), skeleton("h-24 rounded-card"), skeleton("h-40 rounded-card"))
