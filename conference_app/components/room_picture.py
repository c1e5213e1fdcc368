"""A drawing of the room for the landing page, until a screenshot stands in assets/."""

from __future__ import annotations

import reflex as rx

from conference_app.components.buttons import icon
from conference_app.texts import _

_PEOPLE = (("AK", "Anna", "#3d4f7c"), ("TB", "Tomasz", "#7c4f3d"), ("MW", "Mary", "#3d7c63"), ("JN", "Jan", "#6b3d7c"))
_CONTROLS = ("mic", "video", "screen-share", "hand", "users", "message-square")


def _tile(initials: str, name: str, color: str, speaks: bool) -> rx.Component:
    ring = "ring-2 ring-[#7c83ff]" if speaks else ""
    return rx.el.div(
        rx.el.span(
            initials,
            class_name="grid place-items-center size-11 sm:size-16 rounded-full text-sm sm:text-xl font-semibold text-white",
            style={"background": color},
        ),
        rx.el.span(
            icon("mic" if speaks else "mic-off", 12),
            name,
            class_name="absolute left-2 bottom-2 inline-flex items-center gap-1 px-1.5 h-5 rounded bg-black/50 text-[11px] text-white",
        ),
        class_name=f"relative aspect-video grid place-items-center rounded-control bg-stage-raised {ring}",
    )


def drawn_room() -> rx.Component:
    """Four tiles and the control bar on the stage."""
    tiles = [_tile(*person, speaks=i == 2) for i, person in enumerate(_PEOPLE)]
    controls = [
        rx.el.span(
            icon(name, 16),
            class_name="grid place-items-center size-8 sm:size-9 rounded-full bg-stage-raised text-on-stage",
        )
        for name in _CONTROLS
    ]
    leave = rx.el.span(
        icon("phone-off", 16),
        class_name="grid place-items-center h-8 sm:h-9 w-12 rounded-full bg-danger text-on-danger ml-2",
    )
    stage = rx.el.div(
        rx.el.div(*tiles, class_name="grid grid-cols-2 gap-2 sm:gap-3"),
        rx.el.div(*controls, leave, class_name="flex justify-center gap-1.5 sm:gap-2 mt-3 sm:mt-4"),
        class_name="stage rounded-card bg-stage p-3 sm:p-4",
    )
    return rx.el.div(
        stage,
        role="img",
        aria_label=_("A drawing of a meeting: four people on a dark stage, the controls below them"),
        class_name="rounded-card shadow-float",
    )
