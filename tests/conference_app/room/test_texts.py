"""The texts of the room: the same keys on both sides, whole in each language."""

from __future__ import annotations

from pathlib import Path

import pytest

from conference_app.config import LANGUAGES
from conference_app.room.texts import PLURAL_SAMPLES, room_texts
from conference_app.texts import language

ROOM = Path(__file__).resolve().parents[3] / "conference_app" / "room"


def test_every_text_is_used() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in ROOM.rglob("*.ts*") if path.name != "textKeys.ts")
    assert {key for key in room_texts() if f'"{key}"' not in code} == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_plural_has_all_forms_with_the_count_left_open(code: str) -> None:
    with language(code):
        plurals = {key: text for key, text in room_texts().items() if isinstance(text, dict)}
    for key, forms in plurals.items():
        assert set(forms) == set(PLURAL_SAMPLES[code]), key
        assert all("{count}" in form for form in forms.values()), key


def test_polish_is_polish() -> None:
    english = room_texts()
    with language("pl"):
        polish = room_texts()

    def said(text: str | dict[str, str]) -> set[str]:
        return {text} if isinstance(text, str) else set(text.values())

    same = {key for key, text in english.items() if said(text) & said(polish[key])}
    assert same <= {"message_from", "name_you"}, "not translated"


def test_the_exact_names_that_others_rely_on() -> None:
    texts = room_texts()
    expected = {
        "your_name": "Your name",
        "join": "Join",
        "leave": "Leave",
        "chat": "Chat",
        "share_screen": "Share screen",
        "stop_sharing": "Stop sharing",
        "mute_microphone": "Mute microphone",
        "unmute_microphone": "Unmute microphone",
        "camera_off": "Turn camera off",
        "camera_on": "Turn camera on",
    }
    assert {key: texts[key] for key in expected} == expected


@pytest.mark.promise("P50")
def test_the_chat_says_that_others_can_copy() -> None:
    notice = room_texts()["chat_notice"]
    assert isinstance(notice, str)
    assert "others can copy what you type" in notice
