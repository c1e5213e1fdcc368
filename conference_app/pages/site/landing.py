"""The first page a visitor sees: what this is, why it is private, one call to action."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.page_frame import visitor_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import icon, link_button, text_link
from conference_app.components.kit.unbroken import unbroken
from conference_app.components.newsletters.sign_up_form import newsletter_section
from conference_app.config import settings
from conference_app.session import SessionState
from conference_app.texts import _, localized_path, n_

_WIDTH = "max-w-page mx-auto px-4 sm:px-6 lg:px-8"


def _picture() -> rx.Component:
    return rx.el.img(
        src="/room.webp",
        src_set="/room-800.webp 800w, /room.webp 1600w",
        sizes="(min-width: 1024px) 560px, 100vw",
        alt=_("A meeting with several people on a dark stage, the controls below them"),
        class_name="w-full aspect-[16/10] rounded-card shadow-float",
        custom_attrs={"fetchPriority": "high"},
    )


def _promise() -> rx.Component:
    start = rx.cond(
        SessionState.signed_in,
        link_button(_("My meetings"), localized_path("/dashboard"), size="large"),
        link_button(_("Create your account"), localized_path("/register"), size="large"),
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h1(
                _("Meetings that stay between you."),
                class_name="sm:text-[2.75rem] leading-[1.1] max-w-[14ch]",
            ),
            rx.el.p(
                _("Video calls in the browser, on a server of your own. Guests need a link and a name, nothing else."),
                class_name="text-lg text-ink-muted mt-5 max-w-[46ch]",
            ),
            rx.el.div(start, class_name="mt-8 flex flex-wrap items-center gap-4"),
            rx.el.p(
                _("No trackers, no third party, no app to install."),
                class_name="text-sm text-ink-faint mt-4",
            ),
            class_name="lg:py-10",
        ),
        _picture(),
        class_name=f"{_WIDTH} py-12 sm:py-20 grid gap-12 lg:grid-cols-[5fr_6fr] items-center",
    )


def _fact(icon_name: str, title: str, text: str, proof: rx.Component) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            icon(icon_name, 20),
            class_name="grid place-items-center size-10 rounded-control bg-accent-soft text-accent-ink",
        ),
        rx.el.h3(title, class_name="text-base mt-4 tracking-normal"),
        rx.el.p(unbroken(text), class_name="text-ink-muted mt-2"),
        rx.el.p(proof, class_name="text-sm mt-3"),
    )


def _facts() -> rx.Component:
    facts = (
        _fact(
            "lock",
            _("Encrypted on its way"),
            _(
                "Picture, sound and chat travel encrypted between your browser and this server. It passes them on and records nothing."
            ),
            rx.el.span(
                _("End-to-end encryption comes next; until then we do not claim it."), class_name="text-ink-faint"
            ),
        ),
        _fact(
            "server",
            _("No third party"),
            _("Fonts, scripts, media and mail come from this server. The number of outside hosts a page asks is 0."),
            rx.el.span(_("Your browser's network view shows it."), class_name="text-ink-faint"),
        ),
        _fact(
            "user-round",
            _("Your data stays small"),
            _("A host gives a name, an e-mail address and a password. A guest gives a name for one meeting."),
            text_link(_("Read what is kept, and why"), localized_path("/privacy")),
        ),
    )
    return rx.el.section(
        rx.el.h2(_("Why it is private"), class_name="text-2xl"),
        rx.el.ul(*facts, class_name="grid gap-10 md:grid-cols-3 mt-8"),
        class_name=f"{_WIDTH} py-16",
    )


def _steps() -> rx.Component:
    steps = (
        (_("Create a meeting"), _("A subject is enough. Add a time or a pass-phrase if you like.")),
        (_("Send its link"), _("By whatever way you already talk. The link cannot be guessed.")),
        (_("Open the room"), _("Guests wait until you do. Then everybody is in, from any modern browser.")),
    )
    items = [
        rx.el.li(
            rx.el.span(str(number), class_name="text-sm font-semibold text-accent-ink tabular-nums"),
            rx.el.h3(title, class_name="text-base mt-1 tracking-normal"),
            rx.el.p(text, class_name="text-ink-muted mt-2"),
            class_name="border-t-2 border-accent pt-4",
        )
        for number, (title, text) in enumerate(steps, 1)
    ]
    return rx.el.section(
        rx.el.div(
            rx.el.h2(_("How it works"), class_name="text-2xl"),
            rx.el.ol(*items, class_name="grid gap-8 md:grid-cols-3 mt-8"),
            class_name=f"{_WIDTH} py-16",
        ),
        class_name="bg-surface-raised border-y border-line",
    )


def _question(question: str, answer: str) -> rx.Component:
    return rx.el.details(
        rx.el.summary(
            question,
            icon("chevron-down", 18, "text-ink-faint transition-transform duration-150 group-open:rotate-180"),
            class_name="flex items-center justify-between gap-4 py-4 font-medium list-none rounded-control",
        ),
        rx.el.p(answer, class_name="text-ink-muted pb-5 max-w-reading"),
        class_name="group border-b border-line",
    )


def _questions() -> rx.Component:
    return rx.el.section(
        rx.el.h2(_("Questions"), class_name="text-2xl"),
        rx.el.div(
            _question(
                _("Do my guests need an account or an app?"),
                _("No. They open your link in Chrome, Edge, Firefox or Safari, type a name and join. A phone will do."),
            ),
            _question(
                _("Who can see or hear our meeting?"),
                _(
                    "The people in the room. Only who has the link can knock, and you can lock the room, mute or remove somebody. The operator of this server could reach into a call until end-to-end encryption is there: choose a server you trust, or run your own."
                ),
            ),
            _question(
                _("Are meetings recorded?"),
                _("No. There is no recording on the server. Like in any room, guests can record what they see."),
            ),
            _question(
                _("Can I run {brand} on my own machine?", brand=settings().brand_name),
                _("Yes. One command starts everything on one machine, and it asks no other host for anything."),
            ),
            class_name="mt-6 border-t border-line",
        ),
        class_name=f"{_WIDTH} py-16",
    )


@page(
    "/",
    title=n_("{brand}: meetings that stay between you"),
    description=n_(
        "Private video meetings in the browser, on a server of your own. No account for guests, no third party, nothing recorded."
    ),
    is_listed=True,
)
def landing() -> rx.Component:
    return visitor_frame(_promise(), _facts(), _steps(), _questions(), newsletter_section(_WIDTH))
