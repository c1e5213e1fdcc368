"""Those in a call with a lying media server: what they show and see, and what their locks say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from tests.browser.participants import Participant

ENCRYPTED = "End-to-end encrypted"
PICTURE_RGB = (255, 0, 160)
TONE_HZ = 1000
# A picture of one colour, in which a corner changes so that frames keep coming, and one tone.
MADE_UP = f"""(() => {{
  const devices = navigator.mediaDevices;
  devices.getUserMedia = async ({{ audio, video }}) => {{
    const stream = new MediaStream();
    if (video) {{
      const canvas = Object.assign(document.createElement("canvas"), {{ width: 640, height: 360 }});
      const context = canvas.getContext("2d");
      let count = 0;
      setInterval(() => {{
        context.fillStyle = "rgb{PICTURE_RGB}";
        context.fillRect(0, 0, 640, 360);
        context.fillStyle = count++ % 2 ? "black" : "white";
        context.fillRect(0, 0, 32, 32);
      }}, 100);
      canvas.captureStream(10).getTracks().forEach((track) => stream.addTrack(track));
    }}
    if (audio) {{
      const sound = new AudioContext();
      const tone = new OscillatorNode(sound, {{ frequency: {TONE_HZ} }});
      const out = sound.createMediaStreamDestination();
      tone.connect(out);
      tone.start();
      out.stream.getTracks().forEach((track) => stream.addTrack(track));
    }}
    return stream;
  }};
}})()"""
# A person whose page, while `isDeaf`, hears nothing more of the group of keys: it stays in the call, whatever it is told.
DEAF = """(() => {
  const Real = window.Worker;
  window.isDeaf = false;
  window.Worker = class extends Real {
    constructor(url, options) {
      super(url, options);
      if (String(url).includes("frameWorker")) return;
      this.addEventListener("message", (event) => window.isDeaf && event.stopImmediatePropagation());
    }
  };
})()"""
PACKETS = """async () => {
  let count = 0;
  for (const connection of window.connections) {
    if (connection.connectionState === "closed") continue;
    for (const report of (await connection.getStats()).values()) if (report.type === "inbound-rtp") count += report.packetsReceived;
  }
  return count;
}"""
ENCODED = """async () => {
  let count = 0;
  for (const connection of window.connections) {
    if (connection.connectionState === "closed") continue;
    for (const report of (await connection.getStats()).values()) if (report.type === "outbound-rtp") count += report.framesEncoded ?? 0;
  }
  return count;
}"""
COLOUR = """(tile) => {
  const video = tile.querySelector("video");
  if (!video || !video.videoWidth) return null;
  const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 8, 8);
  return [...context.getImageData(4, 4, 1, 1).data].slice(0, 3);
}"""
FRAMES = """async (tile) => {
  const video = tile.querySelector("video");
  const stream = video?.srcObject;
  const ids = new Set((stream?.getTracks() ?? []).map((track) => track.id));
  let count = 0;
  for (const connection of window.connections) {
    if (connection.connectionState === "closed") continue;
    for (const report of (await connection.getStats()).values()) {
      if (report.type === "inbound-rtp" && report.kind === "video" && ids.has(report.trackIdentifier)) count += report.framesDecoded;
    }
  }
  return count;
}"""


@dataclass
class Person:
    """One of those in the call."""

    name: str
    identity: str
    at: Participant

    def tile(self, whose: Person) -> Locator:
        """The tile of another, by identity: what stands on it may be a lie."""
        return self.at.page.locator(f'[role=group][data-identity="{whose.identity}"]')

    def sees(self, whose: Person) -> int:
        """How many pictures of another's tile were decoded so far."""
        tile = self.tile(whose)
        return tile.evaluate(FRAMES) if tile.count() else 0

    def colour(self, whose: Person) -> tuple[int, int, int] | None:
        """The colour in the middle of another's tile; None while it shows no picture."""
        found = self.tile(whose).evaluate(COLOUR)
        return None if found is None else (found[0], found[1], found[2])

    def expect_lock(self, says: str | re.Pattern[str] = ENCRYPTED) -> None:
        """The lock says this; red unless all is well."""
        lock = self.at.page.get_by_role("button", name=says, exact=True)
        expect(lock).to_be_visible()
        if says != ENCRYPTED:
            expect(lock).to_have_class(re.compile("text-danger-ink"))


def is_near(colour: tuple[int, int, int] | None, other: tuple[int, int, int]) -> bool:
    """Whether two colours are the same but for what a video codec does to them."""
    return colour is not None and all(abs(one - two) < 60 for one, two in zip(colour, other, strict=True))
