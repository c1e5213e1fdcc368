"""Staff: conversations with people who wrote to us."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.times import instant, moment
from conference_app.components.staff.frame import StaffListState, staff_list
from conference_app.services.contact import desk
from conference_app.services.contact.desk import ThreadRow
from conference_app.texts import _, localized_path, n_, plural


@dataclass
class ThreadLine:
    """A conversation in the list."""

    path: str = ""
    who: str = ""
    subject: str = ""
    last_at: str = ""
    """An `instant`."""
    count: str = ""


def _line(row: ThreadRow) -> ThreadLine:
    count = plural("{count} message", "{count} messages", row.messages)
    path = localized_path(f"/staff/contact/{row.id}")
    return ThreadLine(path, row.who, row.subject, instant(row.last_at), count)


class StaffContactState(StaffListState, rx.State):
    """The inbox, masked."""

    threads: list[ThreadLine] = []

    async def _list(self) -> None:
        found = await desk.threads(self._asked_page(), closed=self.shows == "closed")
        self.threads = self._stepped(found.of(_line), shows=self.shows)


def _thread(line: ThreadLine) -> rx.Component:
    return rx.el.li(
        rx.el.a(
            rx.el.span(line.subject, class_name="block font-medium wrap-anywhere"),
            rx.el.span(line.who, class_name="block text-sm text-ink-muted wrap-anywhere mt-0.5"),
            rx.el.span(
                moment(line.last_at),
                " · ",
                line.count,
                class_name="block text-sm text-ink-faint tabular-nums mt-0.5",
            ),
            href=line.path,
            class_name="block p-4 rounded-card border border-line bg-surface-raised hover:bg-surface-sunken",
        )
    )


@page("/staff/contact", title=n_("Messages from people"), on_load=StaffContactState.load)
def staff_contact() -> rx.Component:
    return staff_list(
        StaffContactState,
        _("Messages from people"),
        _("Senders are shown shortened. Whenever you open a conversation, the person can see that you did."),
        StaffContactState.threads,
        _thread,
        part="/staff/contact",
        nothing_open=(
            _("Every message is answered."),
            _(
                "What people write on the contact page, or to our address by e-mail, waits here until somebody closes it."
            ),
        ),
        nothing_closed=(
            _("No conversation is closed yet."),
            _("Answered conversations move here when you close them, and come back when the person writes again."),
        ),
    )
