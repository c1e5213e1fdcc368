"""Staff: find a person by their whole address or name, see them shortened, and hold their data."""

from __future__ import annotations

import reflex as rx

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, submit_button
from conference_app.components.kit.fields import text_area, text_field
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.paging_links import SteppedState, asked, steps
from conference_app.components.kit.surfaces import badge, card
from conference_app.components.kit.vars import one_of
from conference_app.components.legal.hold_lines import HoldLine, hold_line, hold_list, lift_dialog
from conference_app.components.staff.frame import StaffState, staff_frame
from conference_app.components.staff.person_facts import Fact, counts_of, fact_list, facts_of
from conference_app.errors import ConferenceError
from conference_app.services.personal_data import legal_holds, lookup
from conference_app.services.personal_data.lookup import PersonView
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.staff import ended_sessions
from conference_app.session import public, require_staff, say
from conference_app.texts import _, error_text, n_, plural


class StaffPeopleState(FormState, SteppedState, StaffState, rx.State):
    """The search, the person that was found, and everybody who is held."""

    is_open: bool = False
    name: str = ""
    email: str = ""
    facts: list[Fact] = []
    counts: list[Fact] = []
    holds: list[HoldLine] = []
    """On the person who is open."""
    live: list[HoldLine] = []
    """On everybody."""
    lifting: str = ""
    """The hold that is asked about."""
    has_account: bool = False
    signing_out: bool = False
    """Whether it is asked about."""
    serial: int = 0
    """Grows with each thing done: a new number empties the forms."""
    behind: str = ""
    """case or hold, when the person behind one is looked for; empty for a search."""
    _behind_id: str = ""
    _person: DataOwner | None = None

    @rx.event
    @public
    async def load(self) -> None:
        if await self._let_in() is None:
            return
        self._reset_form()
        self._forget()
        if case_id := asked(self, "case"):
            self.behind, self._behind_id = "case", case_id
        await self._list()

    @rx.event
    async def ask_whose(self, hold_id: str) -> None:
        """Ask for the reason before the person behind a hold is shown."""
        await require_staff(self)
        self._reset_form()
        self._forget()
        self.behind, self._behind_id = "hold", str(hold_id)[:32]
        self.serial += 1

    @rx.event
    async def find(self, form: dict[str, object]) -> None:
        staff = await require_staff(self)
        self._begin()
        wanted, reason = typed(form, "wanted", 400), typed(form, "reason", legal_holds.REASON_LENGTH + 1)
        with self._refusing():
            self._show(await self._found(wanted, reason, staff.account_id))

    async def _found(self, wanted: str, reason: str, staff_id: str) -> PersonView:
        match self.behind:
            case "case":
                return await lookup.of_case(self._behind_id, reason, staff_id=staff_id)
            case "hold":
                return await lookup.of_hold(self._behind_id, reason, staff_id=staff_id)
            case _:
                return await lookup.find(wanted, reason, staff_id=staff_id)

    @rx.event
    async def leave(self) -> None:
        await require_staff(self)
        self._reset_form()
        self._forget()

    @rx.event
    async def hold(self, form: dict[str, object]) -> None:
        staff = await require_staff(self)
        if self._person is None:
            return
        self._begin()
        with self._refusing():
            reason = typed(form, "hold_reason", legal_holds.REASON_LENGTH + 1)
            await legal_holds.place(self._person, reason, staff_id=staff.account_id)
            self._show(await lookup.look_again(self._person))
            await say(self, _("The data is held, and the person can read why."))
        self.errors = {f"hold_{name}": words for name, words in self.errors.items()}
        await self._list()

    @rx.event
    async def ask_lift(self, hold_id: str) -> None:
        await require_staff(self)
        self.lifting = str(hold_id)[:32]

    @rx.event
    async def keep(self) -> None:
        await require_staff(self)
        self.lifting = ""

    @rx.event
    async def lift(self) -> None:
        staff = await require_staff(self)
        lifted, self.lifting = self.lifting, ""
        try:
            await legal_holds.lift(lifted, staff_id=staff.account_id)
            await say(self, _("The hold is lifted."))
        except ConferenceError as error:
            self.problem = error_text(error)
        if self._person is not None:
            self._show(await lookup.look_again(self._person))
        await self._list()

    @rx.event
    async def ask_sign_out(self) -> None:
        await require_staff(self)
        self.signing_out = self.has_account

    @rx.event
    async def leave_signed_in(self) -> None:
        await require_staff(self)
        self.signing_out = False

    @rx.event
    async def sign_out(self) -> None:
        staff = await require_staff(self)
        asked_about, self.signing_out = self.signing_out, False
        if self._person is None or not asked_about:
            return
        self._begin()
        with self._refusing():
            ended = await ended_sessions.end_all(self._person, staff_id=staff.account_id)
            self._show(await lookup.look_again(self._person))
            await say(self, plural("{count} device was signed out.", "{count} devices were signed out.", ended))

    async def _list(self) -> None:
        self.live = self._stepped((await legal_holds.live(self._asked_page())).of(hold_line))
        self.loaded = True

    def _forget(self) -> None:
        self.is_open, self._person, self.has_account, self.signing_out = False, None, False, False
        self.name = self.email = self.lifting = self.behind = self._behind_id = ""
        self.facts, self.counts, self.holds = [], [], []

    def _show(self, view: PersonView) -> None:
        # Of an address that only the search knew, what was shown then goes on standing here.
        self.email = view.email or self.email
        self.name, self._person, self.is_open = view.name, view.person, True
        self.has_account = bool(view.person.account_id)
        self.facts, self.counts = facts_of(view), counts_of(view)
        self.holds = [hold_line(hold) for hold in view.holds]
        self.serial += 1


