from __future__ import annotations

from collections.abc import Sequence

import pytest

from conference_app.components.kit.color import contrast, lighter, mix, readable, text_on
from conference_app.components.kit.theme import stylesheet, tailwind_config, tokens

ACCENTS = ["#4f46e5", "#000000", "#ffffff", "#ffff00", "#ff0000", "#00ff00", "#0000ff", "#777777", "#16a34a", "#f5c6d6"]


def text_pairs() -> Sequence[tuple[str, str, float]]:
    """(text or control, background, least contrast) of every combination the pages use."""
    surfaces = ("surface", "surface-raised", "surface-sunken")
    pairs = [(ink, on, 4.5) for ink in ("ink", "ink-muted", "ink-faint", "accent-ink", "danger-ink") for on in surfaces]
    pairs += [(ink, f"{ink}-soft", 4.5) for ink in ("ok", "warn")]
    pairs += [(ink, on, 4.5) for ink in ("ok", "warn") for on in surfaces]
    pairs += [("accent-ink", "accent-soft", 4.5), ("danger-ink", "danger-soft", 4.5)]
    pairs += [("on-accent", "accent", 4.5), ("on-accent", "accent-hover", 4.5)]
    pairs += [("on-danger", "danger", 4.5), ("on-danger", "danger-hover", 4.5)]
    pairs += [(ink, on, 4.5) for ink in ("on-stage", "on-stage-muted") for on in ("stage", "stage-raised")]
    pairs += [(control, on, 3.0) for control in ("line-strong", "accent", "focus") for on in surfaces]
    return pairs


def weak_pairs(values: dict[str, str]) -> list[tuple[str, str, float]]:
    """The pairs of `text_pairs` that `values` shows with too little contrast, with the contrast they have."""
    return [
        (ink, on, round(contrast(values[ink], values[on]), 2))
        for ink, on, least in text_pairs()
        if contrast(values[ink], values[on]) < least
    ]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("accent", ACCENTS)
def test_every_accent_gives_readable_shades(accent: str, dark: bool) -> None:
    assert weak_pairs(tokens(accent, dark=dark)) == []


def test_the_default_accent_stays_itself_in_the_light_theme() -> None:
    assert tokens("#4f46e5", dark=False)["accent"] == "#4f46e5"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("color", ACCENTS)
def test_shifting_and_mixing_by_nothing_changes_nothing(color: str) -> None:
    assert lighter(color, 0) == color
    assert mix(color, "#123456", 1) == color


def test_readable_gives_up_at_the_ends() -> None:
    assert readable("#808080", ["#808080"], 21, 1) == "#ffffff"
    assert readable("#808080", ["#808080"], 21, -1) == "#000000"


@pytest.mark.parametrize("grey", range(256))
def test_text_on_any_grey_reads(grey: int) -> None:
    color = f"#{grey:02x}{grey:02x}{grey:02x}"
    assert contrast(text_on(color), color) >= 4.5


def test_both_themes_set_the_same_variables() -> None:
    assert tokens("#4f46e5", dark=False).keys() == tokens("#4f46e5", dark=True).keys()


def test_the_sheet_names_no_outside_host() -> None:
    assert "http" not in stylesheet("#4f46e5")
    assert "--accent:#4f46e5" in stylesheet("#4f46e5")


def test_tailwind_knows_each_token_by_its_variable() -> None:
    colors = tailwind_config()["theme"]["extend"]["colors"]  # type: ignore[index]
    assert colors["surface-raised"] == "var(--surface-raised)"
