"""The framework's script of the page is changed where it is as we know it, and the build stops where it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from reflex_base.constants import Templates

from conference_app.errors import ConfigurationError
from conference_app.operation.frontend import state_js
from conference_app.operation.frontend.keep_fragment import KeepFragmentPlugin
from conference_app.operation.frontend.load_first import LoadFirstPlugin
from conference_app.operation.frontend.new_version import NewVersionPlugin
from conference_app.operation.frontend.one_origin import OneOriginPlugin

PLUGINS = (OneOriginPlugin(), KeepFragmentPlugin(), NewVersionPlugin(), LoadFirstPlugin())


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The installed framework's own state.js, in a web folder of the test's."""
    path = tmp_path / "utils" / "state.js"
    path.parent.mkdir()
    shutil.copy(Templates.Dirs.WEB_TEMPLATE / "utils" / "state.js", path)
    monkeypatch.setattr(state_js, "get_web_dir", lambda: tmp_path)
    return path


def test_a_newer_server_is_told_to_the_page_in_place_of_the_framework_s_bar(script: Path) -> None:
    NewVersionPlugin().pre_compile()
    changed = script.read_text()
    assert 'window.dispatchEvent(new Event("parley-new-version"));' in changed
    assert "  showNewVersionBanner();" not in changed
    assert changed.count("info.reload_cooldown_ms") == changed.count("!navigator.userActivation?.hasBeenActive &&") == 1


def test_a_page_calls_the_port_it_came_from(script: Path) -> None:
    OneOriginPlugin().pre_compile()
    assert "endpoint.port = window.location.port;" in script.read_text()
    assert 'endpoint.port = "";' not in script.read_text()


def test_an_event_says_its_page_s_address_without_the_fragment(script: Path) -> None:
    """That no frame holds it is tests/browser/test_fragment.py's."""
    KeepFragmentPlugin().pre_compile()
    changed = script.read_text()
    assert "asPath: loc.pathname + search,\n" in changed
    assert "liveLoc.hash" not in changed


def test_what_waits_for_the_server_goes_out_once_the_page_is_loaded(script: Path) -> None:
    """That it does so in a browser is tests/browser/test_two_workers.py's."""
    LoadFirstPlugin().pre_compile()
    changed = script.read_text()
    assert changed.count("wait_load") == 6
    assert (
        changed.index('new Event("parley-load")')
        < changed.index("dispatch[substate](")
        < changed.index('"parley-loaded"')
    )


def test_a_second_time_changes_nothing(script: Path) -> None:
    for plugin in PLUGINS:
        plugin.pre_compile()
    once = script.read_text()
    for plugin in PLUGINS:
        plugin.pre_compile()
    assert script.read_text() == once


def test_a_change_made_since_the_last_build_is_made_too(script: Path) -> None:
    NewVersionPlugin().pre_compile()
    changed = script.read_text()
    of_an_older_release = changed.replace("!navigator.userActivation?.hasBeenActive && ", "")
    script.write_text(of_an_older_release)
    NewVersionPlugin().pre_compile()
    assert script.read_text() == changed


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda one: type(one).__name__)
def test_another_state_js_stops_the_build(
    script: Path, plugin: OneOriginPlugin | KeepFragmentPlugin | NewVersionPlugin | LoadFirstPlugin
) -> None:
    script.write_text("export const nothing = 0;\n")
    with pytest.raises(ConfigurationError, match=type(plugin).__module__.rpartition(".")[2]):
        plugin.pre_compile()
