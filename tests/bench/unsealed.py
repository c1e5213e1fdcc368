"""The same pages with and without the encryption, to measure what it costs. The product has no switch for that."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from tests.bench.report import Figure, percentile

_UNSEALED = Path(__file__).with_name("unsealed.js")
KINDS = ("encrypted", "unencrypted")
COST = 1.1
"""What is measured with the encryption over the same without it, at most."""


def prepare(context: BrowserContext, kind: str, present: Sequence[str] = ()) -> None:
    """Have the pages of `context` be of one of KINDS; call it before other scripts are added.

    `present`: the media server's identities of those who are in the call, whom nobody tells to a page without keys.
    """
    if kind == "unencrypted":
        context.add_init_script(f"window.parleyMembers = {json.dumps(list(present))};")
        context.add_init_script(path=_UNSEALED)


def identities(pages: Sequence[Page], kind: str) -> list[str]:
    """Whom `prepare` wants for the next page: these pages, in the call. Raises RuntimeError if they do encrypt."""
    if kind == "encrypted":
        return []
    found = [page.evaluate("window.parleyUnsealed") for page in pages]
    if not all(one["identity"] and one["tracks"] for one in found):
        raise RuntimeError("the page no longer starts its workers as tests/bench/unsealed.js expects")
    return [one["identity"] for one in found]


def compared(
    name: str, values: Mapping[str, Sequence[float]], unit: str, goal: float, share: float
) -> Iterator[Figure]:
    """The percentile of each of KINDS, and one over the other."""
    found = {kind: percentile(values[kind], share) for kind in KINDS}
    suffix = f"p{share * 100:.0f}"
    for kind in KINDS:
        yield Figure(f"{name}_{kind}_{suffix}", found[kind], unit, goal)
    yield Figure(f"{name}_cost_{suffix}", found["encrypted"] / found["unencrypted"], "times", COST)
