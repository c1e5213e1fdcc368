"""The frame of the staff's pages, and what all of them share: their parts, the way back, and nothing for others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import reflex as rx

from conference_app.components.frame.app_frame import STAFF, app_frame
from conference_app.components.frame.member_posts import sign_in_again
from conference_app.components.frame.nothing_here import nothing_here
from conference_app.components.frame.page_frame import visitor_frame
from conference_app.components.kit.buttons import Text, icon, link_button
from conference_app.components.kit.forms import FormState
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.only_here import OnlyHere
from conference_app.components.kit.paging_links import SteppedState, asked, steps
from conference_app.components.kit.part_links import part_links, view_links
from conference_app.components.kit.surfaces import empty_state
from conference_app.errors import NotAllowed, NotFound, SignInRequired
from conference_app.services.sign_in.sessions import SignedIn
from conference_app.services.sign_in.staff_role import Missing
from conference_app.session import path_end, public, require_staff, signed_in
from conference_app.texts import _, localized_path


class StaffState(rx.State, mixin=True):
    """Whether the page shows anything to who looks at it."""

    loaded: bool = False
    shown_at: str = ""
    """The path of the page that was loaded: of one page's state there may be many, such as one for each newsletter."""
    missing: bool = False
    """Whoever is not of the staff finds nothing here, signed in or not."""
    must_accept: bool = False
    """Whether a member of the staff has changed terms to accept first."""
    lacks: str = ""
    """What the session of a member of the staff lacks: a `staff_role.Missing`."""

    async def _let_in(self) -> SignedIn | None:
        """The member of the staff who opens the page. For anybody else the state is emptied, and the page as well.

        For `on_load`, which is `@public` so that a visitor reads the same as somebody with an ordinary account; every
        other handler begins with `require_staff`.
        """
        try:
            caller = await require_staff(self)
        except (SignInRequired, NotFound, NotAllowed):
            self.reset()
            caller = signed_in()
            self.must_accept = caller is not None and caller.is_staff and caller.must_accept
            self.lacks = caller.staff_lacks if caller and not self.must_accept else ""
            self.missing = not self.must_accept and not self.lacks
            return None
        self.missing, self.must_accept, self.lacks = False, False, ""
        self.shown_at = self.router.url.path
        return caller


class StaffThingState(FormState, StaffState, mixin=True):
    """One thing that the end of the address names, with a form to do something about it."""

    _number: str = ""

    async def _show(self) -> None:
        """Read the thing `_number`. Raises NotFound."""
        raise NotImplementedError

    async def _look(self) -> None:
        """Show the thing as it is now, or that it is not there."""
        try:
            await self._show()
        except NotFound:
            self.reset()
            self.missing = True
        else:
            self.loaded = True

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is None:
            return
        self._reset_form()
        self._number = path_end(self)[:32]
        await self._look()


class StaffListState(SteppedState, StaffState, mixin=True):
    """A list of what is open or what is closed."""

    shows: str = "open"

    async def _list(self) -> None:
        """Read the rows of `shows`."""
        raise NotImplementedError

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is not None:
            self.shows = "closed" if asked(self, "shows") == "closed" else "open"
            await self._list()
            self.loaded = True


def parts() -> tuple[tuple[str, str], ...]:
    """The paths and titles of the parts."""
    return (
        (STAFF, _("Overview")),
        ("/staff/contact", _("Messages")),
        ("/staff/cases", _("Requests")),
        ("/staff/people", _("People")),
        ("/staff/legal", _("Authorities")),
        ("/staff/newsletters", _("Newsletters")),
        ("/staff/jobs", _("Failed work")),
    )


def back_link(label: Text, path: str) -> rx.Component:
    """The way from one thing to the list it stands in."""
    return back_link_to(label, localized_path(path))


def back_link_to(label: Text, href: Text) -> rx.Component:
    """The same to an address that only the state knows."""
    return rx.el.a(
        icon("arrow-left"),
        label,
        href=href,
        class_name="flex w-fit items-center gap-2 h-10 pointer-coarse:h-11 text-sm font-medium text-ink-muted hover:text-ink rounded-control",
    )


def _accept_first(part: str) -> rx.Component:
    return rx.fragment(
        rx.el.h1(_("Our terms have changed"), class_name="mb-8"),
        link_button(_("See what is new"), f"{localized_path('/accept')}?next={localized_path(part)}"),
    )


def _authenticator_first() -> rx.Component:
    return rx.fragment(
        rx.el.h1(_("Set up an authenticator app first"), class_name="mb-4"),
        rx.el.p(_("Staff pages show other people's data. They need a code beside your password."), class_name="mb-8"),
        link_button(_("Go to Security"), localized_path("/account/security")),
    )


def _sign_in_again(part: str) -> rx.Component:
    return rx.fragment(
        rx.el.h1(_("Sign in again"), class_name="mb-4"),
        rx.el.p(
            _("Staff pages need a sign-in with a code, and close after 30 minutes without use."), class_name="mb-8"
        ),
        sign_in_again(part),
    )


def _not_yet(state: type[StaffState], part: str) -> rx.Component:
    """What a member of the staff has to do first."""
    lacking = rx.cond(state.lacks == Missing.AUTHENTICATOR, _authenticator_first(), _sign_in_again(part))
    return rx.cond(state.must_accept, _accept_first(part), lacking)


def staff_frame(state: type[StaffState], *children: rx.Component, part: str) -> rx.Component:
    """A page of the staff; `part` is the path of the part it belongs to. Others read what stands at no address."""
    waiting = loading(skeleton("h-10 w-1/2"), skeleton("h-24 rounded-card"), skeleton("h-24 rounded-card"))
    links = part_links(_("Staff"), parts(), part)
    return rx.cond(
        state.missing | state.must_accept | (state.lacks != ""),
        visitor_frame(
            rx.el.div(
                rx.cond(state.missing, nothing_here(), _not_yet(state, part)),
                class_name="max-w-reading mx-auto px-4 py-20",
            )
        ),
        app_frame(
            rx.cond(
                state.loaded,
                rx.fragment(links, OnlyHere.create(*children, at=state.shown_at, waiting=waiting)),
                waiting,
            ),
            current=STAFF,
        ),
    )


def staff_list(
    state: type[StaffListState],
    title: str,
    intro: str,
    rows: Sequence[object],
    row: Callable[..., rx.Component],
    *,
    part: str,
    nothing_open: tuple[str, str],
    nothing_closed: tuple[str, str],
) -> rx.Component:
    """A page of the staff with a list of what is open or what is closed, each thing drawn by `row`.

    An empty list says so, and where its things come from: a title and a sentence for each of both.
    """
    views = (("?", "open", _("Open")), ("?shows=closed", "closed", _("Closed")))
    return staff_frame(
        state,
        rx.el.h1(title, class_name="mb-2"),
        rx.el.p(intro, class_name="text-ink-muted mb-6 max-w-reading"),
        view_links(_("Show"), views, state.shows),
        rx.cond(
            rows,
            rx.el.ul(rx.foreach(rows, row), class_name="grid gap-3 mt-6"),
            rx.el.div(
                rx.cond(
                    state.shows == "closed",
                    empty_state("archive", *nothing_closed),
                    empty_state("circle-check", *nothing_open),
                ),
                class_name="mt-6",
            ),
        ),
        steps(state),
        part=part,
    )
