"""Members of one group over the real delivery service: they come, go and crash, and it does. `make bench` has more of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.key_service.running import back_after_crash, install, key_service

pytestmark = [pytest.mark.process, pytest.mark.slow]


def test_all_who_are_left_have_one_code_and_nobody_else_their_keys(tmp_path: Path) -> None:
    install()
    with key_service(tmp_path, people=30, reconnects_s=1.0, commits_a_minute=600) as service:
        found = service.run("churn.ts", 1, 45, 12, 0.2, timeout_s=100)
    assert found["problems"] == []
    assert found["codes"] == 1
    assert min(found[name] for name in ("leavers", "newcomers", "members", "opened", "tried")) > 0


def test_a_service_that_was_killed_finds_all_members_again(tmp_path: Path) -> None:
    install()
    with key_service(tmp_path, people=5) as service:
        assert len(back_after_crash(service, 5)) == 5
