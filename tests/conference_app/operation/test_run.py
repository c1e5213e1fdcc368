"""`make run` as an operator meets it: one address, one clear line when something is in the way, nothing left behind."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from conference_app.config import load_settings
from conference_app.errors import ConfigurationError
from conference_app.operation import run
from conference_app.operation.frontend.build import ROOT
from tests.browser.product import app_environment
from tests.ports import free_port

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]  # the first of them builds the pages


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    environment = app_environment(tmp_path / "data")
    del environment["PARLEY_PUBLIC_URL"]  # as most operators start it: the address is that of the port
    return environment


def _hear_ctrl_c() -> None:
    """A shell without job control lets its background jobs ignore SIGINT, and children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextlib.contextmanager
def launched(environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "conference_app.operation.run"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_ctrl_c,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """The launcher's output up to the line with `words`; the test's own timeout ends a wait in vain."""
    seen = ""
    assert process.stdout is not None
    for line in process.stdout:
        seen += line
        if words in line:
            return seen
    raise AssertionError(f"the launcher ended before {words!r}:\n{seen}")


def health(environment: dict[str, str]) -> dict[str, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{environment['PORT']}/healthz", timeout=5) as answer:
        return json.load(answer)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_says_the_address_and_leaves_no_orphan(environment: dict[str, str], end: signal.Signals) -> None:
    with launched(environment) as process:
        read_until(process, f"Parley is ready: http://localhost:{environment['PORT']}")
        until_media_is_well(environment)
        family = psutil.Process(process.pid).children(recursive=True)
        assert any(child.cmdline()[-2:] == ["-m", "media"] for child in family)
        process.send_signal(end)
        process.communicate(timeout=60)
        _gone, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []
    assert process.returncode == 0


def media_of(launcher: subprocess.Popen[str]) -> psutil.Process:
    family = psutil.Process(launcher.pid).children(recursive=True)
    return next(child for child in family if child.cmdline()[-2:] == ["-m", "media"])


def until_media_is_well(environment: dict[str, str]) -> None:
    while health(environment)["media"] != "ok":
        time.sleep(0.1)


def check_nobody_else_reads(data: Path) -> None:
    kept = [path for path in data.rglob("*") if path.is_file()]
    assert {path.name for path in kept} >= {"parley.db", "parley.db-wal"}
    assert [path.name for path in kept if path.stat().st_mode & 0o077] == []


def test_its_files_are_its_own_media_comes_back_and_a_kill_takes_everything(environment: dict[str, str]) -> None:
    """In one run of the product, since starting it is what costs."""
    data = Path(environment["PARLEY_DATA"])
    data.mkdir(mode=0o755)
    with launched(environment) as process:
        read_until(process, "is ready")
        check_nobody_else_reads(data)
        until_media_is_well(environment)
        media = media_of(process)
        media.kill()
        media.wait(60)
        until_media_is_well(environment)
        assert media_of(process).pid != media.pid
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        _gone, alive = psutil.wait_procs(family, timeout=60)
    assert alive == []


@pytest.mark.parametrize(
    ("variable", "kind"), [("PORT", socket.SOCK_STREAM), ("PARLEY_MEDIA_UDP_PORT", socket.SOCK_DGRAM)]
)
def test_a_port_in_use_is_one_clear_line(environment: dict[str, str], variable: str, kind: socket.SocketKind) -> None:
    with socket.socket(socket.AF_INET, kind) as taken, launched(environment) as process:
        taken.bind(("127.0.0.1", int(environment[variable])))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        output, _none = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output.startswith("parley: ")
    assert f"Choose another: {variable}=" in output
    assert output.count("\n") == 1


def test_a_second_product_in_one_data_folder_is_one_clear_line(environment: dict[str, str]) -> None:
    data = load_settings(environment).data_dir
    with run.only_one(data), launched(environment) as process:
        output, _none = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output == (
        f"parley: Parley runs already with the data folder {data}. Stop it first, or set PARLEY_DATA to another folder.\n"
    )
    with run.only_one(data):  # whoever comes after it may have the folder
        pass


def test_an_unwritable_data_folder_is_one_clear_line(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with launched({**environment, "PARLEY_DATA": str(tmp_path / "file" / "data")}) as process:
        output, _none = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "cannot be written" in output
    assert output.count("\n") == 1


def test_a_server_that_ends_at_once_is_reported(tmp_path: Path) -> None:
    config = load_settings({"PARLEY_DATA": str(tmp_path), "PORT": str(free_port())})
    with subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"]) as server, pytest.raises(ConfigurationError):
        run.wait_until_up(config, server)


def test_a_slow_start_is_waited_for_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = load_settings({"PARLEY_DATA": str(tmp_path), "PORT": str(free_port())})
    looks = iter([False, False, False, True])
    monkeypatch.setattr(run, "SLOW_START_S", 0.0)
    monkeypatch.setattr(run, "answers", lambda _config: next(looks))
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as server:
        run.wait_until_up(config, server)
        assert capsys.readouterr().out == "Still starting …\n"
        monkeypatch.setattr(run, "START_TIMEOUT_S", 0.0)
        with pytest.raises(ConfigurationError, match="gave no answer"):
            run.wait_until_up(config, server)
