"""`make audit`: licences and known advisories of everything we are made of, and a list of it (SBOM) in the data folder.

Licences are read from the installed packages. Advisories come from OSV (osv.dev), which is told the names and versions
of our packages and nothing else; where it cannot be reached that is said, and is no failure.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from conference_app.config import settings
from conference_app.errors import ConfigurationError
from conference_app.operation import sbom
from conference_app.operation.doctor import Finding, report
from conference_app.operation.parts import Part, npm_parts, python_parts

ADVISORIES_URL = "https://api.osv.dev/v1/querybatch"
_BATCH = 500
_TIMEOUT_S = 20.0
_MAX_ANSWER_BYTES = 20 * 2**20
_NOT_OURS = re.compile(
    r"(?<!L)(?<!Lesser )\bA?GPL|(?<!Lesser )General Public|Affero|SSPL|BUSL|Business Source|Commons Clause|Proprietary"
)
"""Licences that would bind those who run or change Parley to more than its own."""
_KNOWN = {"psycopg": "LGPL-3.0", "psycopg-binary": "LGPL-3.0"}
"""Used unmodified as a library; README, "Dependencies", says so."""


def check_licences(parts: Sequence[Part]) -> Finding:
    """Whether a part that we ship has a licence that we cannot ship."""
    shipped = [one for one in parts if one.is_shipped]
    foreign = [f"{one.name} ({one.licence})" for one in shipped if is_foreign(one)]
    silent = sum(not one.licence for one in shipped)
    state = f"{len(shipped)} shipped parts, {silent} of which are not installed here or declare none"
    if foreign:
        return Finding("Licences", ", ".join(foreign), "Replace these parts: their licence does not fit ours.")
    return Finding("Licences", state)


def is_foreign(part: Part) -> bool:
    """Whether the declared licence forbids to ship the part as we do; of a choice (OR) one that allows it is enough."""
    choices = re.split(r"\s+OR\s+", part.licence.strip("()"))
    return part.name not in _KNOWN and all(_NOT_OURS.search(one) for one in choices)


def check_advisories(parts: Sequence[Part]) -> Finding:
    """Which parts OSV knows something about."""
    try:
        found = [line for some in _batches(parts) for line in known_advisories(some)]
    except (OSError, ValueError) as err:
        reason = type(err).__name__
        return Finding("Advisories", f"not checked: OSV cannot be reached from here ({reason})", "Try elsewhere.", True)
    if found:
        return Finding("Advisories", "; ".join(found), "Raise these versions, then: make lock")
    return Finding("Advisories", f"none known for {len(parts)} parts")


def _batches(parts: Sequence[Part]) -> list[Sequence[Part]]:
    return [parts[first : first + _BATCH] for first in range(0, len(parts), _BATCH)]


def known_advisories(parts: Sequence[Part]) -> list[str]:
    """A line for each of `parts` with an advisory. Raises OSError without an answer, ValueError for a strange one."""
    queries = [{"package": {"ecosystem": one.ecosystem, "name": one.name}, "version": one.version} for one in parts]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(ADVISORIES_URL, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the address above
        results = json.loads(answer.read(_MAX_ANSWER_BYTES))["results"]
    lines: list[str] = []
    for part, result in zip(parts, results, strict=True):
        if ids := [str(one["id"]) for one in result.get("vulns", [])]:
            lines.append(f"{part.name} {part.version}: {', '.join(ids)}")
    return lines


def write_sbom(parts: Sequence[Part], file: Path) -> Finding:
    """Write the list of parts."""
    file.write_text(json.dumps(sbom.document(parts), indent=1) + "\n", encoding="utf-8")
    return Finding("SBOM", f"{len(parts)} parts, CycloneDX, in {file}")


def main() -> int:
    """Exit status 1 when something must be mended."""
    try:
        data = settings().data_dir
    except ConfigurationError as err:
        sys.exit(f"parley: {err}")
    parts = [*python_parts(), *npm_parts()]
    findings = [check_licences(parts), check_advisories(parts), write_sbom(parts, data / "sbom.cdx.json")]
    sys.stdout.write(report(findings) + "\n")
    return 1 if any(finding.mend and not finding.is_warning for finding in findings) else 0


if __name__ == "__main__":
    sys.exit(main())