def _behind(words: str) -> rx.Component:
    return rx.el.p(words, class_name="text-sm text-ink-muted")


def _search() -> rx.Component:
    state = StaffPeopleState
    return card(
        checked_form(
            state,
            text_area(
                _("Why you look"),
                "reason",
                error=state.errors["reason"],
                help_text=_("The person reads this in their privacy center."),
                max_length=legal_holds.REASON_LENGTH,
            ),
            one_of(
                state.behind,
                ("case", _behind(_("The person behind the request is shown."))),
                ("hold", _behind(_("The person behind the hold is shown."))),
                otherwise=text_field(
                    _("Whole e-mail address or username"),
                    "wanted",
                    error=state.errors["wanted"],
                    auto_complete="off",
                    auto_capitalize="none",
                    spell_check=False,
                ),
            ),
            rx.el.div(
                submit_button(rx.cond(state.behind, _("Show"), _("Find")), busy=state.busy),
                rx.cond(state.behind, button(_("Look for somebody else"), kind="secondary", on_click=state.leave)),
                class_name="flex flex-wrap gap-3",
            ),
            on_submit=state.find,
            key=state.serial,
        ),
        extra="p-5 sm:p-8",
    )


def _hold_form() -> rx.Component:
    state = StaffPeopleState
    return checked_form(
        state,
        text_area(
            _("Why the data must be kept"),
            "hold_reason",
            error=state.errors["hold_reason"],
            help_text=_(
                "While a hold lasts, nothing of the person is deleted or erased. The person reads this reason."
            ),
            max_length=legal_holds.REASON_LENGTH,
        ),
        rx.el.div(submit_button(_("Hold the data"), busy=state.busy)),
        on_submit=state.hold,
        key=state.serial,
    )


def _person_card() -> rx.Component:
    state = StaffPeopleState
    return rx.el.section(
        rx.el.div(
            rx.el.h2(rx.cond(state.name, state.name, state.email), class_name="text-xl wrap-anywhere"),
            rx.cond(state.name, badge(state.email)),
            rx.cond(state.holds, badge(_("Held"), "warn")),
            class_name="flex flex-wrap items-center gap-3",
        ),
        card(fact_list(state.facts, state.counts), extra="px-5 py-3"),
        rx.el.p(
            _(
                "Names and addresses are shortened, and staff do not see what the entries say. Their headings are those the person reads."
            ),
            class_name="text-sm text-ink-muted",
        ),
        card(_hold_form(), extra="p-5 sm:p-8"),
        rx.el.div(
            button(_("Look for somebody else"), kind="secondary", on_click=state.leave),
            rx.cond(state.has_account, button(_("Sign out everywhere"), kind="secondary", on_click=state.ask_sign_out)),
            class_name="flex flex-wrap gap-3",
        ),
        class_name="grid grid-cols-1 gap-4",
    )


def _sign_out_dialog() -> rx.Component:
    state = StaffPeopleState
    return dialog(
        _("Sign this person out everywhere?"),
        rx.el.p(
            _(
                "Every device of theirs is signed out, and they leave each running meeting. We write to them, and they can sign in again."
            )
        ),
        button(_("Cancel"), kind="secondary", on_click=state.leave_signed_in),
        button(_("Sign out everywhere"), kind="danger", on_click=state.sign_out),
        is_open=state.signing_out,
        on_dismiss=state.leave_signed_in,
    )


@page("/staff/people", title=n_("People"), on_load=StaffPeopleState.load)
def staff_people_page() -> rx.Component:
    state = StaffPeopleState
    return staff_frame(
        state,
        rx.el.h1(_("People"), class_name="mb-6"),
        rx.cond(state.is_open, _person_card(), _search()),
        hold_list(state.live, state.ask_whose, state.ask_lift),
        steps(state),
        _sign_out_dialog(),
        lift_dialog(state.lifting != "", state.keep, state.lift),
        part="/staff/people",
    )
