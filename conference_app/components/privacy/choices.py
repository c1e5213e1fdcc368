"""What a person can do in the privacy center: a card for each choice, the copy, the requests, the question at the end."""

from __future__ import annotations

from collections.abc import Sequence

import reflex as rx

from conference_app.components.kit.buttons import Text, button, button_class, icon, link_button
from conference_app.components.kit.lists import long_list
from conference_app.components.kit.loading import progress
from conference_app.components.kit.plain_elements import PlainLink
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import badge, banner, card
from conference_app.components.kit.times import moment
from conference_app.components.kit.timing import LookAgain
from conference_app.components.kit.vars import count, one_of
from conference_app.components.privacy.keep_data import planned_words
from conference_app.components.privacy.known_data import fact_list
from conference_app.components.privacy.overview_state import AnswerRow, CaseRow, OverviewState, StepRow
from conference_app.config import settings
from conference_app.services.privacy.personal_view import Fact
from conference_app.texts import _, localized_path

_LOOK_S = 1.0
"""How often a page looks how far a copy is."""


def choice(title: str, text: Text | rx.Component, *controls: rx.Component) -> rx.Component:
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


def restrict_choice(state: type[OverviewState], on_restrict: object, on_free: object) -> rx.Component:
    """Restrict the use of one's data, and end that."""
    return choice(
        _("Restrict the use of your data"),
        _("We then use it only for what the service needs to run: no newsletters, no offers, no counting."),
        rx.cond(
            state.is_restricted,
            rx.fragment(
                badge(_("Restricted"), "accent"),
                button(_("End the restriction"), kind="secondary", size="small", on_click=on_free),
            ),
            button(_("Restrict"), kind="secondary", size="small", on_click=on_restrict),
        ),
    )


def object_choice(
    state: type[OverviewState], on_object: object, on_allow: object, *, uses: Sequence[str] = ()
) -> rx.Component:
    """Object to everything that is not the service itself, and take that back; `uses` go on then, each a sentence."""
    again = [_("Taking it back allows this again:"), *[f"– {one}" for one in uses]] if uses else []
    objected = rx.fragment(
        _("You objected."),
        " ",
        _("E-mails stay off until you choose them."),
        *[rx.el.span(line, class_name="block") for line in again],
    )
    return choice(
        _("Object"),
        rx.cond(
            state.has_objected,
            objected,
            _("Ends every use beyond the service at once. A person looks at the rest, and you can follow it here."),
        ),
        rx.cond(
            state.has_objected,
            rx.fragment(
                badge(_("Objected"), "accent"),
                button(_("Take the objection back"), kind="secondary", size="small", on_click=on_allow),
            ),
            button(_("Object to other uses"), kind="secondary", size="small", on_click=on_object),
        ),
    )


def erase_choice(state: type[OverviewState], text: str, on_ask: object, keep: rx.Component) -> rx.Component:
    """Have everything erased; once that was asked for, when it happens and `keep`, which takes it back."""
    planned = planned_words(
        state.planned,
        _("Your data is erased on {when}."),
        _("Your data is erased once the legal hold on it ends, and not before {when}."),
    )
    ask = button(_("Erase my data"), kind="danger", size="small", on_click=on_ask)
    return choice(_("Erase everything"), rx.cond(state.planned.at, planned, text), rx.cond(state.planned.at, keep, ask))


def _case(row: CaseRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.p(row.title, class_name="text-sm font-medium grow"),
            rx.cond(row.is_closed, badge(row.state, "neutral"), badge(row.state, "accent")),
            class_name="flex items-center gap-3",
        ),
        rx.el.p(
            rx.cond(
                row.is_closed,
                slotted(_("Asked on {opened}."), opened=moment(row.opened)),
                slotted(_("Asked on {opened}, to be done by {due}."), opened=moment(row.opened), due=moment(row.due)),
            ),
            class_name="text-sm text-ink-muted mt-1 tabular-nums",
        ),
        rx.el.ol(rx.foreach(row.steps, _step), class_name="text-sm text-ink-muted mt-1 tabular-nums"),
        rx.foreach(row.answers, _answer),
        class_name="py-3 border-t border-line first:border-t-0",
    )


