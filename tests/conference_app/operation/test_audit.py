"""`make audit`: which licences are foreign to ours, what is asked about advisories, and what the list of parts holds."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from conference_app.operation import audit, sbom
from conference_app.operation.parts import Part, npm_parts, python_parts
from tests.ports import free_port

PARTS = [Part("PyPI", "good", "1.0", "MIT"), Part("npm", "@some/bad", "2.0", "MIT")]


@pytest.mark.parametrize(
    ("licence", "is_foreign"),
    [
        ("MIT", False),
        ("MPL-2.0", False),
        ("", False),
        ("GPL-3.0-only", True),
        ("AGPL-3.0", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("(MIT OR GPL-3.0)", False),
        ("GPL-2.0-only AND MIT", True),
        ("BUSL-1.1", True),
        ("LicenseRef-Proprietary", True),
    ],
)
def test_what_may_not_be_shipped_is_told(licence: str, is_foreign: bool) -> None:
    finding = audit.check_licences([Part("PyPI", "one", "1.0", licence)])
    assert bool(finding.mend) is is_foreign
    assert not audit.check_licences([Part("PyPI", "one", "1.0", licence, is_shipped=False)]).mend


def test_everything_we_ship_may_be_shipped() -> None:
    parts = [*python_parts(), *npm_parts()]
    assert not audit.check_licences(parts).mend
    assert {"reflex", "livekit-client", "pytest"} <= {one.name for one in parts}


class Advisories(BaseHTTPRequestHandler):
    """Knows something about the second package it is asked for."""

    asked: list[object] = []

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(question)
        body = json.dumps({"results": [{}, {"vulns": [{"id": "GHSA-1"}, {"id": "CVE-2"}]}]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def advisories(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    Advisories.asked.clear()
    with HTTPServer(("127.0.0.1", 0), Advisories) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setattr(audit, "ADVISORIES_URL", f"http://127.0.0.1:{server.server_port}/")
        yield Advisories.asked
        server.shutdown()
        thread.join()


def test_a_known_advisory_is_named_and_nothing_but_names_and_versions_is_told(advisories: list[object]) -> None:
    finding = audit.check_advisories(PARTS)
    assert finding.state == "@some/bad 2.0: GHSA-1, CVE-2"
    assert finding.mend
    assert not finding.is_warning
    packages = [("PyPI", "good", "1.0"), ("npm", "@some/bad", "2.0")]
    assert advisories == [
        {"queries": [{"package": {"ecosystem": kind, "name": name}, "version": one} for kind, name, one in packages]}
    ]


def test_no_source_of_advisories_is_said_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "ADVISORIES_URL", f"http://127.0.0.1:{free_port()}/")
    finding = audit.check_advisories(PARTS)
    assert finding.state.startswith("not checked")
    assert finding.is_warning


def test_the_list_of_parts_is_the_same_each_time_and_names_every_part(tmp_path: Path) -> None:
    parts = [*python_parts(), *npm_parts()]
    audit.write_sbom(parts, tmp_path / "sbom.json")
    made = json.loads((tmp_path / "sbom.json").read_text(encoding="utf-8"))
    assert made == sbom.document(reversed(parts))
    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    references = [one["bom-ref"] for one in made["components"]]
    assert sorted(set(references)) == sorted(references)
    assert len(references) == len(parts)
    assert "pkg:npm/%40livekit/components-react@3.0.0" in references
    assert all(one["hashes"] for one in made["components"])
