"""The TypeScript that stands beside the Python of this package: what a component calls it, and where a build finds it.

Reflex's own way (`rx.asset(shared=True)`) walks the call stack and writes a link at each import, some 40 ms a file. Here
an import only computes a path, and the files are copied when, and only when, a frontend is built.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_FOLDER = "external"
"""Of Reflex's `public` folder; the one in which Tailwind looks for classes (components/kit/theme.py)."""


def browser_file(beside: str, name: str) -> str:
    """The `library` of a component whose TypeScript is the file `name` in the folder of the module `beside` (`__file__`).

    Raises FileNotFoundError if there is no such file.
    """
    file = Path(beside).resolve().parent / name
    if not file.is_file():
        raise FileNotFoundError(file)
    return f"$/public/{_FOLDER}/{_place(file)}"


def copy_browser_files(public: Path) -> None:
    """Bring all TypeScript of this package into `public`, each file at the path it has here, and what is gone out of it.

    Unchanged files are left alone, so that nobody who watches them sees a change.
    """
    there = public / _FOLDER / _PACKAGE.name
    wanted = {
        public / _FOLDER / _place(file): file for file in _PACKAGE.rglob("*.ts*") if file.suffix in (".ts", ".tsx")
    }
    for copy, file in wanted.items():
        text = file.read_bytes()
        if not copy.is_file() or copy.read_bytes() != text:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(text)
    for old in set(there.rglob("*.ts*")) - set(wanted):
        old.unlink()


def _place(file: Path) -> str:
    return file.relative_to(_PACKAGE.parent).as_posix()
