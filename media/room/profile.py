"""Changing what a participant says about itself: name, metadata and attributes, within limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from media.config import Limits
from media.room.participant import Participant


def is_text(value: object) -> TypeGuard[str]:
    """Whether `value` is text that can be sent: JSON can spell lone surrogates, which have no form in UTF-8."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def is_text_map(value: object) -> TypeGuard[dict[str, str]]:
    """Whether `value` is a mapping of texts to texts."""
    return isinstance(value, dict) and all(is_text(text) for item in value.items() for text in item)


def attributes_size(attributes: Mapping[str, str]) -> int:
    """UTF-8 bytes of all names and values."""
    return sum(len(name.encode()) + len(value.encode()) for name, value in attributes.items())


def fits(limits: Limits, name: str, metadata: str, attributes: Mapping[str, str]) -> bool:
    """Whether the texts of one participant are within the limits."""
    return (
        len(name.encode()) <= limits.max_name_bytes
        and len(metadata.encode()) <= limits.max_metadata_bytes
        and attributes_size(attributes) <= limits.max_attributes_bytes
    )


def change(participant: Participant, limits: Limits, name: str, metadata: str, attributes: Mapping[str, str]) -> bool:
    """Takes new texts; an empty name or metadata keeps the old one, an empty attribute deletes its name.

    False, and nothing changed, when the result is beyond the limits.
    """
    merged = {key: value for key, value in {**participant.attributes, **attributes}.items() if value}
    if not fits(limits, name or participant.name, metadata or participant.metadata, merged):
        return False
    participant.name = name or participant.name
    participant.metadata = metadata or participant.metadata
    participant.attributes = merged
    return True
