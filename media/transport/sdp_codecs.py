"""Reading the payload types of a media section: `a=rtpmap`, `a=fmtp` and `a=rtcp-fb` (RFC 8866, RFC 4585)."""

from __future__ import annotations

from collections.abc import Sequence

from media.errors import InvalidDescription
from media.transport.sdp import FEEDBACK, Codec
from media.transport.sdp_lines import Attributes, number

_EVERYWHERE = -1
"""Stands for the payload type `*` of feedback lines."""
_KNOWN = frozenset(feedback for kind in FEEDBACK.values() for feedback in kind)


def read_codecs(formats: Sequence[str], attributes: Attributes) -> tuple[Codec, ...]:
    """The codecs of a section in its order of preference. Raises InvalidDescription."""
    # A type named twice would have its parameters searched twice, and a description may name one 256 times.
    if len(set(formats)) != len(formats):
        raise InvalidDescription("payload type is named twice")
    maps, parameters = _by_type(attributes, "rtpmap"), _by_type(attributes, "fmtp")
    feedback = _read_feedback(attributes)
    codecs: list[Codec] = []
    for text in formats:
        payload_type = number(text, 0, 127, "payload type")
        name, _, rest = maps.get(payload_type, "").partition("/")
        if name:
            rate = number(rest.partition("/")[0], 1, 1_000_000, "clock rate")
            own = feedback.get(payload_type, frozenset()) | feedback.get(_EVERYWHERE, frozenset())
            codecs.append(Codec(payload_type, name.lower(), rate, parameters.get(payload_type, ""), own))
    return tuple(codecs)


def _by_type(attributes: Attributes, name: str) -> dict[int, str]:
    """Attributes of the form `<payload type> <text>`."""
    found: dict[int, str] = {}
    for value in attributes.values(name):
        key, _, text = value.partition(" ")
        found[number(key, 0, 127, "payload type")] = text.strip()
    return found


def _read_feedback(attributes: Attributes) -> dict[int, frozenset[str]]:
    """Read what we understand by payload type. The rest would be copied into every codec, 128 of them."""
    found: dict[int, set[str]] = {}
    for value in attributes.values("rtcp-fb"):
        target, _, text = value.partition(" ")
        payload_type = _EVERYWHERE if target == "*" else number(target, 0, 127, "payload type")
        if text in _KNOWN:
            found.setdefault(payload_type, set()).add(text)
    return {payload_type: frozenset(texts) for payload_type, texts in found.items()}
