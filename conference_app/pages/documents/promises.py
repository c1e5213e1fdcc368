"""The promise register: every promise, and whether the last recorded test run proved it."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.frame.reading_page import contents, part_id, reading_page
from conference_app.components.kit.buttons import icon
from conference_app.components.kit.plain_elements import literal
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import badge, card
from conference_app.components.kit.times import instant, moment
from conference_app.services.documents import promises
from conference_app.services.documents.promises import Chapter, Promise, Proof
from conference_app.texts import _, n_, plural


def _badge(proof: Proof) -> rx.Component:
    match proof.state:
        case "proven":
            return badge(_("Proven"), "ok", dot=True)
        case "failing":
            return badge(_("Test fails"), "danger")
        case "unproven":
            return badge(_("Works, proof to come"), "accent")
        case "not_built":
            return badge(_("Not built yet"), "neutral")


def _tests(proof: Proof) -> rx.Component:
    if not proof.tests:
        return rx.fragment()
    return rx.el.details(
        rx.el.summary(
            plural("{count} test", "{count} tests", len(proof.tests)),
            icon("chevron-down", 16, "transition-transform duration-150 group-open:rotate-180"),
            class_name="inline-flex items-center gap-1 pointer-coarse:py-3 text-sm text-ink-muted rounded-control list-none [&::-webkit-details-marker]:hidden",
        ),
        rx.el.ul(
            *[
                rx.el.li(literal(name, "text-xs text-ink-muted wrap-anywhere"), class_name="py-0.5")
                for name in proof.tests
            ],
            class_name="mt-1",
        ),
        class_name="group",
    )


def _promise(one: Promise, proof: Proof) -> rx.Component:
    return rx.el.li(
        rx.el.span(one.id, class_name="w-11 shrink-0 text-sm text-ink-faint tabular-nums leading-6"),
        rx.el.div(
            rx.el.p(_(one.words), class_name="leading-6"),
            _tests(proof),
            class_name="grow min-w-0 basis-[calc(100%-3.5rem)] sm:basis-0",
        ),
        rx.el.div(_badge(proof), class_name="ml-14 sm:ml-0 shrink-0"),  # on a phone below its words
        id=one.id,
        class_name="flex flex-wrap sm:flex-nowrap items-start gap-x-3 gap-y-1.5 py-3 border-t border-line first:border-t-0",
    )


def _chapter(chapter: Chapter, register: promises.Register, anchor: str) -> rx.Component:
    rows = [_promise(one, register.proofs[one.id]) for one in chapter.promises]
    return rx.el.section(
        rx.el.h2(_(chapter.title), class_name="text-xl mb-3"),
        card(rx.el.ul(*rows), extra="px-5 py-2"),
        id=anchor,
        class_name="mt-8",
    )


def _summary(register: promises.Register) -> rx.Component:
    proven, unproven, total = register.count("proven"), register.count("unproven"), len(register.proofs)
    when = (
        slotted(_("Last recorded run of the tests: {when}."), when=moment(instant(register.ran_at)))
        if register.ran_at
        else _("No run of the tests is recorded yet.")
    )
    return card(
        rx.el.p(
            rx.el.span(f"{proven} / {total}", class_name="text-[2rem] font-semibold tabular-nums tracking-tight"),
            class_name="leading-none",
        ),
        rx.el.p(
            plural("{count} promise is proven.", "{count} promises are proven.", proven),
            " ",
            plural("{count} more works, its proof is to come.", "{count} more work, their proof is to come.", unproven),
            " ",
            plural("{count} is not built yet.", "{count} are not built yet.", register.count("not_built")),
            " ",
            when,
            class_name="text-sm text-ink-muted mt-3",
        ),
        extra="p-5 mt-4",
    )


@page(
    "/promises",
    title=n_("Promises"),
    description=n_("Every promise of {brand}, and which of them its own tests prove. Nothing else is called kept."),
    is_listed=True,
)
def promise_register() -> rx.Component:
    register = promises.read()
    return reading_page(
        _("Promises"),
        rx.el.p(
            _(
                "This is what we promise. A promise is called proven only if tests that check the real behaviour ran and passed. What works without such tests says that its proof is to come; what is not built yet says so."
            ),
            class_name="text-ink-muted leading-7",
        ),
        _summary(register),
        contents([_(chapter.title) for chapter in promises.CHAPTERS]),
        *[_chapter(chapter, register, part_id(place)) for place, chapter in enumerate(promises.CHAPTERS)],
    )
