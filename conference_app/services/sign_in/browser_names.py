"""What a browser's own description says, cut down to two words: enough to know a device again, too little to track it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from conference_app.services.people import time_zones

_BROWSERS = (
    ("Edge", r"\bEdgA?/|\bEdgiOS/"),
    ("Opera", r"\bOPR/|\bOpera\b"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\bFirefox/|\bFxiOS/"),
    ("Chrome", r"\b(Headless)?Chrome/|\bCriOS/|\bChromium/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPad", r"\biPad\b"),
    ("iPhone", r"\biPhone\b"),
    ("Windows", r"\bWindows\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Mac", r"\bMac OS X\b|\bMacintosh\b"),
    ("Linux", r"\bLinux\b"),
)


@dataclass(frozen=True, slots=True)
class Device:
    """A browser by families; each part empty if unknown."""

    browser: str = ""
    system: str = ""
    time_zone: str = ""
    """IANA name the browser gave: the only place that is kept."""
    token: str = field(default="", repr=False)
    """The secret in its cookie by which it is known again (`known_devices`); empty if it keeps none."""

    @property
    def families(self) -> str:
        """Such as "Firefox, Linux"; empty if unknown."""
        return ", ".join(one for one in (self.browser, self.system) if one)


UNKNOWN = Device()


def _family(families: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in families if re.search(pattern, text)), "")


def device(user_agent: str, time_zone: str = "", token: str = "") -> Device:
    """The families in a User-Agent header; versions and the rest are forgotten here. A zone that is none is dropped."""
    text = user_agent[:500]
    zone = time_zones.canonical(time_zone)
    return Device(_family(_BROWSERS, text), _family(_SYSTEMS, text), zone, token)
