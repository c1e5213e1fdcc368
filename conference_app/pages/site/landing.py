"""The first page a visitor sees: what this is, why it is private, one call to action."""

from __future__ import annotations

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.page_frame import visitor_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import icon, link_button, submit_button, text_link
from conference_app.components.kit.fields import ERROR, INPUT, LABEL, invalid
from conference_app.components.kit.form_errors import FormErrors
from conference_app.components.kit.forms import FormState, typed
from conference_app.components.kit.unbroken import unbroken
from conference_app.components.newsletters.sign_up_form import newsletter_section
from conference_app.config import settings
from conference_app.services.meetings import meeting_codes
from conference_app.session import SessionState, public
from conference_app.texts import _, localized_path, n_, plural

_WIDTH = "max-w-page mx-auto px-4 sm:px-6 lg:px-8"


class LandingState(FormState, rx.State):
    """The field for a link or a code."""

    @rx.event
    @public
    async def join(self, form: dict[str, object]) -> EventSpec | None:
        code = meeting_codes.code_in(typed(form, "meeting", 5000))
        if code:
            self.errors = {}
            return rx.redirect(localized_path(f"/m/{code}"))
        self.errors = {
            "meeting": _(
                "That isn't a meeting link or code. Paste the whole link, or type all 15 characters of the code."
            )
        }
        self.tries += 1
        return None


def _join_form() -> rx.Component:
    state = LandingState
    wrong = state.errors["meeting"]
    return rx.el.form(
        rx.el.label(_("Join with a link or code"), html_for="meeting", class_name=LABEL),
        rx.el.div(
            rx.el.input(
                id="meeting",
                name="meeting",
                type="text",
                required=True,
                auto_complete="off",
                auto_capitalize="none",
                spell_check=False,
                max_length=5000,
                placeholder="bcdfg-hjkmn-pqrst",
                aria_invalid=invalid(wrong),
                aria_describedby="meeting_error",
                class_name=f"{INPUT} min-w-0",
            ),
            submit_button(_("Join"), kind="secondary"),
            class_name="flex gap-2",
        ),
        rx.el.p(wrong, id="meeting_error", role="alert", class_name=ERROR),
        FormErrors.create(tries=state.tries, fallback="meeting", errors=state.errors, on_mended=state.mended),
        on_submit=state.join,
        method="post",
        no_validate=True,
        class_name="mt-8 max-w-form",
    )


def _tile(initials: str, name: str, color: str, *, speaks: bool = False) -> rx.Component:
    face = rx.el.span(
        initials,
        class_name=f"grid place-items-center size-9 sm:size-14 max-sm:text-sm rounded-full text-white font-semibold {color}",
    )
    ring = "outline-2 -outline-offset-2 outline-accent" if speaks else ""
    return rx.el.div(
        face,
        rx.el.span(
            icon("mic" if speaks else "mic-off", 14),
            rx.el.span(name, class_name="truncate"),
            class_name="absolute left-2 bottom-2 max-w-[calc(100%-1rem)] flex items-center gap-1.5 px-2 h-6 rounded-control bg-stage/80 text-on-stage text-xs",
        ),
        class_name=f"relative aspect-video grid place-items-center max-sm:pb-5 rounded-control border border-transparent bg-stage-raised {ring}",
    )


