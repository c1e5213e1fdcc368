"""Pages register here once and are built once per language: /register in English, /pl/register in Polish."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import reflex as rx
from reflex_base.event import EventType

from conference_app.components.frame.head_scripts import (
    FOLLOW_MAILED_LINK,
    STORAGE_FALLBACK,
    last_words,
    translated_text,
)
from conference_app.components.kit.theme import FONT_FILES
from conference_app.config import LANGUAGES, settings
from conference_app.texts import DEFAULT_LANGUAGE, _, language, localized_path

PageFunction = Callable[[], rx.Component]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as its module declares it; title and description are msgids."""

    route: str
    build: PageFunction
    title: str
    description: str
    on_load: EventType[()] | None
    is_listed: bool
    """Whether search engines may show it."""

    def built(self, code: str) -> rx.Component:
        """The page in language `code`."""
        with language(code):
            return self.build()


PAGES: list[Page] = []


def page(
    route: str, *, title: str, description: str = "", on_load: EventType[()] | None = None, is_listed: bool = False
) -> Callable[[PageFunction], PageFunction]:
    """Declare the decorated function as the page at `route`, such as /meetings/[code].

    `title` and `description` are msgids (`n_`) and may hold {brand}.
    """

    def register(build: PageFunction) -> PageFunction:
        PAGES.append(Page(route, build, title, description, on_load, is_listed))
        return build

    return register


def head_components() -> list[rx.Component]:
    """What stands in <head> of every page, for rx.App."""
    return [
        rx.el.script(STORAGE_FALLBACK),
        rx.el.script(FOLLOW_MAILED_LINK),
        rx.el.script(translated_text()),
        rx.el.script(last_words()),
        rx.el.link(rel="icon", href="/favicon.ico", sizes="32x32"),
        rx.el.link(rel="icon", href="/mark.svg", type="image/svg+xml"),
        _font_preload(FONT_FILES[0]),
    ]


def _font_preload(path: str) -> rx.Component:
    return rx.el.link(
        rel="preload", href=path, type="font/woff2", custom_attrs={"as": "font", "crossOrigin": "anonymous"}
    )


def _meta(spec: Page, code: str, title: str, description: str) -> Sequence[dict[str, str] | rx.Component]:
    """Tags for search engines and for previews in messengers; pages behind a sign-in or code are kept out of both."""
    tags: list[dict[str, str] | rx.Component] = []
    if code != DEFAULT_LANGUAGE:
        tags.append(_font_preload(FONT_FILES[1]))
    if not spec.is_listed:
        return [*tags, {"name": "robots", "content": "noindex"}]
    base = settings().site_url
    for other in LANGUAGES:
        href = base + localized_path(spec.route, other)
        tags.append(rx.el.link(rel="alternate", href_lang=other, href=href))
    tags.append(rx.el.link(rel="canonical", href=base + localized_path(spec.route, code)))
    tags += [
        {"property": "og:title", "content": title},
        {"property": "og:description", "content": description},
        {"property": "og:type", "content": "website"},
        {"property": "og:locale", "content": {"en": "en_GB", "pl": "pl_PL"}[code]},
        {"name": "twitter:card", "content": "summary_large_image"},
    ]
    return tags


def add_pages(app: rx.App) -> None:
    """Give `app` every registered page in every language."""
    for spec in PAGES:
        codes = (DEFAULT_LANGUAGE,) if spec.route == "/404" else LANGUAGES
        for code in codes:
            _add(app, spec, code)


def _add(app: rx.App, spec: Page, code: str) -> None:
    brand = settings().brand_name
    with language(code):
        title = _(spec.title, brand=brand)
        description = _(spec.description, brand=brand) if spec.description else ""

        def built() -> rx.Component:
            return spec.built(code)

        # Reflex packs what it makes of a page by the module of its function: by ours here, every page would load all.
        built.__module__ = spec.build.__module__
        app.add_page(
            built,
            route="404" if spec.route == "/404" else localized_path(spec.route),
            title=title if brand in title else f"{title} · {brand}",
            description=description or None,
            image=f"{settings().site_url}/og.png",
            on_load=spec.on_load,
            meta=_meta(spec, code, title, description),
        )
