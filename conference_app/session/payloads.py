"""Whether what a client sends fits the handler it names. Pages of ours always do: what does not is somebody's play."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import get_origin, get_type_hints

from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY

PLAIN = (str, bool, dict)
"""The types our handlers take; of what form, and how long within this, is for each handler to check."""
LONGEST_TEXT = 20_000
"""Characters of one argument; forms, whose handlers cut their fields, come as dictionaries."""


@functools.cache
def parameters(handler: Callable[..., object]) -> tuple[inspect.Signature, Mapping[str, type]]:
    """The handler's signature without `self`, and the plain type of each parameter that has one."""
    signature = inspect.signature(handler)
    hints = get_type_hints(handler)
    types = {name: get_origin(hints.get(name)) or hints.get(name) for name in signature.parameters}
    asked = signature.replace(parameters=list(signature.parameters.values())[1:])
    return asked, {name: one for name, one in types.items() if one in PLAIN}


def fits(handler: Callable[..., object], payload: Mapping[str, object]) -> bool:
    """Whether `payload` has every argument of the handler, no other, and each of its plain type."""
    signature, types = parameters(handler)
    try:
        signature.bind(**payload)
    except TypeError:
        return False
    return all(_is_of(one, payload[name]) for name, one in types.items() if name in payload)


def _is_of(kind: type, value: object) -> bool:
    return isinstance(value, kind) and _is_whole(value) and not (isinstance(value, str) and len(value) > LONGEST_TEXT)


def _is_whole(value: object) -> bool:
    """Whether the fields of a form, if it is one, are pairs: Reflex's way to keep fields of the same name."""
    if not isinstance(value, dict) or FORM_DATA_ENTRIES_KEY not in value:
        return True
    pairs = value[FORM_DATA_ENTRIES_KEY]
    return isinstance(pairs, list) and all(
        isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in pairs
    )