def _picture() -> rx.Component:
    """The room in small, drawn at the size it is seen at: each word of it can be read."""
    tiles = [
        _tile("MW", "Maja Wolska", "bg-emerald-700", speaks=True),
        _tile("TB", "Tomasz Brandt", "bg-amber-800"),
        _tile("AK", "Anna Kowalska", "bg-sky-800"),
        _tile("JN", "Jun Nakamura", "bg-purple-800"),
    ]
    bar = ("mic", "video", "screen-share", "users", "message-square", "ellipsis")
    controls = [
        rx.el.span(icon(name, 18), class_name="grid place-items-center size-9 rounded-control bg-stage-raised")
        for name in bar
    ]
    leave = rx.el.span(
        icon("phone-off", 18), class_name="grid place-items-center w-12 h-9 rounded-control bg-danger text-on-danger"
    )
    return rx.el.div(
        rx.el.div(
            icon("lock", 16),
            rx.el.span(_("Weekly sync"), class_name="font-medium"),
            rx.el.span(plural("{count} person", "{count} people", 4), class_name="ml-auto text-on-stage-muted"),
            class_name="flex items-center gap-2 text-sm px-1 pb-3",
        ),
        rx.el.div(*tiles, class_name="grid grid-cols-2 gap-2"),
        rx.el.div(*controls, leave, class_name="flex justify-center gap-2 pt-3"),
        role="img",
        aria_label=_("A meeting with four people: their tiles on a dark stage, the controls below them"),
        class_name="stage rounded-card border border-transparent bg-stage text-on-stage p-3 sm:p-4 shadow-float select-none",
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
            _join_form(),
            rx.el.p(
                _("No trackers, no third party, no app to install."),
                class_name="text-sm text-ink-faint mt-4",
            ),
        ),
        _picture(),
        class_name=f"{_WIDTH} py-12 sm:py-16 grid grid-cols-1 gap-12 lg:grid-cols-[5fr_6fr] items-center",
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
            _("End-to-end encrypted"),
            _(
                "Picture, sound and chat are encrypted in your browser and opened only by the people in the meeting. This server passes them on and cannot look inside."
            ),
            text_link(_("See what our tests prove"), localized_path("/promises")),
        ),
        _fact(
            "server",
            _("No third party"),
            _("Fonts, scripts, media and mail come from this server. Outside hosts that a page contacts: 0."),
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
        (_("Send its link"), _("However you already talk. The link cannot be guessed.")),
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


def _works() -> rx.Component:
    """A part for each thing that works."""
    things = (
        (
            "video",
            _("Video and voice"),
            _("See and hear everybody in the room. You can join without a camera or a microphone."),
        ),
        ("screen-share", _("Screen sharing"), _("Show a window, a tab or your whole screen, with its sound.")),
        (
            "message-square",
            _("Chat"),
            _("Write to everybody in the room, and save what was written. The server keeps none of it."),
        ),
        (
            "shield",
            _("You are the host"),
            _("Lock the room, mute or remove somebody, hand the meeting over, or end it for everybody."),
        ),
        (
            "calendar-clock",
            _("Planned, or whenever"),
            _("Set a day and time in any time zone, or keep a room that you open when you like."),
        ),
        ("key-round", _("A pass-phrase"), _("Ask your guests for a word that only they know, besides the link.")),
        (
            "fingerprint",
            _("Safe sign-in"),
            _("Passkeys, an authenticator app, recovery codes, and a list of your devices."),
        ),
        (
            "user-round-check",
            _("Privacy center"),
            _("See all that we know about you and why, take a copy, or have it erased."),
        ),
        (
            "accessibility",
            _("For everybody"),
            _("By keyboard, with a screen reader, on a phone, in light or dark, in English and Polish."),
        ),
    )
    parts = [
        rx.el.li(
            icon(icon_name, 20, "mt-0.5 text-accent-ink"),
            rx.el.div(
                rx.el.h3(title, class_name="text-base tracking-normal"),
                rx.el.p(unbroken(text), class_name="text-ink-muted mt-1"),
            ),
            class_name="flex gap-3",
        )
        for icon_name, title, text in things
    ]
    return rx.el.section(
        rx.el.h2(_("What you can do today"), class_name="text-2xl"),
        rx.el.ul(*parts, class_name="grid gap-8 sm:grid-cols-2 lg:grid-cols-3 mt-8"),
        class_name=f"{_WIDTH} py-16",
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
                    "The people in the room. Only somebody with the link can ask to come in, and you can lock the room, mute or remove people. What is said, shown and written is encrypted from browser to browser, so whoever runs the server or taps the line gets nothing of it. Your browser does this with code that the server sends: choose a server you trust, or run your own."
                ),
            ),
            _question(
                _("Are meetings recorded?"),
                _("No. There is no recording on the server. As in any room, guests can record what they see."),
            ),
            _question(
                _("Can I run {brand} on my own machine?", brand=settings().brand_name),
                _("Yes. One command starts everything on one machine, and it contacts no other host."),
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
    return visitor_frame(_promise(), _facts(), _steps(), _works(), _questions(), newsletter_section(_WIDTH))
