"""What the stand-in kept can be read, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from conference_app.embedded import kept_mail
from conference_app.errors import NotFound
from tests.conference_app.embedded.maildir import keep


def test_mails_can_be_listed_and_read(tmp_path: Path) -> None:
    key = keep(tmp_path / "m", "ann@example.com", "First")
    assert [(line.key, line.recipient, line.subject) for line in kept_mail.newest(tmp_path / "m", 10)] == [
        (key, "ann@example.com", "First")
    ]
    opened = kept_mail.opened(tmp_path / "m", key)
    assert 'target="_blank"' in opened.html
    assert "Text of the mail" in opened.text


@pytest.mark.parametrize("key", ["", "nothing", "../../secrets/session_key", "../new", "/etc/passwd", "\0", "a" * 5000])
def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "session_key").write_text("s3cret")
    keep(tmp_path / "m", "ann@example.com")
    with pytest.raises(NotFound):
        kept_mail.opened(tmp_path / "m", key)
