"""The list of parts as a CycloneDX 1.6 document, for operators whose own tools watch for advisories."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from conference_app.config import VERSION
from conference_app.operation.parts import Part

_MAX_HASHES = 20
"""Of one part: a package has a file for each system, and all of their hashes stand in the lock."""


def document(parts: Iterable[Part]) -> dict[str, Any]:
    """The document. The same parts give the same one, serial number included."""
    components = [_component(one) for one in sorted(parts, key=lambda one: (one.purl, not one.is_shipped))]
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(components, sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{number}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "parley", "name": "parley", "version": VERSION},
        },
        "components": components,
    }


def _component(part: Part) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": part.purl,
        "name": part.name,
        "version": part.version,
        "purl": part.purl,
        "scope": "required" if part.is_shipped else "excluded",
    }
    if part.hashes:
        made["hashes"] = [{"alg": algorithm, "content": digest} for algorithm, digest in part.hashes[:_MAX_HASHES]]
    if part.licence:
        made["licenses"] = [{"license": {"name": part.licence}}]
    return made
