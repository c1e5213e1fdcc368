"""The tests' own source text, for those that look at it."""

from __future__ import annotations

import ast
import gc
from pathlib import Path


def parsed(file: Path) -> ast.Module:
    """The syntax tree of a file.

    No garbage is collected meanwhile: with that of many tests, CPython 3.11 now and then breaks off with "AST constructor
    recursion depth mismatch".
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    finally:
        if was_on:
            gc.enable()
