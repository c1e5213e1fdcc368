"""What every page of a journey is held to, and a picture of it for who wants to look."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

AXE_OPTIONS = {"resultTypes": ["violations"]}
"""Every rule is tried; only what passes is not described, which takes axe half its time."""
ARRIVED = """async () => {
  for (const _frame of "12") await new Promise(requestAnimationFrame);
  const ends = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime !== Infinity;
  await Promise.allSettled(document.getAnimations().filter(ends).map((one) => one.finished));
}"""
"""What is measured anew for another width is drawn in the second frame; what slides or fades in has arrived; what turns
while something is awaited goes on turning."""


CONTRAST = "color-contrast"
UNTRIED = """(passed) => {
  const known = new Set(passed), found = new Map(), styles = new Map();
  const root = getComputedStyle(document.documentElement).colorScheme;
  const all = [...document.body.querySelectorAll("*")];
  const above = all.filter((one) => getComputedStyle(one).position !== "static" && getComputedStyle(one).position !== "relative")
    .map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width > 2 && height > 2);
  const isPlain = ({ left, right, top, bottom }) =>
    !above.some((other) => other.left < right && left < other.right && other.top < bottom && top < other.bottom);
  const ground = (one) => {
    if (!one) return root;
    if (!styles.has(one)) {
      const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = getComputedStyle(one);
      styles.set(one, [backgroundColor, backgroundImage, opacity, filter, mixBlendMode, ground(one.parentElement)].join(" "));
    }
    return styles.get(one);
  };
  const isRead = (one) => /^(INPUT|SELECT|TEXTAREA)$/.test(one.tagName)
    || [...one.childNodes].some((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
  const isShown = (one) => one.checkVisibility() && one.getClientRects().length > 0;
  window.untried = all.filter((one) => isRead(one) && isShown(one)).filter((one) => {
    const { color, fontSize, fontWeight, textShadow } = getComputedStyle(one);
    const way = [color, fontSize, fontWeight, textShadow, ground(one)].join(" ");
    if (!isPlain(one.getBoundingClientRect())) return true;
    found.set(way, (found.get(way) ?? 0) + 1);
    return !known.has(way) && found.get(way) <= 3;
  });
  return [...found.keys()];
}"""
"""How words are drawn, of which there are few ways in hundreds of pages: colour, size, weight, and all that lies below
them. Leaves in `untried` three of each way that is not known, and whatever something may lie above or below."""
_passed: set[str] = set()
"""Ways that axe has found readable; most of its time goes into computing that for each word anew."""


def axe_violations(page: Page, *rules: str, but: Iterable[str] = ()) -> list[str]:
    """What axe-core finds serious or critical, or outside all landmarks, one line each.

    It looks by all its rules, by some, or by all `but` some.
    """
    page.wait_for_load_state()
    page.evaluate(ARRIVED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    others = [rule for rule in rules if rule != CONTRAST]
    disabled = {rule: {"enabled": False} for rule in (*but, CONTRAST)}
    found = _run(page, {"runOnly": others} if rules else {"rules": disabled}) if others or not rules else []
    return found + (_unreadable(page) if CONTRAST in (rules or {CONTRAST} - set(but)) else [])


def _run(page: Page, options: Mapping[str, object], where: str = "document") -> list[str]:
    found = page.evaluate(f"options => axe.run({where}, options)", {**AXE_OPTIONS, **options})["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical") or one["id"] == "region"
    ]


def _unreadable(page: Page) -> list[str]:
    """Words that hardly stand out from their ground, of those drawn in a way that was not tried before."""
    ways = page.evaluate(UNTRIED, list(_passed))
    if not page.evaluate("untried.length"):
        return []
    found = _run(page, {"runOnly": [CONTRAST]}, "{ include: untried }")
    if not found:
        _passed.update(ways)
    return found


WIDTHS = (1280, 390)
"""Of a desktop's and a phone's window, in CSS pixels."""
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def at_each_width(page: Page) -> Iterator[int]:
    """Give the page's window a desktop's and a phone's width in turn; its own comes last, and stays."""
    size = page.viewport_size
    assert size is not None
    for width in sorted(WIDTHS, key=lambda one: one == size["width"]):
        page.set_viewport_size({**size, "width": width})
        yield width
    page.set_viewport_size(size)


def go_on_at(page: Page, width: int) -> None:
    """Give the page's window another width, so that one journey is gone on a desktop and on a phone."""
    page.set_viewport_size({"width": width, "height": 844 if width < 500 else 800})


def overflow(page: Page) -> dict[int, int]:
    """By how many CSS pixels the page is wider than its window, by the window's width; only where it is."""
    return {width: wider for width in at_each_width(page) if (wider := page.evaluate(_WIDER)) > 0}


FINGER_PX = 44
"""What a finger hits without aiming (WCAG 2.2, success criterion 2.5.5)."""
SMALL = """(least) => [...document.querySelectorAll("a, button, summary, select, input, textarea")].filter((one) => {
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  const isInText = style.display === "inline" || one.type === "checkbox" || one.type === "radio";
  return box.width && style.visibility === "visible" && !isInText && box.height < least - 0.5;
}).map((one) => `${one.tagName} ${Math.round(one.getBoundingClientRect().height)} px: ${one.innerText || one.id}`)"""
"""A link within a sentence is as high as its line, and a box is ticked by its words, too."""


def small_targets(page: Page) -> list[str]:
    """What is too low for a finger, on a page opened with `has_touch`."""
    return page.evaluate(SMALL, FINGER_PX)


def fine(page: Page) -> None:
    """Nothing serious for axe, nothing wider than the window, on a desktop and on a phone; a dialog stays open.

    A picture of each is kept if wanted.
    """
    wrong = []
    for width in at_each_width(page):
        found, wider = axe_violations(page), page.evaluate(_WIDER)
        picture(page, f"{_test()}-{next(_states)}")
        wrong += [f"{width}: {one}" for one in (*found, *([f"{wider} px too wide"] if wider > 0 else []))]
    assert not wrong, f"{page.url}: {wrong}"


_states = itertools.count(1)


def _test() -> str:
    """The running test, as a part of a file's name."""
    return re.sub(r"\W+", "-", os.environ["PYTEST_CURRENT_TEST"].partition("::")[2].partition(" ")[0])[:60]


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like as `name`-<width>.png, if PARLEY_SHOTS names a folder."""
    if folder := os.environ.get("PARLEY_SHOTS"):
        width = page.evaluate("window.innerWidth")
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
