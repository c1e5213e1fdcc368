"""What the privacy policy stands on, for whoever wants to look closer: the record, the processors, the limits."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.frame.reading_page import (
    contents,
    example_notice,
    part_id,
    reading_page,
    reading_section,
)
from conference_app.components.kit.lists import data_table
from conference_app.components.kit.surfaces import card
from conference_app.config import settings
from conference_app.services.documents.privacy_policy import covered_host, nobody_else
from conference_app.services.documents.processing_record import Activity, activities
from conference_app.texts import _, n_


def _fact(label: str, *lines: str) -> rx.Component:
    said = [rx.el.p(line) for line in lines]
    return rx.el.div(
        rx.el.dt(label, class_name="text-sm text-ink-muted sm:w-44 shrink-0 leading-6"),
        rx.el.dd(*said, class_name="grid gap-1 min-w-0 text-sm text-ink leading-6 wrap-anywhere"),
        class_name="flex flex-col sm:flex-row sm:gap-4 py-2 border-t border-line first:border-t-0",
    )


def _activity(one: Activity, anchor: str) -> rx.Component:
    stays = [_fact(_("Stays after an erasure"), one.stays)] if one.stays else []
    return rx.el.section(
        rx.el.h2(one.title, class_name="text-xl"),
        rx.el.dl(
            _fact(_("Purpose"), *one.purposes),
            _fact(_("Whose data"), ", ".join(one.people)),
            _fact(_("What data"), ", ".join(one.data)),
            _fact(_("On what ground"), *one.grounds),
            _fact(_("Who receives it"), *one.recipients),
            _fact(_("Until when"), *one.kept),
            *stays,
            _fact(_("Table"), one.table),
        ),
        id=anchor,
        class_name="grid gap-2 mt-6",
    )


def _controller() -> rx.Component:
    one = settings().controller
    return card(
        rx.el.dl(
            _fact(_("Controller"), f"{one.name}, {one.address}"),
            _fact(_("Reached by"), f"{one.email}, {one.phone}"),
            _fact(_("Site"), covered_host(settings())),
            _fact(_("Servers"), " ".join((one.country, one.hosting)).strip()),
        ),
        extra="px-5 py-2",
    )


_SAFEGUARDS = (
    n_("All pages and calls are encrypted on their way (TLS, DTLS-SRTP)."),
    n_("Personal values are encrypted in the database; they are looked up by keyed hashes."),
    n_("Passwords are kept as slow hashes with a secret that is not in the database."),
    n_("Every event of every page passes one gate that refuses unless something is allowed."),
    n_("Logs hold numbers, never names, addresses or what was said."),
    n_("Everything is deleted by itself when its time has come; erased rows are overwritten."),
)


@page(
    "/privacy/record",
    title=n_("Record of processing"),
    description=n_("Every kind of data that {brand} keeps: for what, on what ground, for how long (GDPR Art. 30)."),
    is_listed=True,
)
def record() -> rx.Component:
    found = activities()
    return reading_page(
        _("Record of processing"),
        rx.el.p(
            _(
                "Made from the tags of the database's own columns: what is not listed here cannot be stored (GDPR Art. 30)."
            ),
            class_name="text-ink-muted leading-7",
        ),
        example_notice(),
        _controller(),
        contents([one.title for one in found]),
        *[_activity(one, part_id(place)) for place, one in enumerate(found)],
        reading_section(_("Safeguards"), (), [_(text) for text in _SAFEGUARDS]),
    )


@page(
    "/privacy/processors",
    title=n_("Who handles data for us"),
    description=n_("The companies that handle personal data for the operator of {brand}, what they get, and where."),
    is_listed=True,
)
def processors() -> rx.Component:
    found = settings().processors
    columns = [_("Who"), _("What for"), _("What it gets"), _("Where")]
    rows = [(one.name, one.does, ", ".join(one.data), " ".join((one.country, one.safeguard)).strip()) for one in found]
    none = reading_section(
        "",
        (
            nobody_else(settings()),
            _("Should that change, the new company stands here, and in the privacy policy, before it gets anything."),
        ),
    )
    return reading_page(
        _("Who handles data for us"),
        example_notice(),
        data_table(_("Processors"), columns, rows) if rows else none,
        rx.el.p(
            _("Each gets only what is named here, and may use it for nothing else."),
            class_name="text-sm text-ink-muted",
        ),
        wide=bool(rows),
    )


@page(
    "/privacy/limits",
    title=n_("Limits of protection"),
    description=n_("What encryption and care do not protect you from, said plainly."),
    is_listed=True,
)
def limits() -> rx.Component:
    return reading_page(
        _("Limits of protection"),
        reading_section(
            "",
            (
                _(
                    "We do what we can to protect what is sent and kept. Nothing sent over the internet can be guaranteed to be safe, and you use it at your own risk. These are the limits we know."
                ),
            ),
        ),
        reading_section(
            _("What end-to-end encryption covers"),
            (
                _(
                    "Picture, sound, shared screens and chat are encrypted in the browsers of those who are in the meeting, and opened only there. This server passes them on without being able to see, hear or read them."
                ),
            ),
        ),
        reading_section(
            _("Who met whom, and when"),
            (
                _(
                    "The server has to know which rooms are open, who is in them under which name, and which addresses are connected. Encryption does not hide that, nor how much was sent, nor who speaks when."
                ),
            ),
        ),
        reading_section(
            _("The others in the room"),
            (
                _(
                    "Anybody in a meeting can take screenshots, film the screen, or copy what is written. No technique prevents that."
                ),
            ),
        ),
        reading_section(
            _("The page itself"),
            (
                _(
                    "Your browser runs the program that this server sends, and that program does the encrypting. A server in wrong hands could send another one. Use a server run by somebody you trust."
                ),
            ),
        ),
        reading_section(
            _("Your device and your mailbox"),
            (
                _(
                    "Whoever can use your unlocked device, or read your mail, can act as you. Lock both, and use passkeys."
                ),
            ),
        ),
        reading_section(
            _("Back-ups"),
            (
                _(
                    "The operator's back-ups hold erased data until they are replaced. Names and addresses in them are encrypted."
                ),
            ),
        ),
    )
