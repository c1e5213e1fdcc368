"""`make lock`: finds what the packages named by hand bring along, and pins all of it by version and hash.

Change a version in the first part of requirements.txt or requirements-dev.txt, then run this. It needs uv, which is
asked for one answer that holds for every Python we support, and which nothing else here uses.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path

from conference_app.operation.frontend.build import ROOT
from conference_app.operation.locked import BROUGHT_ALONG, Locked, head_of, packages_of

_ENVIRONMENT = "sys_platform == 'linux' and implementation_name == 'cpython'"
_COMMAND = ("pip", "compile", "packages.in", "--constraint", "kept.txt", "--output-file", "packages.txt", "--quiet")
_HOW = (
    "--no-strip-extras",
    "--universal",
    "--python-version",
    "3.11",
    "--fork-strategy",
    "fewest",
    "--generate-hashes",
    "--no-header",
)
_WHAT = ("--only-binary", ":all:", "--no-binary", "dkimpy")
"""dkimpy comes as source only. Anything else would run code of its own while it is installed."""


def resolve(uv: str, wanted: Iterable[Locked], kept: Iterable[Locked]) -> list[Locked]:
    """`wanted` and all that they bring along; `kept` stay at their versions. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory(prefix="parley-lock-") as folder:
        place = Path(folder)
        (place / "pyproject.toml").write_text(f'[tool.uv]\nenvironments = ["{_ENVIRONMENT}"]\n')
        (place / "packages.in").write_text("".join(f"{one.name}{one.extras}=={one.version}\n" for one in wanted))
        (place / "kept.txt").write_text("".join(f"{one.name}=={one.version}\n" for one in kept))
        subprocess.run([uv, *_COMMAND, *_HOW, *_WHAT], cwd=place, check=True)
        found = list(packages_of((place / "packages.txt").read_text(encoding="utf-8")))
    return [dataclasses.replace(one, marker=_without_environment(one.marker)) for one in found]


def _without_environment(marker: str) -> str:
    """What is left of a marker on the machines we run on."""
    ours = _ENVIRONMENT.split(" and ")
    others = ("implementation_name != 'pypy'", "implementation_name != 'PyPy'")
    return " and ".join(part for part in marker.split(" and ") if part and part not in (*ours, *others))


def written(head: str, direct: list[Locked], found: Iterable[Locked], elsewhere: Collection[str] = ()) -> str:
    """The text of a requirements file; packages whose keys are `elsewhere` are in a file that it includes."""
    by_key = {one.key: one for one in found if one.key not in elsewhere}
    first = [dataclasses.replace(by_key.pop(one.key), name=one.name).text for one in direct]
    return head + "\n".join([*first, "", BROUGHT_ALONG, *(by_key[key].text for key in sorted(by_key)), ""])


def main() -> None:
    """Write both files anew."""
    beside_python = Path(sys.executable).parent
    uv = shutil.which("uv", path=os.pathsep.join([str(beside_python), os.environ.get("PATH", os.defpath)]))
    if not uv:
        sys.exit("parley: uv is missing. Install it for this: .venv/bin/pip install uv")
    runtime, dev = ROOT / "requirements.txt", ROOT / "requirements-dev.txt"
    texts = {file: file.read_text(encoding="utf-8") for file in (runtime, dev)}
    direct = {file: [one for one in packages_of(text) if one.is_direct] for file, text in texts.items()}
    needed = resolve(uv, direct[runtime], ())
    runtime.write_text(written(head_of(texts[runtime]), direct[runtime], needed), encoding="utf-8")
    more = resolve(uv, [*direct[runtime], *direct[dev]], needed)
    keys = {one.key for one in needed}
    dev.write_text(written(head_of(texts[dev]), direct[dev], more, keys), encoding="utf-8")


if __name__ == "__main__":
    main()
