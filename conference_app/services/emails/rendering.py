"""Makes subject, HTML and text of an email from its template, its values and the operator's settings.

The blocks' MJML is compiled once for each sequence of blocks, with the places for texts still open; Jinja2 fills them,
escaped. The text part comes from the same blocks (`plain_text`). Nothing in a mail is loaded from anywhere, and links
lead to our own origin (only what staff write themselves may link elsewhere).
"""

from __future__ import annotations

import functools
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mrml
import nh3
from jinja2 import Environment, StrictUndefined, Template
from markdown_it import MarkdownIt
from markupsafe import Markup

from conference_app import texts
from conference_app.config import settings
from conference_app.services.emails import colors, plain_text
from conference_app.services.emails.blocks import Block
from conference_app.services.emails.template import EmailClass, Values
from conference_app.services.emails.template import Template as MailTemplate
from conference_app.texts import _, localized_path

_FOLDER = Path(__file__).parent / "templates"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_RICH_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h2", "h3", "blockquote", "code"}


@dataclass(frozen=True, slots=True)
class Choices:
    """How the recipient stops such mails: paths of this site. Empty where there is nothing to choose."""

    unsubscribe: str = field(default="", repr=False)
    preferences: str = field(default="", repr=False)


MARKED = Choices(f"/u/{secrets.token_hex(16)}", f"/preferences/{secrets.token_hex(16)}")
"""Stands for the choices of whoever gets an email, in one that is rendered once for many."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """An email in words."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)

    def aimed(self, choices: Choices) -> Rendered:
        """The email with these choices in the place of the marks."""
        return Rendered(self.subject, _aimed(self.html, choices), _aimed(self.text, choices))


def _aimed(text: str, choices: Choices) -> str:
    return text.replace(MARKED.unsubscribe, choices.unsubscribe).replace(MARKED.preferences, choices.preferences)


def absolute(path: str, language: str | None = None) -> str:
    """A path of this site as a whole URL in the page language. Raises ValueError for anything else: no link leads away."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or any(c.isspace() for c in path):
        raise ValueError("a link in an email is a path of this site")
    return settings().public_url + (localized_path(path, language) if _is_page(path) else path)


def _is_page(path: str) -> bool:
    """Plain routes have one address for all languages."""
    return not path.startswith(("/auth/", "/mail/"))


def render(template: MailTemplate, values: Values, language: str, choices: Choices) -> Rendered:
    """The email in `language`. Raises KeyError or ValueError where a value is missing or a link leads away."""
    with texts.language(language):
        language = texts.current_language()
        fill = {"brand": settings().brand_name, **values}
        subject = _CONTROL.sub("", " ".join(_(template.subject, **fill).split()))
        body = [_filled(block, fill) for block in template.body if not block.when or fill[block.when]]
        footer = _footer(template.email_class, choices)
        summary = _(template.summary, **fill) if template.summary else ""
        frame = {"subject": subject, "title": subject, "summary": summary, "language": language, "home": absolute("/")}
        page = _compiled(tuple(b["kind"] for b in body), tuple(b["kind"] for b in footer))
        whole = page.render(blocks=[*body, *footer], brand=settings().brand_name, **frame, **colors.colors())
        return Rendered(subject, whole, plain_text.as_text(subject, body, footer))


def _filled(block: Block, values: Values) -> dict[str, Any]:
    """A block with its texts translated and its values in place."""
    filled: dict[str, Any] = {"kind": block.kind, "text": _(block.text, **values) if block.text else ""}
    match block.kind:
        case "button":
            filled["url"] = absolute(str(values[block.value]))
            filled["hint"] = _("If the button does not work, copy this address into your browser:")
        case "rich":
            filled["source"] = str(values[block.value])
            filled["value"] = rich_html(filled["source"])
        case "code" | "facts" | "plain":
            filled["value"] = values[block.value]
        case "heading" | "paragraph" | "note":
            pass
    return filled


def _footer(email_class: EmailClass, choices: Choices) -> list[dict[str, Any]]:
    operator = settings().controller
    who = _(
        "{brand} is run by {name}, {address}.",
        brand=settings().brand_name,
        name=operator.name,
        address=operator.address,
    )
    blocks = [_choices(email_class, choices)] if choices.unsubscribe else [_small(_why(email_class))]
    return [*blocks, _small(_("We never ask for your password by e-mail or phone.")), _small(who)]


def _small(text: str) -> dict[str, Any]:
    return {"kind": "footer", "text": text}


def _choices(email_class: EmailClass, choices: Choices) -> dict[str, Any]:
    more = absolute(choices.preferences) if choices.preferences else ""
    return {
        "kind": "choices",
        "text": _why(email_class),
        "label": _("Stop these e-mails"),
        "url": absolute(choices.unsubscribe),
        "more_label": _("Choose what you get"),
        "more_url": more,
    }


def _why(email_class: EmailClass) -> str:
    """Why the recipient gets this mail, in a sentence."""
    match email_class:
        case "necessary":
            return _("You get this e-mail because of something you or we have to do; it is not advertising.")
        case "service":
            return _("You get this e-mail because you have an account and something about the service changes.")
        case "newsletter" | "promotion":
            return _("You get this e-mail because you asked for it.")
        case "participant":
            return _("You get this e-mail because you registered for this meeting.")


@functools.cache
def _block_source(kind: str) -> str:
    return (_FOLDER / "blocks" / f"{kind}.mjml").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=500)
def _compiled(body: tuple[str, ...], footer: tuple[str, ...]) -> Template:
    """The HTML of these blocks as a Jinja2 template. MJML first: values never pass through the MJML parser."""

    def sources(kinds: Sequence[str], first: int) -> str:
        return "".join(_block_source(k).replace("block.", f"blocks[{first + i}].") for i, k in enumerate(kinds))

    frame = (_FOLDER / "frame.mjml").read_text(encoding="utf-8")
    source = frame.replace("@blocks@", sources(body, 0)).replace("@footer@", sources(footer, len(body)))
    compiled = mrml.to_html(source)
    if compiled.warnings:
        raise ValueError("the MJML of an email has mistakes")
    return _environment().from_string(compiled.content)


@functools.cache
def _environment() -> Environment:
    return Environment(autoescape=True, undefined=StrictUndefined)


@functools.cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("zero", {"breaks": True}).enable(
        ["heading", "list", "emphasis", "link", "blockquote", "escape", "newline", "backticks"]
    )


def rich_html(source: str) -> Markup:
    """Markdown as safe HTML: paragraphs, emphasis, lists, headings, links to http(s); nothing that loads anything."""
    clean = nh3.clean(
        _markdown().render(source),
        tags=_RICH_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "http"},
        link_rel="noopener noreferrer",
    )
    return Markup(clean)  # noqa: S704 - nh3 has just cleaned it


def sample(template: MailTemplate, language: str, choices: Choices | None = None) -> Rendered:
    """The template with its sample values, for looking at and for tests."""
    needs_choice = template.email_class in ("newsletter", "promotion")
    shown = choices or (Choices("/u/sample", "/preferences/sample") if needs_choice else Choices())
    return render(template, template.sample, language, shown)
