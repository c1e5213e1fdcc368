"""Staff: write a newsletter, see who would get it, try it, and send it."""

from __future__ import annotations

import reflex as rx
from reflex.event import EventSpec

from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button, submit_button
from conference_app.components.kit.floating import dialog
from conference_app.components.kit.forms import FormState, checked_form, typed
from conference_app.components.kit.surfaces import card
from conference_app.components.kit.tabs import tabs
from conference_app.components.newsletters.draft_fields import text_fields, topic_choice
from conference_app.components.newsletters.lines import DRAFT_PATH, SENDING_PATH
from conference_app.components.newsletters.topic_lines import TopicLine, topic_lines
from conference_app.components.staff.frame import StaffState, back_link, staff_frame
from conference_app.errors import NotFound
from conference_app.services.newsletters import drafts, sending, views
from conference_app.services.newsletters.views import Draft, Stage
from conference_app.session import path_end, public, require_staff, say
from conference_app.texts import _, localized_path, n_, plural

_EMPTY = Draft("", "", "", "")


def _draft(form: dict[str, object]) -> Draft:
    names = ("subject_en", "subject_pl", "body_en", "body_pl", "topic_id")
    return Draft(*(typed(form, name, drafts.BODY_LENGTH + 1) for name in names))


class StaffNewsletterDraftState(FormState, StaffState, rx.State):
    """The draft that is being written."""

    topics: list[TopicLine] = []
    draft: dict[str, str] = dict.fromkeys(Draft.__slots__, "")
    is_kept: bool = False
    audience: str = ""
    """How many would get it now, in words."""
    preview_html: str = ""
    preview_language: str = "en"
    is_confirming: bool = False
    _newsletter_id: str = ""

    @rx.event
    @public
    async def load(self) -> EventSpec | None:
        if await self._let_in() is None:
            return None
        self._reset_form()
        self.is_confirming, self.loaded = False, False
        given = path_end(self)[:32]
        self._newsletter_id = "" if given == "new" else given
        self.topics = await topic_lines()
        return await self._open()

    async def _open(self) -> EventSpec | None:
        if not self._newsletter_id:
            self._show(_EMPTY)
            return None
        try:
            view = await views.get(self._newsletter_id)
        except NotFound:
            self.reset()
            self.missing = True
            return None
        if view.stage != Stage.DRAFT:
            return rx.redirect(localized_path(f"{SENDING_PATH}/{view.id}"))
        self._show(view.draft)
        await self._count()
        return None

    @rx.event
    async def save(self, form: dict[str, object]) -> EventSpec | None:
        """Keep the draft, and show how it looks and how many would get it."""
        await require_staff(self)
        self._begin()
        draft, before = _draft(form), self._newsletter_id
        with self._refusing():
            self._newsletter_id = await drafts.save(draft, before)
            self.preview_html, self.is_kept = sending.preview(draft, self.preview_language).html, True
            self.draft = {name: getattr(draft, name) for name in Draft.__slots__}
            await self._count()
            page = localized_path(f"{DRAFT_PATH}/{self._newsletter_id}")
            await say(self, _("The draft is saved."), on=page)
            return rx.redirect(page, replace=True) if self._newsletter_id != before else None
        return None

    @rx.event
    async def preview_in(self, code: str) -> None:
        await require_staff(self)
        self.preview_language = "pl" if code == "pl" else "en"
        self.preview_html = sending.preview(Draft(**self.draft), self.preview_language).html

    @rx.event
    async def send_test(self) -> None:
        staff = await require_staff(self)
        with self._refusing():
            await sending.send_test(self._newsletter_id, staff.account_id, self.preview_language)
            await say(self, _("A test is on its way to you."))

    @rx.event
    async def ask(self) -> None:
        """Count once more, and ask whether to send it to so many; to nobody it is not sent."""
        await require_staff(self)
        self._begin()
        with self._refusing():
            await sending.check(self._newsletter_id)
            await self._count()
            self.is_confirming = True

    @rx.event
    async def keep(self) -> None:
        await require_staff(self)
        self.is_confirming = False

    @rx.event
    async def discard(self) -> EventSpec | None:
        await require_staff(self)
        with self._refusing():
            await drafts.discard(self._newsletter_id)
            return rx.redirect(localized_path("/staff/newsletters"))
        return None

    @rx.event
    async def send(self) -> EventSpec | None:
        """Send the kept draft, and go where it is watched."""
        await require_staff(self)
        self.is_confirming = False
        with self._refusing():
            await sending.start(self._newsletter_id)
            return rx.redirect(localized_path(f"{SENDING_PATH}/{self._newsletter_id}"))
        return None

    def _show(self, draft: Draft) -> None:
        self.is_kept = bool(self._newsletter_id)
        self.draft = {name: getattr(draft, name) for name in Draft.__slots__}
        self.preview_html = sending.preview(draft, self.preview_language).html if self.is_kept else ""
        self.loaded = True

    async def _count(self) -> None:
        count = await sending.audience(self.draft["topic_id"])
        self.audience = plural("{count} person would get it now.", "{count} people would get it now.", count)


def _preview() -> rx.Component:
    state = StaffNewsletterDraftState
    languages = tabs(
        _("Language"), (("en", _("English")), ("pl", _("Polish"))), state.preview_language, state.preview_in
    )
    frame = rx.el.iframe(
        src_doc=state.preview_html,
        title=_("The newsletter as it will look"),
        custom_attrs={"sandbox": ""},
        class_name="w-full h-[60dvh] border-0 block",
    )
    return rx.el.section(
        rx.el.div(
            rx.el.h2(_("Preview"), class_name="text-xl"),
            languages,
            class_name="flex flex-wrap items-center justify-between gap-4",
        ),
        rx.el.p(state.audience, class_name="text-ink-muted mt-2", role="status"),
        card(frame, extra="mt-4 overflow-hidden"),
        rx.el.div(
            button(_("Send me a test"), kind="secondary", icon_name="mail", on_click=state.send_test),
            button(_("Send the newsletter"), icon_name="send", on_click=state.ask),
            class_name="flex flex-wrap gap-3 mt-6",
        ),
        _question(),
        class_name="mt-10",
    )


def _question() -> rx.Component:
    state = StaffNewsletterDraftState
    return dialog(
        _("Send the newsletter?"),
        rx.el.p(
            state.audience,
            " ",
            _("The draft goes out as last saved. Anyone who takes back their consent meanwhile does not get it."),
        ),
        button(_("Not yet"), kind="secondary", on_click=state.keep),
        button(_("Send the newsletter"), on_click=state.send),
        is_open=state.is_confirming,
        on_dismiss=state.keep,
    )


@page(f"{DRAFT_PATH}/[newsletter_id]", title=n_("Write a newsletter"), on_load=StaffNewsletterDraftState.load)
def staff_newsletter_draft() -> rx.Component:
    state = StaffNewsletterDraftState
    return staff_frame(
        state,
        back_link(_("All newsletters"), "/staff/newsletters"),
        rx.el.h1(_("Write a newsletter"), class_name="mt-2 mb-6"),
        card(
            checked_form(
                state,
                topic_choice(state.topics, state.draft),
                text_fields(state.draft, state.errors),
                rx.el.div(
                    submit_button(_("Save and preview"), busy=state.busy),
                    rx.cond(state.is_kept, button(_("Delete draft"), kind="quiet", on_click=state.discard)),
                    class_name="flex flex-wrap gap-3",
                ),
                on_submit=state.save,
                reset_on_submit=False,
            ),
            extra="p-5 sm:p-8",
        ),
        rx.cond(state.preview_html, _preview()),
        part="/staff/newsletters",
    )
