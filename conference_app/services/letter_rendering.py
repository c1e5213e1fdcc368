"""Makes subject, HTML and text of a letter from its template, its values and the operator's settings.

The blocks' MJML is compiled once for each sequence of blocks, with the places for texts still open; Jinja2 fills them,
escaped. The text part comes from the same blocks. Nothing in a mail is loaded from anywhere, and links lead to our own
origin (only what staff write themselves may link elsewhere).
"""

from __future__ import annotations

import functools
import html
import textwrap
from collections.abc import Mapping, Sequence
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
from conference_app.services.letters import Block, LetterClass, Values
from conference_app.services.letters import Template as LetterTemplate
from conference_app.texts import _, localized_path

_FOLDER = Path(__file__).parent / "letter_templates"
_WIDTH = 72
"""Columns of the text part."""
_RICH_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h2", "h3", "blockquote", "code"}
_BLACK, _WHITE, _DARK_CARD = "#000000", "#ffffff", "#161a23"


@dataclass(frozen=True, slots=True)
class Choices:
    """How the recipient stops such mails: paths of this site. Empty where there is nothing to choose."""

    unsubscribe: str = field(default="", repr=False)
    preferences: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in words."""

    subject: str = field(repr=False)
    html: str = field(repr=False)
    text: str = field(repr=False)


def absolute(path: str, language: str | None = None) -> str:
    """A path of this site as a whole URL in the page language. Raises ValueError for anything else: no link leads away."""
    if not path.startswith("/") or path.startswith("//") or "\\" in path or any(c.isspace() for c in path):
        raise ValueError("a link in a letter is a path of this site")
    return settings().public_url + (localized_path(path, language) if _is_page(path) else path)


def _is_page(path: str) -> bool:
    """Plain routes have one address for all languages."""
    return not path.startswith(("/u/", "/auth/", "/mail/"))


def render(template: LetterTemplate, values: Values, language: str, choices: Choices) -> Rendered:
    """The letter in `language`. Raises KeyError or ValueError where a value is missing or a link leads away."""
    with texts.language(language):
        language = texts.current_language()
        fill = {"brand": settings().brand_name, **values}
        subject = " ".join(_(template.subject, **fill).split())
        body = [_filled(block, fill) for block in template.body if not block.when or fill[block.when]]
        footer = _footer(template.letter_class, choices)
        summary = _(template.summary, **fill) if template.summary else ""
        frame = {"subject": subject, "title": subject, "summary": summary, "language": language, "home": absolute("/")}
        page = _compiled(tuple(b["kind"] for b in body), tuple(b["kind"] for b in footer))
        whole = page.render(blocks=[*body, *footer], brand=settings().brand_name, **frame, **_colors())
        return Rendered(subject, whole, _as_text(subject, body, footer))


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


def _footer(letter_class: LetterClass, choices: Choices) -> list[dict[str, Any]]:
    operator = settings().controller
    who = _(
        "{brand} is run by {name}, {address}.",
        brand=settings().brand_name,
        name=operator.name,
        address=operator.address,
    )
    blocks = [_choices(letter_class, choices)] if choices.unsubscribe else [_small(_why(letter_class))]
    return [*blocks, _small(_("We never ask for your password, neither by mail nor by phone.")), _small(who)]


def _small(text: str) -> dict[str, Any]:
    return {"kind": "footer", "text": text}


def _choices(letter_class: LetterClass, choices: Choices) -> dict[str, Any]:
    more = absolute(choices.preferences) if choices.preferences else ""
    return {
        "kind": "choices",
        "text": _why(letter_class),
        "label": _("Stop these mails"),
        "url": absolute(choices.unsubscribe),
        "more_label": _("Choose what you get"),
        "more_url": more,
    }


def _why(letter_class: LetterClass) -> str:
    """Why the recipient gets this mail, in a sentence."""
    match letter_class:
        case "necessary":
            return _("You get this mail because of something you or we have to do; it is no advertisement.")
        case "service":
            return _("You get this mail because you have an account and something about the service changes.")
        case "newsletter" | "promotion":
            return _("You get this mail because you asked for it.")
        case "participant":
            return _("You get this mail because you registered for this meeting.")


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
        raise ValueError("the MJML of a letter has mistakes")
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


def _as_text(title: str, body: Sequence[Mapping[str, Any]], footer: Sequence[Mapping[str, Any]]) -> str:
    parts = [title, "=" * min(len(title), _WIDTH), *map(_block_text, body), "-- ", *map(_block_text, footer)]
    return "\n\n".join(part for part in parts if part).replace("\n\n=", "\n=").replace("-- \n\n", "-- \n") + "\n"


def _block_text(block: Mapping[str, Any]) -> str:
    match block["kind"]:
        case "button":
            return f"{block['text']}:\n{block['url']}"
        case "code":
            return f"{_wrap(block['text'])}\n\n    {block['value']}".strip("\n")
        case "facts":
            return "\n".join(f"{label}: {text}" for label, text in block["value"])
        case "plain":
            return str(block["value"])
        case "rich":
            return "\n".join(_wrap(line) for line in html.unescape(block["source"]).splitlines())
        case "choices":
            more = f"\n{block['more_label']}: {block['more_url']}" if block["more_url"] else ""
            return f"{_wrap(block['text'])}\n{block['label']}: {block['url']}{more}"
        case _:
            return _wrap(block["text"])


def _wrap(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0..1 (WCAG 2.2)."""
    values = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _toward(color: str, end: str, background: str) -> str:
    """`color`, mixed with `end` until it can be read on `background` (4.5:1)."""
    for step in range(21):
        mixed = [
            round(int(color[i : i + 2], 16) * (1 - step / 20) + int(end[i : i + 2], 16) * step / 20) for i in (1, 3, 5)
        ]
        made = "#" + "".join(f"{channel:02x}" for channel in mixed)
        if contrast(made, background) >= 4.5:
            return made
    return end


@functools.lru_cache(maxsize=4)
def _palette(accent: str) -> dict[str, str]:
    """The operator's accent as a button's fill, the text on it, and links on the light and the dark card."""
    return {
        "accent": accent,
        "on_accent": max((_WHITE, _BLACK), key=lambda text: contrast(text, accent)),
        "accent_ink": _toward(accent, "#000000", _WHITE),
        "accent_dark": _toward(accent, "#ffffff", _DARK_CARD),
    }


def _colors() -> dict[str, str]:
    return _palette(settings().accent_color)


def sample(template: LetterTemplate, language: str, choices: Choices | None = None) -> Rendered:
    """The template with its sample values, for looking at and for tests."""
    needs_choice = template.letter_class in ("newsletter", "promotion")
    shown = choices or (Choices("/u/sample", "/preferences/sample") if needs_choice else Choices())
    return render(template, template.sample, language, shown)
