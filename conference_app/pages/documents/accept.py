"""Between a sign-in and the meetings, when the terms or the policy have changed: what is new, and the box to tick."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import reflex as rx
from reflex_base.event import EventSpec

from conference_app.components.frame.app_frame import sign_out_form
from conference_app.components.frame.page_frame import narrow_frame
from conference_app.components.frame.page_registry import page
from conference_app.components.kit.buttons import button_class, submit_button, text_link
from conference_app.components.kit.choices import checkbox
from conference_app.components.kit.forms import FormState, checked_form, ticked
from conference_app.components.kit.loading import loading, skeleton
from conference_app.components.kit.sentence_slots import slotted
from conference_app.components.kit.surfaces import card
from conference_app.components.kit.vars import count, one_of
from conference_app.errors import ConferenceError, InvalidInput, NotAllowed
from conference_app.services.documents import acceptance, versions
from conference_app.services.documents.registry import DOCUMENT_TITLES, Document
from conference_app.services.documents.text_changes import Kind, ParagraphChange
from conference_app.session import before_acceptance, next_path, require_account
from conference_app.texts import _, current_language, localized_path, n_


@dataclass(frozen=True)
class ShownPiece:
    """Some words of a changed paragraph; `mark` is added, removed or same."""

    mark: str
    text: str


@dataclass(frozen=True)
class ShownChange:
    """A paragraph that is new, gone or changed, and which of the three in a word."""

    label: str
    pieces: list[ShownPiece]


@dataclass(frozen=True)
class ChangedDocument:
    """A document that waits to be accepted, and what is new in it."""

    title: str
    path: str
    changes: list[ShownChange]


def _labels() -> dict[Kind, str]:
    return {"added": _("New paragraph"), "removed": _("Removed paragraph"), "changed": _("Changed paragraph")}


def _shown(change: ParagraphChange) -> ShownChange:
    return ShownChange(_labels()[change.kind], [ShownPiece(one.mark, one.text) for one in change.pieces])


async def _changed(document: Document, since: str) -> ChangedDocument:
    found = [_shown(one) for one in await versions.changes(document, since) if one.kind != "same"]
    return ChangedDocument(_(DOCUMENT_TITLES[document]), localized_path(f"/{document}"), found)


class AcceptState(FormState, rx.State):
    """What has changed since the person last accepted."""

    loaded: bool = False
    changed: list[ChangedDocument] = []
    _texts: dict[Document, str] = {}
    """The fingerprints of the texts whose changes are shown: nothing else is accepted."""

    @rx.event
    @before_acceptance
    async def load(self) -> EventSpec | None:
        account = await require_account(self)
        self._reset_form()
        if not account.must_accept:
            return rx.redirect(next_path(self))
        await self._show(account.account_id)
        self.loaded = True
        return None

    @rx.event
    @before_acceptance
    async def submit(self, form: dict[str, object]) -> AsyncIterator[EventSpec | None]:
        account = await require_account(self)
        self._begin()
        yield
        with self._refusing():
            if not ticked(form, "accepted"):
                missing = ConferenceError(n_("Tick the box to go on, or sign out: nothing is lost either way."))
                raise InvalidInput({"accepted": missing})
            if self._texts != acceptance.texts():
                await self._show(account.account_id)
                raise NotAllowed(n_("The texts have changed once more. See what is new before you accept it."))
            await acceptance.accept(account.account_id, account.session_hash, current_language())
            yield rx.redirect(next_path(self))

    async def _show(self, account_id: str) -> None:
        waiting = await acceptance.waiting(account_id)
        self.changed = [await _changed(document, since) for document, since in waiting.items()]
        self._texts = acceptance.texts()


def _piece(piece: ShownPiece) -> rx.Component:
    """Words whose mark shows by a line under or through them, and is read out."""
    return one_of(
        piece.mark,
        (
            "added",
            rx.el.ins(
                _read_out(_("added:")), piece.text, class_name="bg-ok-soft text-ink underline decoration-2 font-medium"
            ),
        ),
        ("removed", rx.el.del_(_read_out(_("removed:")), piece.text, class_name="text-ink-muted line-through")),
        otherwise=rx.el.span(piece.text),
    )


def _read_out(word: str) -> rx.Component:
    return rx.el.span(word, " ", class_name="sr-only")


def _change(change: ShownChange) -> rx.Component:
    return rx.el.li(
        rx.el.span(change.label, class_name="text-xs font-medium text-ink-muted block mb-1"),
        rx.el.p(rx.foreach(change.pieces, _piece), class_name="whitespace-pre-wrap wrap-anywhere"),
        class_name="border-l-2 border-line-strong pl-3",
    )


def _legend() -> rx.Component:
    return rx.el.p(
        slotted(
            _("{added} words are new; {removed} words are gone."),
            added=rx.el.ins(_("Underlined"), class_name="underline decoration-2 font-medium text-ink"),
            removed=rx.el.del_(_("struck-out"), class_name="line-through"),
        ),
        class_name="text-sm text-ink-muted mt-2",
    )


def _document(document: ChangedDocument) -> rx.Component:
    not_kept = rx.el.p(_("We no longer know which words changed. Read the whole text."), class_name="text-sm mt-4")
    found = rx.fragment(
        _legend(), rx.el.ul(rx.foreach(document.changes, _change), class_name="grid gap-5 mt-5 text-sm leading-6")
    )
    return card(
        rx.el.h2(document.title, class_name="text-lg"),
        rx.cond(count(document.changes) > 0, found, not_kept),
        rx.el.p(text_link(_("Read it in full"), document.path, target="_blank"), class_name="text-sm mt-5"),
    )


@page("/accept", title=n_("Our terms have changed"), on_load=AcceptState.load)
def accept() -> rx.Component:
    state = AcceptState
    form = checked_form(
        state,
        rx.foreach(state.changed, _document),
        checkbox(
            slotted(
                _("I accept the {terms} and the {policy}."),
                terms=text_link(_("terms"), localized_path("/terms"), target="_blank"),
                policy=text_link(_("privacy policy"), localized_path("/privacy"), target="_blank"),
            ),
            "accepted",
            error=state.errors["accepted"],
        ),
        submit_button(_("Accept and go on"), busy=state.busy, extra="w-full"),
        on_submit=state.submit,
    )
    return narrow_frame(
        rx.el.h1(_("Our terms have changed")),
        rx.el.p(
            _(
                "Before you go on, see what is new. If you do not agree, sign out; your data stays yours to take or erase."
            ),
            class_name="text-ink-muted mt-3 mb-8",
        ),
        rx.cond(state.loaded, form, loading(skeleton("h-40 rounded-card"))),
        rx.el.div(sign_out_form(button_class("quiet", "normal", "w-full")), class_name="mt-3"),
    )