def _step(row: StepRow) -> rx.Component:
    return rx.el.li(row.words, " · ", moment(row.at))


def _answer(row: AnswerRow) -> rx.Component:
    return rx.el.div(
        rx.el.p(_("We wrote:"), class_name="text-xs font-medium text-ink-faint"),
        rx.el.p(row.words, class_name="text-sm text-ink whitespace-pre-line wrap-anywhere"),
        rx.el.p(moment(row.at), class_name="text-sm text-ink-faint tabular-nums"),
        class_name="mt-3 pl-4 border-l-2 border-line",
    )


def case_list(state: type[OverviewState]) -> rx.Component:
    """The person's requests and how far they are."""
    return rx.cond(
        count(state.cases) > 0,
        rx.el.div(
            rx.el.h3(_("Your requests"), class_name="text-sm font-medium text-ink-muted tracking-normal mb-3"),
            long_list(state.cases, _case),
        ),
    )


def copy_card(state: type[OverviewState], on_make: object, on_look: object) -> rx.Component:
    """Make a copy, see how far it is, and take it along."""
    running = rx.el.div(
        rx.el.p(_("We are putting your copy together."), class_name="text-sm text-ink-muted", role="status"),
        progress(_("Progress of your copy"), state.copy_percent),
        LookAgain.create(seconds=_LOOK_S, on_look=on_look),
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
        rx.el.p(
            slotted(_("{copy}, until {when}"), copy=state.copy_words, when=moment(state.copy_until)),
            class_name="text-sm text-ink-muted tabular-nums",
        ),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-2",
    )
    failed = banner(_("The copy could not be made. Ask for it again."), "danger")
    make = button(_("Make a copy of my data"), icon_name="archive", busy=state.working, on_click=on_make)
    return card(
        one_of(
            state.copy_state,
            ("waiting", running),
            ("running", running),
            ("ready", rx.el.div(ready, class_name="grid gap-3")),
            ("failed", rx.el.div(failed, rx.el.div(make), class_name="grid gap-4")),
            otherwise=rx.el.div(make),
        ),
        extra="p-5",
    )


def review_card(is_due: rx.Var[bool] | bool, on_right: object) -> rx.Component:
    """ "Is this still right?", now and then. Answering it and putting it off are one click."""
    return rx.cond(
        is_due,
        card(
            rx.el.div(
                rx.el.h2(_("Is this still right?"), class_name="text-base font-medium tracking-normal"),
                rx.el.p(
                    _(
                        "It has been a while since you checked. See below whether your name, address and the rest are still right."
                    ),
                    class_name="text-sm text-ink-muted mt-1",
                ),
                class_name="grow",
            ),
            rx.el.div(
                button(_("Everything is right"), size="small", on_click=on_right),
                link_button(_("Change something"), localized_path("/account"), kind="secondary", size="small"),
                button(_("Not now"), kind="quiet", size="small", on_click=on_right),
                class_name="flex flex-wrap gap-2",
            ),
            extra="p-5 mt-6 flex flex-col gap-4",
        ),
    )


def _count(fact: Fact) -> rx.Component:
    """One line, also on a phone: what is at stake is seen at a glance, with the buttons that decide."""
    return rx.el.div(
        rx.el.dt(fact.label, class_name="min-w-0"),
        rx.el.dd(fact.text, class_name="shrink-0 text-ink tabular-nums"),
        class_name="flex justify-between gap-4 py-0.5 text-sm",
    )


def erase_question(state: type[OverviewState]) -> rx.Component:
    """What an erasure takes and what it leaves, before it is asked for."""
    return rx.fragment(
        rx.el.p(_("This is deleted, copies included, after {days} days:", days=settings().erasure_days)),
        rx.cond(
            count(state.holds) > 0,
            rx.el.p(
                _("Your data is on hold for a legal reason, so this happens once that ends."),
                class_name="mt-2 font-medium",
            ),
        ),
        rx.el.dl(rx.foreach(state.goes, _count), class_name="mt-2"),
        rx.cond(
            count(state.stays) > 0,
            rx.el.div(
                rx.el.p(_("This stays, and no longer leads to you:"), class_name="mt-3"),
                fact_list(state.stays),
            ),
        ),
    )
