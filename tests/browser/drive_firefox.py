"""A guest in Debian's Firefox as it comes, and a host in Chromium: run by hand, since the suite installs no Firefox.

    apt-get install firefox-esr
    python -m pytest tests/browser/drive_firefox.py

Firefox speaks WebDriver BiDi by itself (https://www.w3.org/TR/webdriver-bidi/). Its camera and microphone are made up
and allowed; nothing about connections is changed. `test_udp_mux.py` keeps what this found.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.browser.participants import LINKS, RECEIVED, WATCH, Participant, expect_media_from
from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False,
}


class Firefox:
    """One tab, driven over its BiDi socket."""

    def __init__(self, profile: Path) -> None:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
        (profile / "user.js").write_text("\n".join(lines))
        port = free_port()
        command = ["firefox-esr", "--headless", "--no-remote", "--profile", str(profile)]
        self._process = subprocess.Popen(
            [*command, f"--remote-debugging-port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._open = contextlib.ExitStack()
        self._socket = self._connected(f"ws://127.0.0.1:{port}/session")
        self._number = 0
        self.ask("session.new", capabilities={})
        self._tab = self.ask("browsingContext.create", type="tab")["context"]
        self.ask("script.addPreloadScript", functionDeclaration=f"() => {{ {WATCH} }}")

    def _connected(self, url: str) -> ClientConnection:
        deadline = monotonic() + 60
        while True:
            try:
                return self._open.enter_context(connect(url, max_size=None))
            except OSError:
                assert monotonic() < deadline, "Firefox did not open its socket"
                sleep(0.2)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command and wait for its answer."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(60))
            if answer.get("id") == self._number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def goto(self, url: str) -> None:
        self.ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")

    def run(self, expression: str) -> Any:
        """The value of an expression in the page, a promise's once it is kept."""
        target = {"context": self._tab}
        done = self.ask("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert done["type"] == "success", done
        return done["result"].get("value")

    def until(self, expression: str, seconds: float = 60) -> None:
        deadline = monotonic() + seconds
        while not self.run(f"Boolean({expression})"):
            assert monotonic() < deadline, f"{expression}: {self.run('document.body.innerText')}"
            sleep(0.3)

    def press(self, button: str) -> None:
        found = f"[...document.querySelectorAll('button')].find(one => one.textContent.trim() === {json.dumps(button)})"
        self.until(f"{found} && !{found}.disabled")
        self.run(f"{found}.click()")

    def close(self) -> None:
        self._open.close()
        self._process.terminate()
        self._process.wait(20)


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    if not shutil.which("firefox-esr"):
        pytest.skip("apt-get install firefox-esr")
    browser = Firefox(tmp_path)
    yield browser
    browser.close()


def test_a_guest_in_firefox_and_a_host_in_chromium(host: Participant, firefox: Firefox, app_url: str) -> None:
    code = host.start("Quarterly planning")
    firefox.goto(f"{app_url}/m/{code}{LINKS[code]}")
    firefox.until("document.querySelector('input')")
    firefox.run(
        "{const input = document.querySelector('input');"
        " Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, 'Tomasz');"
        " input.dispatchEvent(new Event('input', {bubbles: true})); 1}"
    )
    firefox.press("Join")
    firefox.until("window.connections?.some(one => one.connectionState === 'connected')")
    host.expect_people("Tomasz")
    expect_media_from(host, 1)
    before = json.loads(firefox.run(f"({RECEIVED})()"))
    sleep(1)
    after = json.loads(firefox.run(f"({RECEIVED})()"))
    assert any(track["frames"] > before.get(name, track)["frames"] for name, track in after.items()), (before, after)
    assert any(track["kind"] == "audio" and track["energy"] for track in after.values()), after
