"""What the privacy center's overview shows of one person, and what its controls do, whoever the person is.

The page's State mixes it in, says who the person is, and has the handlers: for members in one page, by link in another.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from conference_app.components.kit.forms import FormState
from conference_app.components.kit.times import instant
from conference_app.components.privacy.keep_data import Planned, planned_for
from conference_app.services.cases import cases
from conference_app.services.cases.cases import CaseView
from conference_app.services.consent import person_state
from conference_app.services.personal_data.personal_rows import DataOwner
from conference_app.services.personal_data.table_names import words_of
from conference_app.services.privacy import erasure, export, personal_view, privacy_requests
from conference_app.services.privacy.export import ExportView
from conference_app.services.privacy.personal_view import Fact, Known
from conference_app.session import page_language, say
from conference_app.texts import _, plural


@dataclass(frozen=True, slots=True)
class SeenRow:
    """That staff read something, in words; `at` here and below is an `instant`."""

    what: str = ""
    reason: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What we wrote about a request."""

    words: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a request."""

    words: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A request in words."""

    title: str = ""
    state: str = ""
    opened: str = ""
    due: str = ""
    steps: list[StepRow] = field(default_factory=list[StepRow])
    is_closed: bool = False
    answers: list[AnswerRow] = field(default_factory=list[AnswerRow])


class OverviewState(FormState, mixin=True):
    """What the overview shows of one person."""

    loaded: bool = False
    missing: bool = False
    """Whether the link that led here is not good."""
    known: list[Known] = []
    seen: list[SeenRow] = []
    holds: list[SeenRow] = []
    cases: list[CaseRow] = []
    is_restricted: bool = False
    has_objected: bool = False
    is_deactivated: bool = False
    planned: Planned = Planned()
    """The erasure that was asked for."""
    copy_state: str = ""
    copy_percent: int = 0
    copy_words: str = ""
    copy_until: str = ""
    copy_path: str = ""
    goes: list[Fact] = []
    stays: list[Fact] = []
    is_erasing: bool = False
    """Whether the question before an erasure is open."""
    working: bool = False

    def _key_of_copy(self) -> str:
        """What the address of a copy ends with; a link's token for those who come by one."""
        return ""

    async def _show(self, person: DataOwner) -> None:
        """Read everything anew."""
        self.known = await personal_view.overview(person)
        await self._show_state(person)
        await self._show_copy(person)
        self.loaded = True

    async def _show_state(self, person: DataOwner) -> None:
        now = await person_state.read(person)
        self.is_restricted, self.is_deactivated = now.restricted_at is not None, now.is_deactivated
        self.has_objected = await privacy_requests.has_objected(person)
        self.planned = planned_for(now)
        self.seen = [SeenRow(_(one.what), _(one.reason), instant(one.at)) for one in now.seen]
        self.cases = [_case_row(one) for one in await privacy_requests.history(person)]
        self.holds = [SeenRow("", one.reason, instant(one.set_at)) for one in now.holds]

    async def _show_copy(self, person: DataOwner) -> None:
        """How far the newest copy is."""
        copy = await export.latest(person)
        self.copy_state = copy.state if copy else ""
        self.copy_percent = copy.percent if copy else 0
        self.copy_words, self.copy_until = (_copy_words(copy), instant(copy.expires_at)) if copy else ("", "")
        self.copy_path = f"/privacy-export/{copy.id}{self._key_of_copy()}" if copy else ""

    async def _make_copy(self, person: DataOwner) -> None:
        with self._refusing():
            await export.ask(person, page_language(self))
        await self._show_copy(person)

    async def _restrict(self, person: DataOwner, restricted: bool) -> None:
        await privacy_requests.restrict(person, restricted)
        await self._show_state(person)

    async def _object(self, person: DataOwner) -> None:
        await privacy_requests.object_to_all(person, page="privacy_center")
        await self._show_state(person)
        await self._say(_("Every use beyond the service has ended."))

    async def _stop_objecting(self, person: DataOwner) -> None:
        await privacy_requests.stop_objecting(person, page="privacy_center")
        await self._show_state(person)
        await self._say(_("Your objection is taken back."))

    async def _show_preview(self, person: DataOwner) -> None:
        """What an erasure would do."""
        found = await erasure.preview(person)
        self.goes = [
            Fact(_(words_of(name).title), plural("{count} entry", "{count} entries", number))
            for name, number in found.goes.items()
        ]
        self.stays = [Fact(_(words_of(name).title), _(why)) for name, why in found.stays.items()]

    async def _say_when_erased(self, person: DataOwner) -> None:
        self.is_erasing = False
        await self._show_state(person)
        await self._say(_("Your data will be erased. You can still take it back."))

    async def _say(self, text: str) -> None:
        await say(self, text)


def _copy_words(copy: ExportView) -> str:
    if copy.state != "ready":
        return ""
    return plural(
        "{count} entry, {size} kB", "{count} entries, {size} kB", copy.rows, size=f"{max(copy.size_bytes // 1024, 1)}"
    )


def _case_row(one: CaseView) -> CaseRow:
    return CaseRow(
        _(cases.KINDS[one.kind]),
        _(cases.STATUSES[one.status]),
        instant(one.opened_at),
        instant(one.due_at),
        [StepRow(_(cases.STATUSES[step.status]), instant(step.at)) for step in one.history],
        one.closed_at is not None,
        [AnswerRow(answer.words, instant(answer.at)) for answer in one.answers],
    )
