"""What staff may know of a person they found: a few facts, and how much is kept, without what it says."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from conference_app.components.kit.times import instant, moment
from conference_app.services.personal_data.lookup import PersonView
from conference_app.texts import _, plural


@dataclass
class Fact:
    """A line: what it is about, and what is so."""

    title: str = ""
    value: str = ""
    at: str = ""
    """Stands for the value where that is a moment: an `instant`."""


def facts_of(view: PersonView) -> list[Fact]:
    """Whether the person is known here, since when, and whether the address is confirmed."""
    known = _("With an account") if view.person.account_id else _("Without an account")
    confirmed = _("Confirmed") if view.is_confirmed else _("Not confirmed")
    return [
        Fact(_("Known here"), known if view.is_known else _("No")),
        *([Fact(_("E-mail"), confirmed)] if view.person.account_id else []),
        *([Fact(_("Since"), "", instant(view.since))] if view.since else []),
    ]


def counts_of(view: PersonView) -> list[Fact]:
    """How many entries of each kind there are."""
    return [Fact(_(title), plural("{count} entry", "{count} entries", number)) for title, number in view.counts]


def _pair(fact: Fact) -> rx.Component:
    return rx.el.div(
        rx.el.dt(fact.title, class_name="text-sm text-ink-muted grow"),
        rx.el.dd(rx.cond(fact.at, moment(fact.at), fact.value), class_name="text-sm tabular-nums"),
        class_name="flex gap-4 py-1.5 border-t border-line first:border-t-0",
    )


def fact_list(*groups: list[Fact]) -> rx.Component:
    """The lines of all groups, one below the other."""
    return rx.el.dl(*(rx.foreach(group, _pair) for group in groups))
