"""What Reflex's own handlers take from the browser: the values it stores for us (`rx.Cookie`), and hashes of States.

Reflex checks neither their types nor their sizes (0.10.1): a made-up name raises, and a value of a megabyte stays in
the tab's State.
"""

from __future__ import annotations

import functools
from typing import Any

from reflex_base.constants.compiler import CompileVars
from reflex_base.constants.state import FIELD_MARKER
from reflex_base.registry import RegistrationContext

LONGEST_VALUE = 4096
"""Characters; a browser keeps no longer cookie."""
MOST_HASHES, LONGEST_HASH = 1000, 100


@functools.cache
def stored_names() -> frozenset[str]:
    """The full names of the vars that live in the browser, each as the page sends it."""
    states = RegistrationContext.get().base_states.values()
    return frozenset(
        f"{state.get_full_name()}.{name}{FIELD_MARKER}"
        for state in states
        for name in state.__fields__
        if state._is_client_storage(name)
    )


def keep_what_browsers_store(payload: dict[str, Any]) -> bool:
    """Drop from the arguments of an event, in place, all values that no page of ours sends; whether the rest fits."""
    values, hashes = payload.get(CompileVars.PAYLOAD_VARS), payload.get(CompileVars.PAYLOAD_HASHES)
    if values is not None and not isinstance(values, dict):
        return False
    if values:
        payload[CompileVars.PAYLOAD_VARS] = {name: value for name, value in values.items() if _is_stored(name, value)}
    return hashes is None or _are_hashes(hashes)


def _is_stored(name: str, value: object) -> bool:
    return name in stored_names() and isinstance(value, str) and len(value) <= LONGEST_VALUE


def _are_hashes(given: object) -> bool:
    return (
        isinstance(given, list)
        and len(given) <= MOST_HASHES
        and all(isinstance(one, str) and len(one) <= LONGEST_HASH for one in given)
    )
