"""The build of the pages: made when what the pages show has changed, by one of several that want it."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

import pytest

from conference_app.config import Settings, load_settings
from conference_app.operation.frontend import build


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return load_settings({"PARLEY_DATA": str(tmp_path)})


@pytest.fixture
def exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every export made: "begin" and "end" of each; what it makes is a page in a folder of the test's own."""
    made: list[str] = []

    def export() -> None:
        made.append("begin")
        build.static_dir().mkdir(parents=True, exist_ok=True)
        time.sleep(0.05)  # long enough for others to come in between
        (build.static_dir() / "index.html").write_text("made")
        made.append("end")

    monkeypatch.setenv("REFLEX_WEB_WORKDIR", str(tmp_path / "web"))
    monkeypatch.setattr(build, "_export", export)
    monkeypatch.setattr(build, "CHECKOUT", tmp_path)  # another test may be building the pages of this one
    return made


def test_only_what_changed_is_built(config: Settings, exports: list[str]) -> None:
    renamed = dataclasses.replace(config, brand_name="Other")
    assert [build.build_if_needed(one) for one in (config, config, renamed, renamed)] == [True, False, True, False]
    (build.static_dir() / "index.html").unlink()
    assert build.build_if_needed(renamed)
    assert exports == ["begin", "end"] * 3


def test_of_several_at_once_one_builds_and_the_others_wait(config: Settings, exports: list[str]) -> None:
    built: list[tuple[bool, bool]] = []

    def start() -> None:
        built.append((build.build_if_needed(config), (build.static_dir() / "index.html").exists()))

    starting = [threading.Thread(target=start) for _ in range(4)]
    for one in starting:
        one.start()
    for one in starting:
        one.join()
    assert sorted(built) == [(False, True)] * 3 + [(True, True)]
    assert exports == ["begin", "end"]


def test_a_build_that_fails_is_tried_again(
    config: Settings, exports: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise build.ConfigurationError("The frontend could not be built")

    with monkeypatch.context() as patch:
        patch.setattr(build, "_export", fail)
        with pytest.raises(build.ConfigurationError):
            build.build_if_needed(config)
    assert build.build_if_needed(config)
    assert exports == ["begin", "end"]


def test_the_build_depends_on_what_the_pages_show(config: Settings) -> None:
    renamed = dataclasses.replace(config, brand_name="Other")
    elsewhere = dataclasses.replace(config, livekit_url="wss://calls.test")
    moved = dataclasses.replace(config, media_udp_port=9, port=4000, public_url="http://localhost:4000")
    assert len({build.fingerprint(config), build.fingerprint(renamed), build.fingerprint(elsewhere)}) == 3
    assert build.fingerprint(config) == build.fingerprint(moved)
