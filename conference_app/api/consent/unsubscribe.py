"""Stopping mails and choosing what comes, by the signed link of any of our mails: /u/<token>, /preferences/<token>.

Opening a link never changes anything, since programs open links too; every change is a post. Mail programs stop a mail
with one post of their own (RFC 8058): no sign-in, no cookie, no redirect. Whatever else such a post says or lacks, it
stops the mail: who shows a good token by a post wants that. The token is the only key, so there is no other site that
could forge a request.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conference_app import purposes
from conference_app.api.http import plain_pages
from conference_app.api.http.bodies import body_of, fields_of
from conference_app.components.kit.times import date_in_words
from conference_app.config import LANGUAGES
from conference_app.errors import ConferenceError, NotFound
from conference_app.services.consent import ledger, preferences
from conference_app.services.consent.preferences import Choice, ConsentHolder
from conference_app.services.people import signed_links
from conference_app.services.people.signed_links import LinkKind, LinkTarget
from conference_app.texts import _, current_language, error_text, language, localized_path, unlocalized_path

_ONE_CLICK = ("List-Unsubscribe", "One-Click")
_PAGE = "preferences by link"
_ACTS = {"stop", "give", "undo", "stop_all", "reason"}


@dataclass(frozen=True, slots=True)
class _Done:
    """What a post did, to say so and to take it back."""

    text: str
    purposes: tuple[str, ...] = ()
    is_stop: bool = False
    asks_why: bool = False


def _kind(request: Request) -> LinkKind:
    return "unsubscribe" if unlocalized_path(request.url.path).startswith("/u/") else "preferences"


async def answer(request: Request) -> Response:
    """GET and HEAD show, POST changes; 404 for every token that is not ours."""
    try:
        target = signed_links.read(request.path_params["token"], _kind(request))
        person = await preferences.of_link(target)
    except NotFound:
        return plain_pages.not_found(request)
    with language(plain_pages.page_language(request, person.language)):
        if request.method != "POST":
            return await _show(request, target, person, None)
        body = await body_of(request)
        if body is None:
            return plain_pages.too_large(request)
        fields = fields_of(body, request.headers.get("content-type", ""))
        done = await _change(target, person, fields, _kind(request))
        if done is None:
            return plain_pages.message(request, _("This form is out of date."), _("Open the link again."), status=400)
        return await _show(request, target, person, done)


async def _change(
    target: LinkTarget, person: ConsentHolder, fields: list[tuple[str, str]], kind: LinkKind
) -> _Done | None:
    """Do what the form asks for; None if it asks for nothing we know. A post without our form's `act` is a program's."""
    act = dict(fields).get("act", "")
    if _ONE_CLICK in fields or (kind == "unsubscribe" and not act):
        return await _one_click(target, person)
    wanted = [value for name, value in fields if name == "purpose"]
    known = {choice.purpose for choice in await preferences.choices(person)} | {target.purpose} - {""}
    wanted = [purpose for purpose in wanted if purpose in known]
    if act not in _ACTS or (act != "stop_all" and not wanted):
        return None
    return await _act(person, act, wanted, dict(fields).get("reason", ""))


async def _one_click(target: LinkTarget, person: ConsentHolder) -> _Done:
    """Stop the mail the link stood in; without a purpose that still exists, every mail that needs a consent."""
    if _exists(target.purpose):
        await preferences.stop(person, [target.purpose], act="one-click", page="mail")
        stopped = [target.purpose]
    else:
        stopped = await preferences.stop_all(person, act="one-click", page="mail")
    return _Done(_("Stopped. You'll get no more of these e-mails."), tuple(stopped), is_stop=True)


def _exists(purpose: str) -> bool:
    if purpose.startswith(preferences.MEETING):
        return True
    try:
        purposes.find(purpose)
    except ValueError:
        return False
    return True


async def _act(person: ConsentHolder, act: str, wanted: list[str], reason: str) -> _Done:
    match act:
        case "give" | "undo":
            control = "button" if act == "give" else "undo"
            try:
                given = await preferences.give(person, wanted, act=control, page=_PAGE)
            except ConferenceError as error:
                return _Done(error_text(error))
            return _Done(_("Saved. You'll get these e-mails from now on."), tuple(given))
        case "reason":
            await preferences.say_why(person, wanted, reason, page=_PAGE)
            return _Done(_("Thank you. That helps us send less."))
        case "stop":
            stopped = await preferences.stop(person, wanted, act="button", page=_PAGE)
        case _:
            stopped = await preferences.stop_all(person, act="stop everything", page=_PAGE)
    return _Done(
        _("Stopped. You'll get no more of these e-mails."), tuple(stopped), is_stop=True, asks_why=bool(stopped)
    )


async def _show(request: Request, target: LinkTarget, person: ConsentHolder, done: _Done | None) -> Response:
    choices = await preferences.choices(person)
    choices.sort(key=lambda choice: choice.purpose != target.purpose)
    any_on = any(choice.is_on for choice in choices)
    return plain_pages.page(
        request,
        "preferences",
        title=_("What we may send you"),
        action=plain_pages.same_page(request, current_language()),
        done=_said(done, choices) if done else None,
        reasons=_reasons() if done and done.asks_why else None,
        paragraphs=[_("You get each of these e-mails only while it is on. Opening this page changes nothing.")]
        if choices
        else [_("We no longer know anybody by this address, and send nothing to it.")],
        rows=[_row(choice, is_first=choice.purpose == target.purpose) for choice in choices],
        stop_all=_("Stop all of these e-mails") if any_on or (not choices and not done) else "",
        notes=[
            _(
                "You still get receipts, confirmations and notices about your account and meetings, because you need them."
            ),
            _("We record each choice with its time and the words above, so that both sides can prove it."),
        ],
    )


def _said(done: _Done, choices: list[Choice]) -> dict[str, object]:
    can_undo = {choice.purpose for choice in choices if choice.can_be_given or choice.is_on}
    listed = [purpose for purpose in done.purposes if purpose in can_undo]
    undo = {"act": "undo" if done.is_stop else "stop", "label": _("Undo")} if listed else None
    return {"text": done.text, "purposes": listed, "undo": undo}


def _reasons() -> dict[str, object]:
    return {
        "legend": _("If you like, tell us why"),
        "choices": [(value, _(label)) for value, label in ledger.REASONS.items()],
        "label": _("Send"),
    }


def _row(choice: Choice, *, is_first: bool) -> dict[str, object]:
    give = _("Send it to me") if choice.can_be_given else ""
    return {
        "purpose": choice.purpose,
        "title": choice.title,
        "words": choice.words,
        "is_on": choice.is_on,
        "state": _("on") if choice.is_on else _("off"),
        "button": _("Stop") if choice.is_on else give,
        "act": "stop" if choice.is_on else "give",
        "until": _("Ends automatically on {day}.", day=date_in_words(choice.until.date())) if choice.until else "",
        "is_first": is_first,
    }


_METHODS = ["GET", "POST"]
routes = [
    Route(localized_path(f"/{name}/{{token}}", code), answer, methods=_METHODS)
    for name in ("u", "preferences")
    for code in LANGUAGES
]
"""For the composition root to mount."""
