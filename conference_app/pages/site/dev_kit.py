"""Every piece of the kit in every state, for looking at it; not part of production."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.page_frame import visitor_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit import choices, copying, fields, floating, lists, loading, surfaces, tabs, times
from conference_app.components.kit.buttons import Kind, button, icon_button, link_button, text_link
from conference_app.components.kit.paging_links import SteppedState, steps
from conference_app.components.kit.part_links import part_links
from conference_app.components.kit.strength_meter import strength_meter
from conference_app.components.kit.theme import tokens
from conference_app.components.meetings.rows import MeetingRow, meeting_list
from conference_app.config import settings
from conference_app.session import public, say

_LONG = "Grzegorz Brzęczyszczykiewicz-Wolfeschlegelsteinhausenbergerdorff"
_KINDS: tuple[Kind, ...] = ("primary", "secondary", "quiet", "danger")
_TONES: tuple[surfaces.Tone, ...] = ("neutral", "accent", "ok", "warn", "danger")


class KitState(SteppedState, rx.State):
    """What the samples react to."""

    dialog_open: bool = False
    tab: str = "one"
    choice: str = "first"
    page_number: int = 2
    last_page: int = 2
    page_before: str = "?page=1"
    names: list[str] = [f"Entry {number} of {_LONG}" for number in range(1, 26)]
    rows: list[MeetingRow] = [
        MeetingRow(code="a", subject="Weekly sync", when="Today, 14:00 Warsaw", is_live=True, page_path="#"),
        MeetingRow(
            code="b", subject=_LONG * 2, when="Tuesday 24 November, 09:30 Warsaw", has_pass_phrase=True, page_path="#"
        ),
        MeetingRow(
            code="c", subject="Retrospective", when="Monday 3 August, 09:30 Warsaw", is_over=True, page_path="#"
        ),
    ]

    @rx.event
    @public
    async def open_dialog(self) -> None:
        self.dialog_open = True

    @rx.event
    @public
    async def close_dialog(self) -> None:
        self.dialog_open = False

    @rx.event
    @public
    async def choose_tab(self, tab: str) -> None:
        self.tab = "two" if tab == "two" else "one"

    @rx.event
    @public
    async def choose(self, choice: str) -> None:
        self.choice = "second" if choice == "second" else "first"

    @rx.event
    @public
    async def say(self) -> None:
        await say(self, "This is what a short message says.")

    @rx.event
    @public
    async def fail(self) -> None:
        raise RuntimeError("the kit's sample of a mistake")


def _part(title: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.el.h2(title, class_name="text-xl mb-5"),
        rx.el.div(*children, class_name="grid grid-cols-1 gap-5"),
        class_name="mt-12",
    )


def _flow(*children: rx.Component) -> rx.Component:
    return rx.el.div(*children, class_name="flex flex-wrap items-center gap-3")


def _buttons() -> rx.Component:
    return _part(
        "Buttons",
        *[
            _flow(
                button("Start meeting", kind=kind),
                button("With icon", kind=kind, icon_name="plus"),
                button("Busy button", kind=kind, busy=True),
                button("Disabled", kind=kind, disabled=True),
                button("Small", kind=kind, size="small"),
                button("Large", kind=kind, size="large"),
            )
            for kind in _KINDS
        ],
        _flow(
            icon_button("pencil", "Edit"),
            icon_button("trash-2", "Delete", kind="danger"),
            link_button("A link", "#"),
            text_link("A link in a sentence", "#"),
            floating.tooltip(button("With a tooltip", kind="secondary"), "It says a little more", "sample_tip"),
            button("Say something", kind="secondary", on_click=KitState.say),
            button("Make it fail", kind="secondary", on_click=KitState.fail),
        ),
    )


def _fields() -> rx.Component:
    wrong = "Enter a whole e-mail address, such as anna@post.pl."
    return _part(
        "Fields",
        rx.el.div(
            fields.text_field("Subject", "k_plain", help_text="Guests see it."),
            fields.text_field("E-mail", "k_wrong", error=wrong, default_value="anna@"),
            fields.text_field("Nickname", "k_optional", optional=True, placeholder="Such as Ania"),
            fields.text_field("Disabled", "k_disabled", disabled=True, default_value="Cannot be changed"),
            fields.password_field("Password", "k_password", help_text="At least 10 characters."),
            fields.select_field("Role", "k_select", (("a", "Host"), ("b", "Guest"))),
            fields.text_field("Date and time", "k_when", type="datetime-local"),
            fields.text_area("Notes", "k_area", optional=True),
            class_name="grid gap-5 md:grid-cols-2 items-start",
        ),
        *[strength_meter(score, "Add a word or two.") for score in (-1, 0, 1, 2, 3, 4)],
        choices.checkbox("I accept the terms.", "k_box"),
        choices.checkbox("I accept the terms.", "k_box_wrong", error="Please accept them to go on."),
        choices.switch("Play a sound when somebody joins", "k_switch", help_text="Only for you."),
        choices.radio_cards(
            "When",
            "k_radio",
            (
                ("first", "zap", "Whenever you like", "You open the room."),
                ("second", "calendar-clock", "At a set time", "In your list."),
            ),
            KitState.choice,
            KitState.choose,
        ),
    )


def _surfaces() -> rx.Component:
    rows = [["Anna Kowalska", "Host", "42 minutes"], [_LONG, "Guest", "7 minutes"]]
    return _part(
        "Surfaces",
        surfaces.section_header("People", button("Add", kind="secondary", size="small"), detail="Who was in the room"),
        surfaces.card(rx.el.p("A card.")),
        meeting_list(KitState.rows),
        _flow(
            *[surfaces.badge(tone, tone) for tone in _TONES],
            surfaces.badge("Open now", "ok", dot=True),
            surfaces.avatar("AK"),
        ),
        *[surfaces.banner(f"This is what a banner of the tone {tone} says.", tone) for tone in _TONES],
        lists.data_table("People", ("Name", "Role", "Time"), rows),
        surfaces.empty_state("calendar-plus", "Nothing here yet.", "What this place is for.", button("Do it")),
        loading.loading(loading.skeleton("h-6 w-1/3"), loading.skeleton(), loading.skeleton("h-24")),
        copying.copy_field("Invitation link", "k_copy", "/m/abcd-efgh-ijkl", "Copy"),
        tabs.tabs("Views", (("one", "One"), ("two", "Two")), KitState.tab, KitState.choose_tab),
        part_links("Parts", (("/dev/kit", "This part"), ("/", "Another part"), ("/terms", "A third one")), "/dev/kit"),
        lists.long_list(
            KitState.names, lambda name: rx.el.li(name, class_name="py-3 border-t border-line first:border-t-0")
        ),
        loading.progress("Upload", 40),
        rx.el.p("A moment on the reader's clocks: ", times.moment("2026-11-24T13:00:00+00:00")),
        tabs.stepper("Steps", ("Account", "Meeting", "Invite"), 1),
        steps(KitState),
        button("Open a dialog", kind="secondary", on_click=KitState.open_dialog),
        floating.dialog(
            "Delete this meeting?",
            rx.el.p("This cannot be undone."),
            button("Keep it", kind="secondary", on_click=KitState.close_dialog),
            button("Delete meeting", kind="danger", on_click=KitState.close_dialog),
            is_open=KitState.dialog_open,
            on_dismiss=KitState.close_dialog,
        ),
    )


def _colors() -> rx.Component:
    swatches = [
        rx.el.div(
            rx.el.div(class_name="h-10 rounded-control border border-line", style={"background": f"var(--{name})"}),
            rx.el.code(name, class_name="text-xs text-ink-muted"),
        )
        for name in tokens(settings().accent_color, dark=False)
    ]
    return _part("Colours", rx.el.div(*swatches, class_name="grid gap-3 grid-cols-3 sm:grid-cols-6"))


@page("/dev/kit", title="Kit")
def dev_kit() -> rx.Component:
    return visitor_frame(
        rx.el.div(
            rx.el.h1("Kit"),
            _colors(),
            _buttons(),
            _fields(),
            _surfaces(),
            class_name="max-w-page mx-auto px-4 sm:px-6 lg:px-8 py-12",
        )
    )
