"""Environments to read settings from: with a data folder of the test, and one that production accepts."""

from __future__ import annotations

from pathlib import Path

REAL = {
    "PARLEY_ENV": "production",
    "PARLEY_PUBLIC_HOST": "meet.real-company.org",
    "PARLEY_CONTROLLER_NAME": "Real Company Ltd",
    "PARLEY_CONTROLLER_ADDRESS": "7 Long Lane, 00-950 Warsaw, Poland",
    "PARLEY_CONTROLLER_EMAIL": "privacy@real-company.org",
    "PARLEY_CONTROLLER_PHONE": "+48 22 555 01 00",
    "PARLEY_CONTROLLER_COUNTRY": "Poland",
    "PARLEY_SMTP_HOST": "smtp.real-company.org",
    "PARLEY_MAIL_FROM": "meetings@real-company.org",
}


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"PARLEY_DATA": str(tmp_path / "data"), **more}
