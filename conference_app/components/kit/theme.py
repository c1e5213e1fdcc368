"""Design tokens: colours of both themes, type, radii and motion, as CSS variables and Tailwind names.

A token is used as a Tailwind class (`bg-surface`, `text-ink-muted`, `border-line`) or in own CSS and TSX as
`var(--surface)`. Values change with the class `dark` on <html>; inside an element with the class `stage` they are
always the dark ones, so that the room's dark stage may use the same pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reflex_base.plugins import Plugin
from reflex_base.plugins.shared_tailwind import TailwindConfig

from conference_app.components.kit.color import lighter as shifted
from conference_app.components.kit.color import mix, readable, text_on
from conference_app.config import settings

FONT_FILES = ("/fonts/inter-latin.woff2", "/fonts/inter-latin-a.woff2", "/fonts/inter-latin-ext.woff2")
"""Inter variable under assets/ (SIL Open Font License, assets/fonts/LICENSE.txt), cut by fontTools to the weights 400 to
600 and into three: what every page needs, the letters of Polish and its neighbours, and the rest of the Latin script."""
FONT_STACK = ("Inter Variable", "Inter Stand-in", "ui-sans-serif", "system-ui", "sans-serif")

_LIGHT = {
    "surface": "#f7f8fa",
    "surface-raised": "#ffffff",
    "surface-sunken": "#eef0f4",
    "line": "#e1e5eb",
    "line-strong": "#7d8799",
    "ink": "#0f1729",
    "ink-muted": "#465164",
    "ink-faint": "#5c6779",
    "ok": "#14763a",
    "ok-soft": "#e5f5eb",
    "warn": "#8f5200",
    "warn-soft": "#fdf1d8",
    "danger": "#c01f1f",
    "danger-hover": "#a01717",
    "danger-soft": "#fdeaea",
    "on-danger": "#ffffff",
    "shade": "#0f172966",
}
_DARK = {
    "surface": "#0d1016",
    "surface-raised": "#161a23",
    "surface-sunken": "#090b10",
    "line": "#272d3a",
    "line-strong": "#6d788c",
    "ink": "#eef1f6",
    "ink-muted": "#b0b9c8",
    "ink-faint": "#929db0",
    "ok": "#4cc57c",
    "ok-soft": "#11291c",
    "warn": "#eab04a",
    "warn-soft": "#2e230e",
    "danger": "#d93a3a",
    "danger-hover": "#c42f2f",
    "danger-soft": "#371618",
    "on-danger": "#ffffff",
    "shade": "#000000a6",
}
_STAGE = {
    "stage": "#0a0d13",
    "stage-raised": "#171c26",
    "stage-line": "#2d3544",
    "on-stage": "#f1f4f9",
    "on-stage-muted": "#aab4c4",
}
"""The room's stage is dark in both themes."""


def accent_tokens(accent: str, base: dict[str, str], *, dark: bool) -> dict[str, str]:
    """The shades of the operator's `accent` (`#rrggbb`) for the theme with colours `base`.

    Guaranteed for any accent: 3:1 of `accent` and `focus` against the surfaces, 4.5:1 of `on-accent` on `accent` and
    on `accent-hover`, and 4.5:1 of `accent-ink` on the surfaces and on `accent-soft`.
    """
    away = 1 if dark else -1
    surfaces = [base["surface"], base["surface-raised"], base["surface-sunken"]]
    fill = readable(accent, surfaces, 3.0, away)
    on_fill = text_on(fill)
    # Hovering moves the fill away from its own text, so the text gains contrast.
    hover = shifted(fill, -0.06 if on_fill == "#ffffff" else 0.06)
    soft = mix(fill, base["surface-raised"], 0.2 if dark else 0.09)
    ink = readable(accent, [*surfaces, soft], 4.6, away)
    danger_ink = readable(base["danger"], [*surfaces, base["danger-soft"]], 4.6, away)
    return {
        "accent": fill,
        "accent-hover": hover,
        "accent-soft": soft,
        "accent-ink": ink,
        "on-accent": on_fill,
        "focus": ink,
        "danger-ink": danger_ink,
    }


def tokens(accent: str, *, dark: bool) -> dict[str, str]:
    """Every colour token of one theme by name, without the leading dashes."""
    base = _DARK if dark else _LIGHT
    return base | _STAGE | accent_tokens(accent, base, dark=dark)


def tailwind_config() -> TailwindConfig:
    """What the TailwindV4Plugin is given: the tokens as colour names, the radii, shadows and fonts."""
    names = tokens(settings().accent_color, dark=False)
    return {
        "content": ["./app/**/*.{js,jsx}", "./app_components/**/*.{js,jsx}", "./public/external/**/*.{ts,tsx}"],
        "darkMode": "selector",
        "theme": {
            "extend": {
                "colors": {name: f"var(--{name})" for name in names},
                "fontFamily": {"sans": list(FONT_STACK)},
                "borderRadius": {"control": "var(--radius-control)", "card": "var(--radius-card)"},
                "boxShadow": {"card": "var(--shadow-card)", "float": "var(--shadow-float)"},
                "maxWidth": {"page": "70rem", "reading": "66ch", "form": "26.25rem"},
            }
        },
    }


def declarations(values: dict[str, str]) -> str:
    """Tokens as CSS custom properties."""
    return "".join(f"--{name}:{value};" for name, value in values.items())


def stylesheet(accent: str) -> str:
    """The style sheet beside Tailwind's: variables, fonts and what no utility class can say."""
    css = Path(__file__).with_name("base.css").read_text(encoding="utf-8")
    light = declarations(tokens(accent, dark=False))
    dark = declarations(tokens(accent, dark=True))
    return f":root{{{light}color-scheme:light}}\n.dark,.stage{{{dark}color-scheme:dark}}\n{css}"


ARCS = ("M9.5 9.5a9.2 9.2 0 0 1 0 13", "M22.5 9.5a9.2 9.2 0 0 0 0 13")
"""The sign: two speech arcs that meet, drawn in a square of 32."""


def mark_file(accent: str) -> str:
    """The sign as an SVG file, for the browser's tab."""
    shades = tokens(accent, dark=False)
    line = f'fill="none" stroke="{shades["on-accent"]}" stroke-width="3.4" stroke-linecap="round"'
    arcs = "".join(f'<path d="{arc}" {line}/>' for arc in ARCS)
    tile = f'<rect width="32" height="32" rx="9" fill="{shades["accent"]}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">{tile}{arcs}</svg>'


class ThemePlugin(Plugin):
    """Puts the product's style sheet into the build."""

    def get_static_assets(self, **_context: object) -> Sequence[tuple[Path, str | bytes]]:
        accent = settings().accent_color
        return [(Path("styles") / "parley.css", stylesheet(accent)), (Path("public") / "mark.svg", mark_file(accent))]

    def get_stylesheet_paths(self, **_context: object) -> Sequence[str]:
        return ["./parley.css"]
