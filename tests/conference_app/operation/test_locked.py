"""Everything that is installed is pinned by version and hash; and what the lock's files look like."""

from __future__ import annotations

import pytest

from conference_app.operation import bootstrap, locked
from conference_app.operation.frontend.build import ROOT
from conference_app.operation.lock import written
from conference_app.operation.locked import BROUGHT_ALONG, Locked, head_of, packages_of

FILES = ("requirements.txt", "requirements-dev.txt", bootstrap.BUILD_TOOLS)
A, B = "a" * 64, "b" * 64
TEXT = f"""# Reasons.
--only-binary :all:
first[more]==1.0 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}

{BROUGHT_ALONG}
second==2.0 ; python_full_version < '3.11.3' \\
    --hash=sha256:{A}
"""


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_with_the_hash_of_its_files(name: str) -> None:
    packages = list(packages_of((ROOT / name).read_text(encoding="utf-8")))
    assert packages
    assert [one.name for one in packages if not one.hashes] == []


def test_no_package_is_pinned_twice_and_no_other_source_is_named() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in FILES]
    keys = [one.key for text in texts for one in packages_of(text)]
    assert sorted(set(keys)) == sorted(keys)
    options = {line.split()[0] for text in texts for line in text.splitlines() if line.startswith("-")}
    assert options == {"--only-binary", "--no-binary", "-r"}


def test_only_dkimpy_runs_code_while_it_is_installed() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("--")] == ["--only-binary :all:", "--no-binary dkimpy"]


def test_a_lock_is_read_and_written_alike() -> None:
    first, second = packages_of(TEXT)
    assert first == Locked("first", "1.0", "[more]", "", (A, B), True)
    assert second == Locked("second", "2.0", "", "python_full_version < '3.11.3'", (A,), False)
    assert written(head_of(TEXT), [first], [second, first]) == TEXT


def test_a_package_of_the_included_file_is_not_written_again() -> None:
    first, second = packages_of(TEXT)
    assert "second" not in written(head_of(TEXT), [first], [first, second], {"second"})


@pytest.mark.parametrize("line", ["first", "first>=1.0", "first @ https://somewhere.example/first.whl"])
def test_a_package_without_a_version_is_no_lock(line: str) -> None:
    with pytest.raises(ValueError, match="no pinned package"):
        list(packages_of(line))


def test_names_are_compared_as_indexes_do() -> None:
    assert locked.normalised("SQLAlchemy_Some.thing") == "sqlalchemy-some-thing"
