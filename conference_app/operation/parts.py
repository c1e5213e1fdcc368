"""What the product is made of: the packages of Python and npm at the versions and hashes that their locks hold."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError
from pathlib import Path
from typing import Any

from conference_app.operation.frontend.build import ROOT
from conference_app.operation.locked import packages_of

_COMMA_AT_END = re.compile(r",(\s*[}\]])")
_CLASSIFIER = "License :: "


@dataclass(frozen=True, slots=True)
class Part:
    """One package."""

    ecosystem: str
    """PyPI or npm, as OSV calls them."""
    name: str
    version: str
    licence: str = ""
    """As the installed package declares it; empty if it is not installed here or says nothing."""
    hashes: tuple[tuple[str, str], ...] = ()
    """(algorithm as CycloneDX names it, hexadecimal digest)."""
    is_shipped: bool = True
    """Whether the running product has it, apart from building and testing."""

    @property
    def purl(self) -> str:
        """The package URL (purl-spec)."""
        if self.ecosystem == "PyPI":
            return f"pkg:pypi/{self.name}@{self.version}"
        return f"pkg:npm/{self.name.replace('@', '%40')}@{self.version}"


def python_parts() -> Iterator[Part]:
    """The packages of requirements.txt, and of requirements-dev.txt as not shipped."""
    for file, is_shipped in (("requirements.txt", True), ("requirements-dev.txt", False)):
        for one in packages_of((ROOT / file).read_text(encoding="utf-8")):
            hashes = tuple(("SHA-256", digest) for digest in one.hashes)
            yield Part("PyPI", one.key, one.version, _python_licence(one.name), hashes, is_shipped)


def _python_licence(name: str) -> str:
    try:
        declared = Distribution.from_name(name).metadata
    except PackageNotFoundError:
        return ""
    classifiers = [one for one in declared.get_all("Classifier", []) if one.startswith(_CLASSIFIER)]
    named = " AND ".join(one.rpartition(" :: ")[2] for one in classifiers)
    stated = {name: declared[name] if name in declared else "" for name in ("License-Expression", "License")}
    text = stated["License-Expression"] or named or stated["License"]
    return text.strip().partition("\n")[0][:200]


def npm_parts(lock: Path = ROOT / "reflex.lock" / "bun.lock", web: Path = ROOT / ".web") -> Iterator[Part]:
    """The packages of bun's lock; those that only a build uses are told apart by nobody there, so all count as shipped."""
    packages = json.loads(_COMMA_AT_END.sub(r"\1", lock.read_text(encoding="utf-8")))["packages"]
    seen = set[str]()
    for entry in packages.values():
        if entry[0] not in seen:
            seen.add(entry[0])
            yield _npm_part(entry, web)


def _npm_part(entry: list[Any], web: Path) -> Part:
    name, _at, version = str(entry[0]).rpartition("@")
    algorithm, _dash, digest = str(entry[-1]).partition("-")
    hashes = (("SHA-512", base64.b64decode(digest).hex()),) if algorithm == "sha512" else ()
    return Part("npm", name, version, _npm_licence(web / "node_modules" / name, version), hashes)


def _npm_licence(folder: Path, version: str) -> str:
    try:
        declared = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(declared.get("license", "")) if declared.get("version") == version else ""
