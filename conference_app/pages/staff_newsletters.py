"""Staff: write a newsletter, see who would get it, try it, send it, and see how it went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, time

import reflex as rx

from conference_app.components.buttons import button, submit_button
from conference_app.components.fields import INPUT, LABEL, text_area, text_field
from conference_app.components.forms import FormState, checked_form, typed
from conference_app.components.notices import NoticeState
from conference_app.components.page_frame import app_frame
from conference_app.components.page_registry import page
from conference_app.components.surfaces import (
    badge,
    banner,
    card,
    dialog,
    empty_state,
    loading,
    progress,
    section_header,
    skeleton,
    tabs,
)
from conference_app.errors import ConferenceError, InvalidInput, NotFound
from conference_app.services import jobs, newsletter_topics, newsletters
from conference_app.services.newsletters import Draft, NewsletterView, Stage
from conference_app.session import require_staff
from conference_app.texts import _, current_language, error_text, n_, plural

WATCH_S = 1.0
"""How often a page that watches a newsletter being sent looks again."""
WATCHES = 600
"""Looks until the page stops by itself; "Look again" goes on."""

_STAGES: dict[Stage, str] = {
    Stage.DRAFT: n_("Draft"),
    Stage.QUEUING: n_("Being queued"),
    Stage.SENDING: n_("Being sent"),
    Stage.SENT: n_("Sent"),
    Stage.STOPPED: n_("Stopped"),
}
_COUNTS: dict[str, str] = {
    "total": n_("Letters"),
    "sent": n_("Sent"),
    "queued": n_("Waiting"),
    "refused": n_("Refused"),
    "bounced": n_("Came back"),
    "withheld": n_("Held back: no consent any more"),
    "failed": n_("Given up"),
    "unsubscribed": n_("Stopped the newsletter"),
}


@dataclass
class NewsletterLine:
    """A newsletter in the list."""

    id: str = ""
    subject: str = ""
    stage: str = ""
    stage_words: str = ""
    when: str = ""


@dataclass
class TopicLine:
    """A topic in the list."""

    id: str = ""
    name: str = ""
    until: str = ""


@dataclass
class DeadLine:
    """A job that was given up."""

    id: str = ""
    kind: str = ""
    words: str = ""


def _minute(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC") if at else ""


def _line(view: NewsletterView) -> NewsletterLine:
    subject = view.draft.subject_pl if current_language() == "pl" else view.draft.subject_en
    when = _minute(view.finished_at or view.started_at or view.created_at)
    return NewsletterLine(view.id, subject or _("No subject yet"), view.stage, _(_STAGES[view.stage]), when)


def _topic_line(topic: newsletter_topics.Topic) -> TopicLine:
    name = topic.name_pl if current_language() == "pl" else topic.name_en
    return TopicLine(topic.id, name, _("until {when}", when=_minute(topic.ends_at)) if topic.ends_at else "")


def _draft(form: dict[str, object]) -> Draft:
    names = ("subject_en", "subject_pl", "body_en", "body_pl", "topic_id")
    return Draft(*(typed(form, name, newsletters.BODY_LENGTH + 1) for name in names))


class StaffNewslettersState(FormState, rx.State):
    """The list, the draft that is being written, or the newsletter that is being watched."""

    loaded: bool = False
    missing: bool = False
    """Whoever is no staff finds nothing here."""
    lines: list[NewsletterLine] = []
    topics: list[TopicLine] = []
    dead: list[DeadLine] = []
    mode: str = "list"
    """list, write, or watch."""
    chosen: str = ""
    draft: dict[str, str] = {}
    form_key: int = 0
    audience: str = ""
    preview_html: str = ""
    preview_language: str = "en"
    is_confirming: bool = False
    stage: str = ""
    stage_words: str = ""
    subject: str = ""
    percent: int = 0
    counts: list[list[str]] = []
    uncertain: int = 0
    uncertain_words: str = ""

    @rx.event
    async def load(self) -> None:
        self._reset_form()
        try:
            await require_staff(self)
        except NotFound:
            self.missing = True
            return
        self.missing = False
        self.mode, self.is_confirming = "list", False
        await self._list()

    @rx.event
    async def back(self) -> None:
        await require_staff(self)
        self._reset_form()
        self.mode = "list"
        await self._list()

    @rx.event
    async def write(self) -> None:
        await require_staff(self)
        await self._edit("", Draft("", "", "", ""))

    @rx.event
    async def choose(self, newsletter_id: str) -> None:
        await require_staff(self)
        try:
            view = await newsletters.get(newsletter_id)
        except ConferenceError as error:
            self.problem = error_text(error)
            return
        if view.stage == Stage.DRAFT:
            await self._edit(view.id, view.draft)
        else:
            self._watch(view)

    @rx.event
    async def save(self, form: dict[str, object]) -> None:
        """Keep the draft, and show how it looks and how many would get it."""
        await require_staff(self)
        self._begin()
        draft = _draft(form)
        try:
            self.chosen = await newsletters.save(draft, self.chosen)
            await self._show(draft)
            (await self.get_state(NoticeState)).say(_("The draft is kept."))
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False

    @rx.event
    async def preview_in(self, code: str) -> None:
        await require_staff(self)
        self.preview_language = "pl" if code == "pl" else "en"
        if self.chosen:
            await self._show((await newsletters.get(self.chosen)).draft)

    @rx.event
    async def send_test(self) -> None:
        staff = await require_staff(self)
        try:
            await newsletters.send_test(self.chosen, staff.account_id, self.preview_language)
            (await self.get_state(NoticeState)).say(_("A test is on its way to you."))
        except ConferenceError as error:
            self._refuse(error)

    @rx.event
    async def ask(self) -> None:
        await require_staff(self)
        self.is_confirming = bool(self.chosen)

    @rx.event
    async def keep(self) -> None:
        self.is_confirming = False

    @rx.event
    async def discard(self) -> None:
        await require_staff(self)
        try:
            await newsletters.discard(self.chosen)
        except ConferenceError as error:
            self._refuse(error)
            return
        self.mode = "list"
        await self._list()

    @rx.event(background=True)
    async def send(self) -> AsyncIterator[None]:
        """Send the kept draft, then watch it."""
        async with self:
            await require_staff(self)
            self.is_confirming = False
            try:
                await newsletters.start(self.chosen)
                self._watch(await newsletters.get(self.chosen))
            except ConferenceError as error:
                self._refuse(error)
                return
        async for _look in self._looks():
            yield

    @rx.event(background=True)
    async def look(self) -> AsyncIterator[None]:
        """Watch on."""
        async with self:
            await require_staff(self)
        async for _look in self._looks():
            yield

    @rx.event
    async def stop(self) -> None:
        await require_staff(self)
        await self._act(newsletters.stop(self.chosen))

    @rx.event
    async def send_uncertain(self) -> None:
        await require_staff(self)
        await self._act(newsletters.send_uncertain_again(self.chosen))

    @rx.event
    async def add_topic(self, form: dict[str, object]) -> None:
        await require_staff(self)
        self._begin()
        try:
            ends_at = _end_of_day(typed(form, "ends_at", 20))
            await newsletter_topics.add(typed(form, "name_en", 200), typed(form, "name_pl", 200), ends_at)
            self.form_key += 1
        except ConferenceError as error:
            self._refuse(error)
        finally:
            self.busy = False
        await self._list()

    @rx.event
    async def end_topic(self, topic_id: str) -> None:
        await require_staff(self)
        await self._act(newsletter_topics.end(topic_id))
        await self._list()

    @rx.event
    async def retry(self, job_id: str) -> None:
        await require_staff(self)
        await jobs.retry(job_id)
        await self._list()

    async def _act(self, doing: object) -> None:
        try:
            await doing  # type: ignore[misc]
        except ConferenceError as error:
            self.problem = error_text(error)
        if self.mode == "watch":
            self._watch(await newsletters.get(self.chosen))

    async def _looks(self) -> AsyncIterator[None]:
        for _look in range(WATCHES):
            async with self:
                if self.mode != "watch":
                    return
                view = await newsletters.get(self.chosen)
                self._watch(view)
            yield
            if view.stage not in (Stage.QUEUING, Stage.SENDING):
                return
            await asyncio.sleep(WATCH_S)

    async def _list(self) -> None:
        self.lines = [_line(view) for view in await newsletters.newest()]
        self.topics = [_topic_line(topic) for topic in await newsletter_topics.running()]
        self.dead = [
            DeadLine(one.id, one.kind, f"{one.last_error} · {_minute(one.created_at)}")
            for one in await jobs.dead_letters()
        ]
        self.loaded = True

    async def _edit(self, newsletter_id: str, draft: Draft) -> None:
        self._reset_form()
        self.mode, self.chosen, self.preview_html, self.audience = "write", newsletter_id, "", ""
        self.form_key += 1
        self.draft = {name: getattr(draft, name) for name in Draft.__slots__}
        self.topics = [_topic_line(topic) for topic in await newsletter_topics.running()]
        if newsletter_id:
            await self._show(draft)

    async def _show(self, draft: Draft) -> None:
        self.preview_html = newsletters.preview(draft, self.preview_language).html
        count = await newsletters.audience(draft.topic_id)
        self.audience = plural("{count} person would get it now.", "{count} people would get it now.", count)

    def _watch(self, view: NewsletterView) -> None:
        line = _line(view)
        self.mode, self.chosen, self.subject = "watch", view.id, line.subject
        self.stage, self.stage_words = view.stage, line.stage_words
        total = view.counts.total
        self.percent = 100 if view.stage == Stage.SENT else (view.counts.done * 100 // total if total else 0)
        self.counts = [[_(words), str(getattr(view.counts, name))] for name, words in _COUNTS.items()]
        self.uncertain = view.counts.uncertain
        self.uncertain_words = plural(
            "{count} letter broke off on its way. It may have arrived or not; sending it again may send it twice.",
            "{count} letters broke off on their way. They may have arrived or not; sending them again may send them twice.",
            view.counts.uncertain,
        )


def _end_of_day(text: str) -> datetime | None:
    """The end of the day `YYYY-MM-DD`; None for nothing. Raises InvalidInput."""
    if not text:
        return None
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59, 59), UTC)
    except ValueError:
        wrong = {"ends_at": ConferenceError(n_("Choose a day in the future."))}
        raise InvalidInput(n_("Please look at the marked fields."), wrong) from None


def _newsletter(line: NewsletterLine) -> rx.Component:
    tone = rx.match(
        line.stage,
        ("sent", badge(line.stage_words, "ok")),
        ("draft", badge(line.stage_words, "neutral")),
        ("stopped", badge(line.stage_words, "warn")),
        badge(line.stage_words, "accent", dot=True),
    )
    return rx.el.li(
        rx.el.button(
            rx.el.span(
                rx.el.span(line.subject, class_name="block font-medium wrap-anywhere"),
                rx.el.span(line.when, class_name="block text-sm text-ink-faint"),
                class_name="min-w-0",
            ),
            tone,
            type="button",
            on_click=StaffNewslettersState.choose(line.id),
            class_name=(
                "w-full flex items-center justify-between gap-4 text-left p-4 rounded-card border border-line "
                "bg-surface-raised hover:bg-surface-sunken"
            ),
        )
    )


def _topic(line: TopicLine) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.el.span(line.name, class_name="font-medium wrap-anywhere"),
            rx.cond(line.until, rx.el.span(" · ", line.until, class_name="text-sm text-ink-muted")),
            class_name="min-w-0",
        ),
        button(_("End now"), kind="secondary", size="small", on_click=StaffNewslettersState.end_topic(line.id)),
        class_name="flex items-center justify-between gap-4 py-3 border-b border-line",
    )


def _topics() -> rx.Component:
    state = StaffNewslettersState
    return rx.el.section(
        section_header(
            _("Topics"), detail=_("What people can ask to hear about. When a topic ends, its consents end too.")
        ),
        rx.el.ul(rx.foreach(state.topics, _topic), class_name="mt-4"),
        checked_form(
            state,
            rx.el.div(
                text_field(_("Name in English"), "name_en", error=state.errors["name_en"]),
                text_field(_("Name in Polish"), "name_pl", error=state.errors["name_pl"]),
                text_field(_("Last day"), "ends_at", type="date", optional=True, error=state.errors["ends_at"]),
                class_name="grid gap-4 sm:grid-cols-3 items-start",
            ),
            rx.el.div(submit_button(_("Add topic"), busy=state.busy)),
            on_submit=state.add_topic,
            key=state.form_key,
            class_name="grid gap-4 mt-4",
        ),
        class_name="mt-12",
    )


def _dead(line: DeadLine) -> rx.Component:
    return rx.el.li(
        rx.el.span(rx.el.code(line.kind), " · ", line.words, class_name="min-w-0 text-sm wrap-anywhere"),
        button(_("Try again"), kind="secondary", size="small", on_click=StaffNewslettersState.retry(line.id)),
        class_name="flex items-center justify-between gap-4 py-3 border-b border-line",
    )


def _overview() -> rx.Component:
    state = StaffNewslettersState
    write = button(_("Write a newsletter"), icon_name="plus", on_click=state.write)
    return rx.el.div(
        rx.el.div(
            rx.el.h1(_("Newsletters"), class_name="text-[2rem]"),
            rx.cond(state.lines, write),
            class_name="flex flex-wrap items-center justify-between gap-4 mb-6",
        ),
        rx.cond(
            state.lines,
            rx.el.ul(rx.foreach(state.lines, _newsletter), class_name="grid gap-3"),
            empty_state(
                "newspaper",
                _("No newsletter yet."),
                _("It goes to people who asked for it, and to nobody else."),
                button(_("Write a newsletter"), icon_name="plus", on_click=state.write),
            ),
        ),
        _topics(),
        rx.cond(
            state.dead,
            rx.el.section(
                section_header(
                    _("What did not work"), detail=_("Mails and other jobs that were given up after many tries.")
                ),
                rx.el.ul(rx.foreach(state.dead, _dead), class_name="mt-4"),
                class_name="mt-12",
            ),
        ),
    )


def _topic_choice() -> rx.Component:
    state = StaffNewslettersState
    return rx.el.div(
        rx.el.label(_("Goes to"), html_for="topic_id", class_name=LABEL),
        rx.el.select(
            rx.el.option(_("Everybody who asked for the newsletter"), value=""),
            rx.foreach(state.topics, lambda topic: rx.el.option(topic.name, value=topic.id)),
            id="topic_id",
            name="topic_id",
            class_name=INPUT,
            default_value=state.draft["topic_id"],
        ),
    )


def _writing() -> rx.Component:
    state = StaffNewslettersState
    hint = _("Markdown: # headings, *emphasis*, lists, links. Pictures and anything else that loads are left out.")
    return rx.el.div(
        button(_("All newsletters"), kind="quiet", size="small", icon_name="arrow-left", on_click=state.back),
        rx.el.h1(_("Write a newsletter"), class_name="text-[2rem] mt-2 mb-6"),
        card(
            checked_form(
                state,
                _topic_choice(),
                rx.el.div(
                    text_field(
                        _("Subject in English"),
                        "subject_en",
                        error=state.errors["subject_en"],
                        default_value=state.draft["subject_en"],
                    ),
                    text_field(
                        _("Subject in Polish"),
                        "subject_pl",
                        error=state.errors["subject_pl"],
                        default_value=state.draft["subject_pl"],
                    ),
                    text_area(
                        _("Text in English"),
                        "body_en",
                        error=state.errors["body_en"],
                        help_text=hint,
                        rows="12",
                        default_value=state.draft["body_en"],
                    ),
                    text_area(
                        _("Text in Polish"),
                        "body_pl",
                        error=state.errors["body_pl"],
                        rows="12",
                        default_value=state.draft["body_pl"],
                    ),
                    class_name="grid gap-5 md:grid-cols-2 items-start",
                ),
                rx.el.div(
                    submit_button(_("Keep and preview"), busy=state.busy),
                    rx.cond(state.chosen, button(_("Throw away"), kind="quiet", on_click=state.discard)),
                    class_name="flex flex-wrap gap-3",
                ),
                on_submit=state.save,
                key=state.form_key,
            ),
            extra="p-5 sm:p-8",
        ),
        rx.cond(state.preview_html, _preview()),
    )


def _preview() -> rx.Component:
    state = StaffNewslettersState
    return rx.el.section(
        section_header(
            _("Preview"),
            tabs(_("Language"), (("en", _("English")), ("pl", _("Polish"))), state.preview_language, state.preview_in),
        ),
        rx.el.p(state.audience, class_name="text-ink-muted mt-1"),
        card(
            rx.el.iframe(
                src_doc=state.preview_html,
                title=_("The newsletter as it will look"),
                custom_attrs={"sandbox": ""},
                class_name="w-full h-[60dvh] border-0 block",
            ),
            extra="mt-4 overflow-hidden",
        ),
        rx.el.div(
            button(_("Send me a test"), kind="secondary", icon_name="mail", on_click=state.send_test),
            button(_("Send the newsletter"), icon_name="send", on_click=state.ask),
            class_name="flex flex-wrap gap-3 mt-6",
        ),
        dialog(
            _("Send the newsletter?"),
            rx.el.p(
                state.audience,
                " ",
                _("The draft leaves as it was last kept. Who takes back the consent meanwhile does not get it."),
            ),
            button(_("Not yet"), kind="secondary", on_click=state.keep),
            button(_("Send the newsletter"), on_click=state.send),
            is_open=state.is_confirming,
            on_dismiss=state.keep,
        ),
        class_name="mt-10",
    )


def _watching() -> rx.Component:
    state = StaffNewslettersState
    going = (state.stage == "queuing") | (state.stage == "sending")
    return rx.el.div(
        button(_("All newsletters"), kind="quiet", size="small", icon_name="arrow-left", on_click=state.back),
        rx.el.h1(state.subject, class_name="text-[2rem] mt-2 mb-6 wrap-anywhere"),
        card(
            rx.el.p(state.stage_words, class_name="font-medium mb-3", role="status"),
            progress(_("Letters sent"), state.percent),
            rx.el.dl(
                rx.foreach(
                    state.counts,
                    lambda pair: rx.el.div(
                        rx.el.dt(pair[0], class_name="text-sm text-ink-muted"),
                        rx.el.dd(pair[1], class_name="text-2xl font-semibold tabular-nums"),
                        class_name="flex flex-col-reverse justify-end",
                    ),
                ),
                class_name="grid grid-cols-2 sm:grid-cols-4 gap-6 mt-8",
            ),
            rx.el.div(
                rx.cond(going, button(_("Stop sending"), kind="danger", on_click=state.stop)),
                button(_("Look again"), kind="secondary", on_click=state.look),
                class_name="flex flex-wrap gap-3 mt-8",
            ),
            extra="p-5 sm:p-8",
        ),
        rx.cond(
            state.uncertain > 0,
            rx.el.div(
                banner(
                    state.uncertain_words,
                    "warn",
                    button(_("Send again"), kind="secondary", size="small", on_click=state.send_uncertain),
                ),
                class_name="mt-6",
            ),
        ),
        rx.el.p(
            _("Counted from what the mail server answers and from the consents. No mail is traced."),
            class_name="text-sm text-ink-muted mt-4",
        ),
    )


@page("/staff/newsletters", title=n_("Newsletters"), on_load=StaffNewslettersState.load)
def staff_newsletters() -> rx.Component:
    state = StaffNewslettersState
    return app_frame(
        rx.cond(
            state.missing,
            rx.el.h1(_("There is nothing here."), class_name="text-[2rem]"),
            rx.cond(
                state.loaded,
                rx.match(state.mode, ("write", _writing()), ("watch", _watching()), _overview()),
                loading(skeleton("h-10 w-1/2"), skeleton("h-24"), skeleton("h-24")),
            ),
        ),
        current="/staff/newsletters",
    )
